"""Reading a job's variables: each function says in a sentence what is missing or of the wrong kind."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine import Job
from handlers.answers import never


def text(job: Job, name: str) -> str:
    """A text that must be there and not blank."""
    value = job.variables.get(name)
    if not isinstance(value, str) or not value.strip():
        raise never(f"variable {name}: a text is needed, got {_kind(value)}")
    return value


def optional_text(job: Job, name: str) -> str | None:
    """A text, or None where it is null, blank or absent."""
    value = job.variables.get(name)
    if value is None or value == "":
        return None
    return text(job, name)


def reference(job: Job, name: str) -> str:
    """The id of a reference `{id, label}`, or a plain id."""
    value = job.variables.get(name)
    found = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(found, str) or not found.strip():
        raise never(f"variable {name}: a reference {{id, label}} or an id is needed, got {_kind(value)}")
    return found


def mapping(job: Job, name: str) -> dict[str, Any]:
    """A context that must be there."""
    value = job.variables.get(name)
    if not isinstance(value, Mapping):
        raise never(f"variable {name}: a context is needed, got {_kind(value)}")
    return dict(value)


def optional_mapping(job: Job, name: str) -> dict[str, Any]:
    """A context; empty where it is null or absent."""
    return {} if job.variables.get(name) is None else mapping(job, name)


def sequence(job: Job, name: str) -> list[Any]:
    """A list that must be there; it may be empty."""
    value = job.variables.get(name)
    if not isinstance(value, list):
        raise never(f"variable {name}: a list is needed, got {_kind(value)}")
    return value


def whole_number(job: Job, name: str, default: int, *, least: int, most: int) -> int:
    """A whole number within bounds; the default where it is null or absent."""
    value = job.variables.get(name)
    if value is None:
        return default
    if (
        # To Python a bool is an int.
        isinstance(value, bool)
        or not isinstance(value, int | Decimal)
        or not least <= value <= most
        or value != int(value)
    ):
        raise never(f"variable {name}: a whole number from {least} to {most} is needed, got {_kind(value)}")
    return int(value)


def _kind(value: Any) -> str:
    """The kind, never the value: an error text goes to history, a variable may be personal."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return "a blank text" if not value.strip() else "a text"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float | Decimal):
        return "a number"
    return "a list" if isinstance(value, list) else "a context"
