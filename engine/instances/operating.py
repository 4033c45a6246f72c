"""What is done to an instance from outside its diagram: cancel, set variables, suspend, resume."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from engine import history
from engine.core import commands
from engine.core.state import COUNTER_BITS
from engine.errors import Conflict, NotFound
from engine.store import raw_connection
from engine.store.enqueue import JOBS, enqueue

from .advancing import advance, advance_loaded
from .between import wake
from .loading import load

_SUSPEND = "UPDATE instances SET suspended = %(to)s WHERE key = %(key)s AND state = 'active' AND suspended <> %(to)s"
# Their deliveries came while it stood, and were dropped.
_JOBS = """
    SELECT key, priority, available_at - now() FROM jobs
    WHERE instance_key = %s AND handled AND state = 'created' ORDER BY key
"""
_STATE = "SELECT state, suspended FROM instances WHERE key = %s FOR UPDATE"


def cancel(session: Session, key: int) -> None:
    """End an instance and the instances it called. Raises NotFound, Conflict if it has ended or another called it."""
    loaded = load(session, key)
    if loaded.row.state == "active" and loaded.row.parent_key is not None:
        # its caller would wait for ever
        raise Conflict("instance_called", key=str(key), root=str(loaded.row.root_key))
    if advance_loaded(session, loaded, commands.Cancel()).stale:
        raise Conflict("instance_ended", key=str(key))


def set_variables(session: Session, scope_key: int, variables: Mapping[str, Any], local: bool = False) -> None:
    """Set variables from a scope on (the instance's key, or an element instance's); `local` keeps them there.

    Raises NotFound for a scope that is not alive.
    """
    command = commands.SetVariables(scope_key, dict(variables), local)
    if advance(session, scope_key >> COUNTER_BITS << COUNTER_BITS, command).stale:
        raise NotFound("scope_unknown", key=str(scope_key))


def modify(session: Session, key: int, command: commands.Modify) -> None:
    """Begin at elements and end element instances. Raises NotFound, Conflict, Invalid with all that cannot be done."""
    if advance(session, key, command).stale:
        raise Conflict("instance_ended", key=str(key))


def activate_inside(
    session: Session, element_key: int, elements: Sequence[tuple[str, Mapping[str, Any]]], cancel: bool = False
) -> None:
    """Begin elements, each with variables of its own, inside a running ad-hoc sub-process; `cancel` what runs there.

    Raises NotFound where no such sub-process runs, Invalid with every element that may not begin there.
    """
    command = commands.ActivateInside(element_key, tuple((id_, dict(given)) for id_, given in elements), cancel)
    if advance(session, element_key >> COUNTER_BITS << COUNTER_BITS, command).stale:
        raise NotFound("ad_hoc_unknown", key=str(element_key))


def suspend(session: Session, key: int) -> None:
    """Stop an instance: its jobs, timers and commands stay where they are. Raises NotFound, Conflict."""
    _set_suspended(session, key, to=True)
    history.record(session, "instance_suspended", key)


def resume(session: Session, key: int) -> None:
    """Let a suspended instance go on with what has come for it. Raises NotFound, Conflict."""
    _set_suspended(session, key, to=False)
    history.record(session, "instance_resumed", key)
    jobs = raw_connection(session).execute(_JOBS, [key]).fetchall()
    keys, priorities, waits = zip(*jobs, strict=True) if jobs else ((), (), ())
    # A wait that is over by now must not be a negative one.
    enqueue(raw_connection(session), JOBS, keys, [max(wait, timedelta()) for wait in waits], priorities)
    wake(session, key, (), ())


def _set_suspended(session: Session, key: int, *, to: bool) -> None:
    connection = raw_connection(session)
    # Whoever advances it has this lock: it is suspended between two steps, never within one.
    found = connection.execute(_STATE, [key]).fetchone()
    if found is None:
        raise NotFound("instance_unknown", key=str(key))
    if connection.execute(_SUSPEND, {"key": key, "to": to}).rowcount == 0:
        code = "instance_ended" if found[0] != "active" else "instance_suspended" if to else "instance_not_suspended"
        raise Conflict(code, key=str(key))
