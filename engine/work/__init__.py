"""Work: jobs, the handlers' contract, retries, timers, messages and the inbox's commands."""

# Whoever imports the room can apply what messages, signals and timers leave for instances.
from engine.work import commands

__all__ = ["commands"]
