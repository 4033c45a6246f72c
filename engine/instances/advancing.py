"""Advancing an instance: lock, load, run the core until everything waits, write (decision 6)."""

from sqlalchemy.orm import Session

from engine.core import advance as core
from engine.core import commands
from engine.errors import Conflict

from .changes import sort
from .loading import lock
from .surroundings import surroundings
from .writing import write


def advance(session: Session, instance_key: int, command: commands.Command) -> core.Advanced:
    """Give an instance one command; what it does is written in the session's transaction.

    `stale` in the answer: what the command names waits no longer, and nothing was done. Raises NotFound, or Conflict
    where the instance is suspended (cancelling is allowed even then).
    """
    row, spec, state = lock(session, instance_key)
    if row.state != "active":
        return core.Advanced(state, [], stale=True)
    if row.suspended and not isinstance(command, commands.Cancel):
        raise Conflict("instance_suspended", key=str(instance_key))
    around = surroundings(session, row.definition_key, state.key + state.counter)
    advanced = core.advance(spec, state, command, around)
    if not advanced.stale:
        write(session, row, spec, state, sort(advanced.effects))
    return advanced
