"""Forms on the server: form-js schemas read into fields, drawn for what is in them, and what people send checked."""

from engine.work.forms.schema import Form, read
from engine.work.forms.showing import Part, show
from engine.work.forms.submission import submit

__all__ = ["Form", "Part", "read", "show", "submit"]
