"""Advancing an instance: load it, run the core until everything waits, write (decision 6)."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from engine.core import advance as core
from engine.core import commands
from engine.core.state import State
from engine.errors import Conflict
from engine.store import engine_of, may_be_overtaken

from .changes import sort
from .loading import Inside, Loaded, Sight, load, load_seen
from .seen import is_crowded
from .surroundings import surroundings
from .writing import write

Decide = Callable[[Any, State], commands.Command]


def advance(
    session: Session, instance_key: int, command: commands.Command, sight: Sight | None = None
) -> core.Advanced:
    """Give an instance one command; what it does is written in the session's transaction.

    `sight`: how the instance was a moment ago (`see`), which the transaction goes by if it may be overtaken.

    `stale` in the answer: what the command names waits no longer, and nothing was done. Raises NotFound, or Conflict
    where the instance is suspended (cancelling is allowed even then).
    """
    if sight is not None and may_be_overtaken(session) and not is_crowded(engine_of(session), instance_key):
        loaded = load_seen(session, sight)
    else:
        loaded = load(session, instance_key)
    return advance_loaded(session, loaded, command)


def advance_by(session: Session, instance_key: int, inside: Inside, decide: Decide) -> core.Advanced:
    """Like `advance`, with a command that depends on a record in the instance, read together with it.

    `decide` is given the record and the state before, which it leaves as it is; what it raises stops the advance.
    Raises `inside.unknown` where there is no such record.
    """
    loaded = load(session, instance_key, inside)
    return advance_loaded(session, loaded, decide(loaded.found, loaded.state))


def advance_loaded(session: Session, loaded: Loaded, command: commands.Command) -> core.Advanced:
    """Like `advance`, for an instance that has been read already."""
    row, spec, state, _, seen = loaded
    if row.state != "active":
        return core.Advanced(state, [], stale=True)
    # An operator ends a case that stands without letting it go on first.
    if row.suspended and not isinstance(command, commands.Cancel):
        raise Conflict("instance_suspended", key=str(row.key))
    around = surroundings(session, row.definition_key, state.key + state.counter)
    advanced = core.advance(spec, state, command, around)
    if not advanced.stale:
        write(session, row, state, sort(advanced.effects), seen=seen)
    return advanced
