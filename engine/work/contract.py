"""What a handler is given, what it answers and how it says no: the contract between the engine and a port.

Pure and of the standard library only, so that a handler can be run in a test without engine or database.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any


class SecretUnavailable(LookupError):
    """A port's secret is not referenced, or its reference leads nowhere. The text never holds a value."""


@dataclass(frozen=True)
class SecretReference:
    """Where a secret is to be found: exactly one of an environment variable's name and a file's path."""

    env: str | None = None
    file: Path | None = None

    def resolve(self) -> str:
        """Read the secret now; a file's last line break is not part of it. Raises `SecretUnavailable`."""
        if self.env is not None:
            value = os.environ.get(self.env)
            if not value:
                raise SecretUnavailable(f"environment variable {self.env} is not set")
            return value
        if self.file is None:
            raise SecretUnavailable("the reference names neither an environment variable nor a file")
        try:
            value = self.file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            # Only the error's kind: a decoding error's own text quotes a byte of the secret.
            raise SecretUnavailable(f"file {self.file} cannot be read: {type(error).__name__}") from error
        if not value:
            raise SecretUnavailable(f"file {self.file} is empty")
        return value


@dataclass(frozen=True)
class Port:
    """One way to the world outside: addresses and accounts of the ports file. Holds references to secrets, no value."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, SecretReference] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # One port is shared by all jobs of a worker: none may change it for the next.
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
        object.__setattr__(self, "secrets", MappingProxyType(dict(self.secrets)))

    def secret(self, name: str) -> str:
        """The secret's value, read at each call so that a changed one needs no restart. Raises `SecretUnavailable`."""
        reference = self.secrets.get(name)
        if reference is None:
            raise SecretUnavailable(f"port {self.name}: no secret {name!r} under `secrets` in the ports file")
        try:
            return reference.resolve()
        except SecretUnavailable as error:
            raise SecretUnavailable(f"port {self.name}, secret {name}: {error}") from error


@dataclass(frozen=True)
class Job:
    """One run of a service task, as its handler sees it. `key` stays the same when the job runs again."""

    key: int
    topic: str
    variables: dict[str, Any]  # JSON values; numbers are Decimal
    headers: dict[str, str]
    instance_key: int
    process_id: str
    element_id: str
    case_no: str | None
    business_id: str | None
    attempt: int  # from 1
    deadline: datetime  # end of the lease: an answer after it may come too late


class BpmnError(Exception):
    """The handler's "no" that the diagram may catch by its code; variables go to the scope of the catching event."""

    def __init__(self, code: str, message: str = "", variables: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.variables: dict[str, Any] = dict(variables or {})

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


class Retry(Exception):
    """Not now: run the job again after this time, as far as it has retries left."""

    def __init__(self, after: timedelta, reason: str = "") -> None:
        super().__init__(after, reason)
        self.after = after
        self.reason = reason

    def __str__(self) -> str:
        return f"again in {self.after.total_seconds():g} s: {self.reason}"


@dataclass(frozen=True)
class Handler:
    """A topic's function with all that element templates, lint and the worker need to know of it.

    `port` is the name of the port in the ports file that the function is given; None: it needs none and gets an
    empty one. `input` and `output` are JSON schemas (draft 2020-12) of the job's variables and of the answer.
    `texts` is language → {"name", "description", "fields": {variable: {"label", "description"}}}.
    `timeout` is the lease: the function must answer within it.
    """

    topic: str
    version: int
    function: Callable[[Job, Port], dict[str, Any]]
    port: str | None
    input: dict[str, Any]
    output: dict[str, Any]
    texts: dict[str, dict[str, Any]]
    timeout: timedelta


@dataclass(frozen=True)
class Lookup:
    """How a `ref` field finds records of one kind: `search` is given text, limit and port.

    Its records have `id` and `label`; one with `unit` or `units` is shown to people of these units, above and below.
    It raises as a handler does.
    """

    port: str | None
    search: Callable[[str, int, Port], list[dict[str, Any]]]
