"""Commands between instances (decision 7): rows written by the sender, each applied in a transaction of its own.

The process that wrote them applies them right after its commit; what it leaves behind, because it died or was not at
its turn, any worker applies later. Commands for one instance are applied in the order they were sent.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy.orm import Session

from engine import history, store
from engine.core.effects import Answer, Broadcast, Call, Proceed, Publish, Uncall
from engine.directory.acting import Actor, acting, current
from engine.errors import Conflict, NotFound
from engine.store import json, prepared, raw_connection

from .changes import Outgoing
from .row import InstanceRow

Apply = Callable[[Session, int | None, Mapping[str, Any]], None]
GiveUp = Callable[[Session, int | None, Mapping[str, Any], str], None]

ATTEMPTS = 8  # then a command is left for a person
AT_ONCE = 1_000  # how many commands a process applies after one commit of its own; workers take the rest
KEY_BITS = 24

_SEND = "INSERT INTO commands (instance_key, kind, payload) VALUES (%s, %s, %s::jsonb) RETURNING id"
# In their order, one at a time; not for a suspended instance, except for what it sent to others.
_NEXT = """
    SELECT c.id FROM commands c
    WHERE c.failed_at IS NULL AND c.due_at <= clock_timestamp()
      AND (%(keys)s::bigint[] IS NULL OR c.instance_key = ANY(%(keys)s::bigint[]) OR c.id = ANY(%(ids)s::bigint[]))
      AND NOT EXISTS (
          SELECT FROM commands e WHERE e.instance_key = c.instance_key AND e.id < c.id AND e.failed_at IS NULL)
      AND (c.kind IN ('publish', 'broadcast') OR NOT EXISTS (
          SELECT FROM instances i WHERE i.key = c.instance_key AND i.suspended AND i.state = 'active'))
    ORDER BY c.id LIMIT 1
"""
_TAKE = f"""
    DELETE FROM commands WHERE id = ({_NEXT} FOR UPDATE OF c SKIP LOCKED)
    RETURNING json_build_array(id, instance_key, kind, payload)
"""  # noqa: S608 - constants of ours
_DONE = "DELETE FROM commands WHERE id = %s"
# Later and later: 1, 2, 4 … seconds of machine time.
_FAILED = """
    UPDATE commands SET attempts = attempts + 1, error = %(error)s,
           due_at = now() + make_interval(secs => power(2, attempts)),
           failed_at = CASE WHEN attempts + 1 >= %(most)s THEN now() END
    WHERE id = %(id)s RETURNING failed_at IS NOT NULL
"""
_AGAIN = """
    UPDATE commands SET attempts = 0, failed_at = NULL, due_at = now() WHERE id = %s AND failed_at IS NOT NULL
    RETURNING instance_key, kind
"""

# Messages and signals that lead back to where they came from would never end: the core stops a way of too many hops.
_HOPS = {"publish": 1, "broadcast": 1, "proceed": 10}  # as `effects.hops` has it

logger = logging.getLogger(__name__)
_applies: dict[str, Apply] = {}
_give_ups: dict[str, GiveUp] = {}
_attempts: dict[str, int] = {}
_waiting: ContextVar[deque[tuple[list[int], list[int]]] | None] = ContextVar("commands_to_apply", default=None)


def on_command(kind: str, apply: Apply, give_up: GiveUp | None = None, attempts: int = ATTEMPTS) -> None:
    """Say what a kind of command does: `apply(session, instance_key, payload)` in a transaction of its own.

    `give_up` is called, with the last error's text, when it has failed for the last time. Without one it stays where
    it is, for an operator to look at and to retry.
    """
    _applies[kind], _attempts[kind] = apply, attempts
    if give_up is not None:
        _give_ups[kind] = give_up


def send(session: Session, kind: str, instance_key: int | None, payload: Mapping[str, Any]) -> int:
    """Leave a command to be applied after the session's commit; gives its id. The one acting here acts there too."""
    text = json.dumps({**payload, "by": asdict(current())})
    found = raw_connection(session).execute(_SEND, [instance_key, kind, text]).fetchone()
    assert found is not None
    id: int = found[0]  # noqa: A001 - the column's name
    _after_commit(session, [instance_key] if instance_key is not None else [], [id])
    return id


def retry_command(session: Session, id: int) -> None:  # noqa: A002 - the column's name
    """Have one that was given up tried again, as often as a new one. Raises NotFound if there is none."""
    found = raw_connection(session).execute(_AGAIN, [id]).fetchone()
    if found is None:
        raise NotFound("command_unknown", id=str(id))
    instance_key, kind = found
    history.record(session, "command_retried", instance_key, data={"command": id, "kind": kind})
    _after_commit(session, [], [id])


def apply_due_commands(limit: int = 100) -> int:
    """Apply commands that nobody has applied yet, each in a transaction of its own; gives how many were taken."""
    taken = 0
    while taken < limit and _apply_next(None, []):
        taken += 1
    return taken


# What an advance sends


def outgoing_rows(row: InstanceRow, outgoing: Iterable[Outgoing]) -> list[dict[str, Any]]:
    """The rows of `commands` for an advance of this instance."""
    by = asdict(current())
    return [_row(row, effect) | {"payload": {**_payload(row, effect), "by": by}} for effect in outgoing]


def _row(row: InstanceRow, effect: Outgoing) -> dict[str, Any]:
    match effect:
        case Answer():
            return {"kind": "return", "instance_key": effect.element_key >> KEY_BITS << KEY_BITS}
        case _:
            # Named after what it is; in the sender's order, so that a call is made before it is taken back.
            return {"kind": type(effect).__name__.lower(), "instance_key": row.key}


def _payload(row: InstanceRow, effect: Outgoing) -> dict[str, Any]:
    match effect:
        case Call():
            return {
                "process_id": effect.process_id,
                "binding": asdict(effect.binding),
                "variables": dict(effect.variables),
                "element_key": effect.element_key,
                "catches": list(effect.catches),
                "depth": effect.depth,
                "definition_key": row.definition_key,
            }
        case Uncall():
            return {"element_key": effect.element_key}
        case Answer():
            return {**asdict(effect), "variables": dict(effect.variables)}
        case Publish():
            return {
                "name": effect.name,
                "correlation_key": effect.correlation_key,
                "variables": dict(effect.variables),
                "ttl": effect.ttl.total_seconds(),
            }
        case Broadcast():
            return {"name": effect.name, "variables": dict(effect.variables)}
        case Proceed():
            return {}


def actor_as_json() -> str:
    return json.dumps_rows(asdict(current()))


# Applying


def wake(session: Session, instance_key: int, outgoing: Iterable[Outgoing], ids: Sequence[int]) -> None:
    """Have what an advance sent applied after the commit."""
    targets = {instance_key}
    targets |= {effect.element_key >> KEY_BITS << KEY_BITS for effect in outgoing if isinstance(effect, Answer)}
    _after_commit(session, sorted(targets), list(ids))


def _after_commit(session: Session, keys: list[int], ids: list[int]) -> None:
    store.after_commit(session, lambda: _drain(keys, ids))


def _drain(keys: list[int], ids: list[int]) -> None:
    """Apply what is there for these instances, and what comes of it; one loop, however long a chain of calls is."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append((keys, ids))
        return
    waiting = deque([(keys, ids)])
    token = _waiting.set(waiting)
    try:
        left = AT_ONCE
        while waiting and left:
            left -= 1
            if not _apply_next(*waiting[0]) or not _is_left(*waiting[0]):
                waiting.popleft()
            # In turns, so that a long chain of one instance does not hold up the others that came with the same commit.
            elif len(waiting) > 1:
                waiting.rotate(-1)
    finally:
        _waiting.reset(token)


def _apply_next(keys: list[int] | None, ids: list[int]) -> bool:
    """Take one command and apply it. False if there is none to take."""
    # Outside of the transaction: when that is undone, nothing else knows which command it was.
    taken: list[tuple[int, int | None, str, dict[str, Any]]] = []

    def work(session: Session) -> bool:
        taken.clear()
        found = prepared.first_row(raw_connection(session), _TAKE, {"keys": keys, "ids": ids})
        if found is None:
            return False
        assert found[0] is not None
        taken.append(tuple(json.loads(found[0])))
        _apply(session, *taken[0])
        return True

    try:
        return store.retrying(work)
    except Exception as error:
        if not taken:
            raise
        if isinstance(error, Conflict) and error.code == "instance_suspended":
            # after we looked; it is not taken again before that goes on
            return True
        logger.exception("a command failed", extra={"command": taken[0][0], "kind": taken[0][2]})
        _note_failure(*taken[0], error)
        return True


def _is_left(keys: list[int] | None, ids: list[int]) -> bool:
    """Whether there is one to take: what had to wait for one before it, which whoever wrote it could not apply."""
    return store.retrying(lambda session: store.first_row(session, _NEXT, {"keys": keys, "ids": ids})) is not None


def _apply(session: Session, _: int, instance_key: int | None, kind: str, payload: dict[str, Any]) -> None:
    with acting(_sender(payload, _HOPS.get(kind, 0))):
        _applies[kind](session, instance_key, payload)


def _note_failure(id: int, instance_key: int | None, kind: str, payload: dict[str, Any], error: Exception) -> None:  # noqa: A002
    # The one that applied it is undone, and so would be whatever it wrote of its failure.
    with store.transaction() as session:
        values = {"id": id, "error": f"{type(error).__name__}: {error}", "most": _attempts.get(kind, ATTEMPTS)}
        found = raw_connection(session).execute(_FAILED, values).fetchone()
        if found is not None and found[0]:
            logger.error("a command is given up", extra={"command": id, "kind": kind, "instance": instance_key})
            if kind in _give_ups:
                with acting(_sender(payload)):
                    _give_ups[kind](session, instance_key, payload, str(error))
                # Whoever is told goes on from there; trying it again as well would do it twice.
                raw_connection(session).execute(_DONE, [id])


def _sender(payload: Mapping[str, Any], hops: int = 0) -> Actor:
    sender = Actor(**{**payload["by"], "source": "command"})
    return replace(sender, hops=sender.hops + hops)
