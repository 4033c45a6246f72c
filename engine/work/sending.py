"""Commands that messages and signals become: each receiver gets its own in a transaction of its own (decision 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine.instances import send
from engine.store import first_row

DELIVER, START = "deliver", "start"

_NUMBER = "SELECT nextval('numbers') AS number"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets an event: a subscription of a running instance, or (without instance) a start event of a definition."""

    process_id: str
    definition_key: int
    element: str
    instance_key: int | None = None
    subscription: int | None = None
    element_key: int | None = None


def new_key(session: Session) -> int:
    """A key of a number of its own: a message's, or that of an instance to be started (decision 10)."""
    # A read for all that counts: a sequence knows no rollback, and a number that is lost is only a gap.
    found = first_row(session, _NUMBER, {})
    assert found is not None
    number: int = found[0]
    return number << 24


def deliver(
    session: Session, to: Receiver, variables: Mapping[str, Any], message: Mapping[str, Any] | None = None
) -> None:
    """Have a subscription get an event; `message` says which message it was, for the case that it waits no longer."""
    payload = {
        "subscription": to.subscription,
        "element": to.element,
        "element_key": to.element_key,
        "variables": dict(variables),
        "process_id": to.process_id,
        "message": message,
    }
    send(session, DELIVER, to.instance_key, payload)


def start(
    session: Session, at: Receiver, instance_key: int, variables: Mapping[str, Any], message: Mapping[str, Any] | None
) -> None:
    """Have an instance with this key started at a start event."""
    payload = {
        "definition_key": at.definition_key,
        "element": at.element,
        "variables": dict(variables),
        "message": message,
    }
    send(session, START, instance_key, payload)
