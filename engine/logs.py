"""Log lines as JSON, each with the request id of what is being done. Secrets never get into one."""

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

_request_id: ContextVar[str] = ContextVar("request_id", default="")

SECRET_NAMES = re.compile(r"password|passwd|secret|token|authorization|cookie|api_?key|credential", re.IGNORECASE)
# A password inside a URL, and what follows the scheme of an Authorization header.
SECRET_TEXTS = re.compile(r"(?P<before>://[^\s:/@]*:)[^\s@]+(?P<after>@)|(?P<scheme>\b(?:Basic|Bearer) )[\w.~+/=-]{6,}")
# PostgreSQL's errors show the row they refuse.
REFUSED_ROW = re.compile(r"^(?P<before>\s*DETAIL: ).*$", re.MULTILINE)
HIDDEN = "***"
# The three come only when a record is formatted, or with a newer Python.
_KNOWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line of this process as JSON to `stream` (standard error), instead of what was set before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # at INFO it says twice at every start what kind of database it talks to
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)


def request_id() -> str:
    """Id of the request, job or command being worked on here; empty outside of one."""
    return _request_id.get()


@contextmanager
def request(identifier: str = "") -> Iterator[str]:
    """Give everything logged and recorded in the block one request id, a new one if none is handed in."""
    value = identifier or new_request_id()
    token = _request_id.set(value)
    try:
        yield value
    finally:
        _request_id.reset(token)


def new_request_id() -> str:
    """A fresh id: 16 hexadecimal digits."""
    return secrets.token_hex(8)


class JsonFormatter(logging.Formatter):
    """One record as one line: time, level, logger, message, request id, and what was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hide_secrets(record.getMessage()),
        }
        if identifier := _request_id.get():
            line["request_id"] = identifier
        for name, value in vars(record).items():
            if name not in _KNOWN_FIELDS:
                line[name] = HIDDEN if SECRET_NAMES.search(name) else _shown(value)
        if record.exc_info:
            line["exception"] = hide_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def hide_secrets(text: str) -> str:
    """The text without passwords in URLs, without the contents of Authorization headers and of refused rows."""
    return REFUSED_ROW.sub(rf"\g<before>{HIDDEN}", SECRET_TEXTS.sub(_without_secret, text))


def _without_secret(found: re.Match[str]) -> str:
    if scheme := found["scheme"]:
        return f"{scheme}{HIDDEN}"
    return f"{found['before']}{HIDDEN}{found['after']}"


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return hide_secrets(value)
    if isinstance(value, dict):
        return {key: HIDDEN if SECRET_NAMES.search(str(key)) else _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return value
