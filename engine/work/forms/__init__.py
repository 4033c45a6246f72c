"""Forms on the server: form-js schemas read into fields, and what people send checked against them."""

from engine.work.forms.schema import Form, read
from engine.work.forms.submission import submit

__all__ = ["Form", "read", "submit"]
