"""A message or signal arrives: what publishing and subscribing left to be done, each in its own transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from engine import clock
from engine.core import commands
from engine.core.effects import Close
from engine.core.messages import Waiting, next_buffered
from engine.instances import advance
from engine.store.message_locks import lock_publishing
from engine.work.messages import Message, choose, hand_over

_SUBSCRIPTION = text("""
    SELECT key, instance_key, process_id, element, element_key, name, correlation_key FROM subscriptions
    WHERE key = :key
""")
# Those this process id has not received. A receiver by name alone takes any key.
_BUFFERED = text("""
    SELECT m.key, m.name, m.correlation_key, m.variables FROM messages m
    WHERE m.name = :name AND (CAST(:key AS text) IS NULL OR m.correlation_key = :key) AND m.expires_at > :now
      AND NOT EXISTS (SELECT FROM message_receipts r WHERE r.message_key = m.key AND r.process_id = :process_id)
    ORDER BY m.key LIMIT 1
""")
# In an order that is the same for all who lock them, so that nobody waits crosswise.
_STARTS = text(
    "SELECT DISTINCT name FROM start_events WHERE kind = 'message' AND process_id = :process_id ORDER BY name"
)
# Of two instances of a process that reach for the same message, one gets it; none where it is swept away just then.
_TAKE = text("""
    INSERT INTO message_receipts (message_key, process_id, instance_key, at)
    SELECT key, :process_id, :instance, :now FROM messages WHERE key = :message
    ON CONFLICT DO NOTHING RETURNING 1
""")
_PUT_BACK = text("DELETE FROM message_receipts WHERE message_key = :message AND process_id = :process_id")


def deliver(session: Session, instance_key: int, payload: Mapping[str, Any]) -> None:
    """Let a subscription have an event. Where it waits no longer, a message looks for another receiver."""
    message = payload.get("message")
    key, element_key = payload["subscription"], payload["element_key"]
    command = commands.Deliver(key, element_key, payload["element"], payload["variables"])
    advanced = advance(session, instance_key, command)
    if advanced.stale and message is not None:
        _elsewhere(session, message, payload)
    elif message is not None and not _closed(advanced.effects, key):
        # an event that interrupts nothing is waited for still
        take_buffered(session, key)


def take_buffered(session: Session, subscription: int) -> None:
    """Give a subscription the oldest buffered message that fits it; one that stays open gets all of them in order."""
    row = session.execute(_SUBSCRIPTION, {"key": subscription}).one_or_none()
    while row is not None and (message := _next(session, row)) is not None:
        place = {"message": message.key, "process_id": row.process_id}
        if session.execute(_TAKE, {**place, "instance": row.instance_key, "now": clock.now()}).first() is None:
            continue
        command = commands.Deliver(row.key, row.element_key, row.element, message.variables)
        advanced = advance(session, row.instance_key, command)
        if advanced.stale:
            session.execute(_PUT_BACK, place)
        if advanced.stale or _closed(advanced.effects, row.key):
            return


def start_buffered(session: Session, process_id: str, correlation_key: str) -> None:
    """The instance that a process id and key opened has ended: the oldest buffered message may open the next."""
    names = list(session.execute(_STARTS, {"process_id": process_id}).scalars())
    for name in names:
        lock_publishing(session, name, correlation_key)
    found = [
        Message(row.key, row.name, row.correlation_key, row.variables, buffered=True)
        for name in names
        for row in session.execute(_BUFFERED, _wanted(name, correlation_key, process_id))
    ]
    for message in sorted(found, key=lambda m: m.key):
        for waiting, receiver in choose(session, message, (), process_id):
            hand_over(session, message, waiting, receiver)
            return


def _elsewhere(session: Session, told: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    """The receiver chosen is gone: another of the same process id gets it, or nobody, and it counts as not received."""
    message = Message(told["key"], told["name"], told["correlation_key"], payload["variables"], told["buffered"])
    lock_publishing(session, message.name, message.correlation_key)
    session.execute(_PUT_BACK, {"message": message.key, "process_id": payload["process_id"]})
    for waiting, receiver in choose(session, message, (), payload["process_id"]):
        hand_over(session, message, waiting, receiver)


def _next(session: Session, row: Row[Any]) -> Message | None:
    wanted = _wanted(row.name, row.correlation_key, row.process_id)
    buffered = {m.key: m for m in session.execute(_BUFFERED, wanted)}
    waiting = Waiting(row.key, row.process_id, row.instance_key, row.correlation_key)
    key = next_buffered([(m.key, m.correlation_key, ()) for m in buffered.values()], waiting)
    if key is None:
        return None
    found = buffered[key]
    return Message(found.key, found.name, found.correlation_key, found.variables, buffered=True)


def _wanted(name: str, correlation_key: str | None, process_id: str) -> dict[str, Any]:
    return {"name": name, "key": correlation_key, "process_id": process_id, "now": clock.now()}


def _closed(effects: list[Any], key: int) -> bool:
    return any(isinstance(effect, Close) and effect.key == key for effect in effects)
