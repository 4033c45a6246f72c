"""What commands between instances do: call, take back a call, return, go on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.core import commands
from engine.core.state import COUNTER_BITS
from engine.errors import TrunklineError
from engine.store import raw_connection

from .advancing import advance
from .between import on_command, send
from .starting import start_called

_CALLED = "SELECT key FROM instances WHERE parent_element_key = %s AND state = 'active'"


def call(session: Session, instance_key: int | None, payload: Mapping[str, Any]) -> None:
    """Start the called instance; where it cannot be started, the caller gets an incident."""
    # A call that is applied once more finds what it has started; two at the same moment are kept apart by an index.
    if _called(session, payload["element_key"]) is not None:
        return
    try:
        start_called(session, payload)
    except TrunklineError as refused:
        _fail_call(session, payload, refused.code, {"process": payload["process_id"], **refused.parameters})


def _fail_call(session: Session, payload: Mapping[str, Any], code: str, parameters: Mapping[str, Any]) -> None:
    """In a command of its own, so that the caller is locked in a transaction of its own."""
    element_key = payload["element_key"]
    answer = {"element_key": element_key, "outcome": "failed", "variables": dict(parameters), "code": code}
    send(session, "return", element_key >> COUNTER_BITS << COUNTER_BITS, {**answer, "message": ""})


def give_up_call(session: Session, instance_key: int | None, payload: Mapping[str, Any], error: str) -> None:
    _fail_call(session, payload, "call_failed", {"process": payload["process_id"], "reason": error})


def uncall(session: Session, instance_key: int | None, payload: Mapping[str, Any]) -> None:
    """Cancel the instance that a token called, if it still runs."""
    key = _called(session, payload["element_key"])
    if key is not None:
        advance(session, key, commands.Cancel())


def _called(session: Session, element_key: int) -> int | None:
    """The running instance that a token called."""
    found = raw_connection(session).execute(_CALLED, [element_key]).fetchone()
    return found[0] if found else None


def returned(session: Session, instance_key: int | None, payload: Mapping[str, Any]) -> None:
    """Hand the called instance's answer to the token that called it; one that is gone needs none."""
    assert instance_key is not None
    answer = {name: payload[name] for name in ("element_key", "outcome", "variables", "code", "message")}
    advance(session, instance_key, commands.Returned(**answer))


def proceed(session: Session, instance_key: int | None, payload: Mapping[str, Any]) -> None:
    """Go on where the step budget ended the last transaction."""
    assert instance_key is not None
    advance(session, instance_key, commands.Continue())


on_command("call", call, give_up_call)
on_command("uncall", uncall)
on_command("return", returned)
on_command("proceed", proceed)
