"""Messages: published, buffered until somebody waits for them, and received once by each process id (decision 7)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import clock, history
from engine.core.messages import Waiting, receivers
from engine.core.names import require_name
from engine.errors import Conflict, Invalid, NotFound
from engine.store import first_row, json
from engine.store.message_locks import lock_publishing
from engine.work.sending import Receiver, deliver, new_key, start

LONGEST_LIFE = timedelta(days=36_525)

# A message start waits for its name whatever the key, unless an instance opened by that key still runs.
_WAITING = """
    SELECT json_agg(json_build_array(
        key, process_id, instance_key, correlation_key, element, element_key, definition_key)) AS waiting
    FROM (
        SELECT s.key, s.process_id, s.instance_key, s.correlation_key, s.element, s.element_key, s.definition_key
        FROM subscriptions s
        WHERE s.kind = 'message' AND s.name = %(name)s AND (s.correlation_key IS NULL OR s.correlation_key = %(key)s)
        UNION ALL
        SELECT e.definition_key, e.process_id, NULL, NULL, e.element, NULL, e.definition_key FROM start_events e
        WHERE e.kind = 'message' AND e.name = %(name)s AND NOT EXISTS (
            SELECT FROM message_starts m WHERE m.process_id = e.process_id AND m.correlation_key = %(key)s)
    ) AS there
"""
_BUFFER = text("""
    INSERT INTO messages (key, name, correlation_key, message_id, variables, published_at, expires_at)
    VALUES (:key, :name, :correlation_key, :message_id, CAST(:variables AS jsonb), :now, :expires)
""")
_PUBLISHED = text("""
    SELECT FROM messages WHERE name = :name AND correlation_key = :correlation_key AND message_id = :message_id
      AND expires_at > :now
""")
# One that has expired is swept away once a minute, and its id must not stand in the way of the next until then.
_EXPIRED = text("""
    DELETE FROM messages WHERE name = :name AND correlation_key = :correlation_key AND message_id = :message_id
""")
# One that has expired since it was published is kept no longer, and has nothing to remember.
_RECEIVED = text("""
    INSERT INTO message_receipts (message_key, process_id, instance_key, at)
    SELECT key, :process_id, :instance, :now FROM messages WHERE key = :message
""")
_GUARD = text("""
    INSERT INTO message_starts (process_id, correlation_key, instance_key) VALUES (:process_id, :key, :instance)
""")


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way. `buffered`: it is kept for who comes later, and remembers whom it reached."""

    key: int
    name: str
    correlation_key: str
    variables: Mapping[str, Any]
    buffered: bool = False


def publish_message(
    session: Session,
    name: str,
    correlation_key: str = "",
    variables: Mapping[str, Any] | None = None,
    ttl: timedelta = timedelta(),
    message_id: str | None = None,
) -> int:
    """Send a message to whoever waits for it, and keep it for `ttl` of case time for others; gives its key.

    Raises Conflict while a message of the same name, key and id is kept.
    """
    if not name or not timedelta() <= ttl <= LONGEST_LIFE:
        raise Invalid("message_invalid", name=name, ttl=ttl.total_seconds())
    _require_names(name, correlation_key, message_id or "")
    lock_publishing(session, name, correlation_key)
    message = Message(new_key(session), name, correlation_key, dict(variables or {}), ttl > timedelta())
    _refuse_repeated(session, message, message_id)
    if message.buffered:
        _keep(session, message, ttl, message_id)
    history.record(
        session, "message_published", data={"name": name, "key": correlation_key, "message": str(message.key)}
    )
    for waiting, receiver in choose(session, message, ()):
        hand_over(session, message, waiting, receiver)
    return message.key


def correlate_message(
    session: Session, name: str, correlation_key: str = "", variables: Mapping[str, Any] | None = None
) -> tuple[int, int]:
    """Send a message to who waits for it now: (message key, key of an instance). Raises NotFound if nobody does.

    It goes to the receiver that has waited longest of all process ids, a running instance before a start.
    """
    _require_names(name, correlation_key)
    lock_publishing(session, name, correlation_key)
    message = Message(new_key(session), name, correlation_key, dict(variables or {}))
    chosen = choose(session, message, ())
    if not chosen:
        raise NotFound("message_not_awaited", name=name, correlation_key=correlation_key)
    waiting, receiver = min(chosen, key=lambda pair: (pair[0].instance_key is None, pair[0].key))
    history.record(
        session, "message_published", data={"name": name, "key": correlation_key, "message": str(message.key)}
    )
    return message.key, hand_over(session, message, waiting, receiver)


def choose(
    session: Session, message: Message, reached: Collection[str], process_id: str | None = None
) -> list[tuple[Waiting, Receiver]]:
    """Who gets the message now, at most one of each process id (or of the one named). Hold its publishing lock."""
    found = first_row(session, _WAITING, {"name": message.name, "key": message.correlation_key})
    assert found is not None
    there = {
        (process, key, element): (
            Waiting(key, process, instance, correlation_key, element),
            Receiver(process, definition, element, instance, key, element_key),
        )
        for key, process, instance, correlation_key, element, element_key, definition in found[0] or ()
        if process_id in (None, process)
    }
    chosen = receivers([waiting for waiting, _ in there.values()], message.correlation_key, reached)
    return [there[waiting.process_id, waiting.key, waiting.element or ""] for waiting in chosen]


def hand_over(session: Session, message: Message, waiting: Waiting, receiver: Receiver) -> int:
    """Have the receiver get the message in a transaction of its own; gives the key of its instance."""
    if receiver.instance_key is not None:
        instance = receiver.instance_key
        deliver(session, receiver, message.variables, _told(message))
    else:
        instance = new_key(session)
        # Camunda's rule: without a key each message opens an instance, whatever runs already.
        if message.correlation_key:
            guard = {"process_id": receiver.process_id, "key": message.correlation_key, "instance": instance}
            session.execute(_GUARD, guard)
        start(session, receiver, instance, message.variables, _told(message))
    if message.buffered:
        received = {"message": message.key, "process_id": receiver.process_id, "instance": instance}
        session.execute(_RECEIVED, {**received, "now": clock.now()})
    return instance


def _require_names(*texts: str) -> None:
    for text_ in texts:
        require_name(text_)


def _told(message: Message) -> dict[str, Any]:
    return {
        "key": message.key,
        "name": message.name,
        "correlation_key": message.correlation_key,
        "buffered": message.buffered,
    }


def _refuse_repeated(session: Session, message: Message, message_id: str | None) -> None:
    if message_id is None:
        return
    same = {"name": message.name, "correlation_key": message.correlation_key, "message_id": message_id}
    if session.execute(_PUBLISHED, {**same, "now": clock.now()}).first() is not None:
        raise Conflict("message_published_already", name=message.name, message_id=message_id)
    session.execute(_EXPIRED, same)


def _keep(session: Session, message: Message, ttl: timedelta, message_id: str | None) -> None:
    row = {"key": message.key, "name": message.name, "correlation_key": message.correlation_key}
    times = {"now": clock.now(), "expires": clock.now() + ttl}
    content = {"message_id": message_id, "variables": json.dumps(message.variables)}
    session.execute(_BUFFER, {**row, **times, **content})
