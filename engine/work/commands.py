"""What the commands do that messages, signals and timers leave for instances, and applying those left behind."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.instances import apply_due_commands, on_command
from engine.instances import start as start_instance
from engine.store.enqueue import COMMANDS, enqueue
from engine.store.session import raw_connection
from engine.work import receiving
from engine.work.messages import publish_message
from engine.work.sending import DELIVER, START
from engine.work.signals import broadcast_signal

Payload = Mapping[str, Any]

BATCH = 100
# The process that wrote a command applies it at once; what is older was left behind.
_LEFT = text("""
    SELECT count(*) FROM commands
    WHERE failed_at IS NULL AND due_at <= now() AND created_at < now() - interval '2 s'
""")


def apply_left_commands(_delivery: int = 0) -> timedelta | None:
    """Apply commands that nobody has applied; gives what the wait for more is, None where there are no more."""
    # A full batch ends here, so that one delivery holds no thread for as long as commands keep coming.
    return timedelta() if apply_due_commands(BATCH) == BATCH else None


def queue_left_commands(session: Session) -> int:
    """Have the workers apply what was left behind, in as many deliveries as there are batches; says how many."""
    left: int = session.execute(_LEFT).scalar_one()
    deliveries = -(-left // BATCH)
    enqueue(raw_connection(session), COMMANDS, [0] * min(deliveries, BATCH))
    return deliveries


def _publish(session: Session, instance_key: int | None, payload: Payload) -> None:
    # Without an id: the command goes with the commit that publishes, and one token may throw alike messages.
    ttl = timedelta(seconds=float(payload["ttl"]))
    publish_message(session, payload["name"], payload["correlation_key"], payload["variables"], ttl)


def _broadcast(session: Session, instance_key: int | None, payload: Payload) -> None:
    broadcast_signal(session, payload["name"], payload["variables"])


def _deliver(session: Session, instance_key: int | None, payload: Payload) -> None:
    assert instance_key is not None
    receiving.deliver(session, instance_key, payload)


def _start(session: Session, instance_key: int | None, payload: Payload) -> None:
    start_instance(
        session,
        definition_key=payload["definition_key"],
        variables=payload["variables"],
        start_element=payload["element"],
        key=instance_key,
    )


def _correlate(session: Session, instance_key: int | None, payload: Payload) -> None:
    receiving.take_buffered(session, payload["subscription"])


def _freed(session: Session, instance_key: int | None, payload: Payload) -> None:
    receiving.start_buffered(session, payload["process_id"], payload["correlation_key"])


on_command("publish", _publish)
on_command("broadcast", _broadcast)
on_command(DELIVER, _deliver)
on_command(START, _start)
on_command("correlate", _correlate)
on_command("freed", _freed)
