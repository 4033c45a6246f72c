"""What a machine may lack."""


class Missing(Exception):
    """A peer that cannot be had here; the text says why."""
