"""Signals: sent to everybody who waits for them now, and to every process that starts by them; never buffered."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import history
from engine.core.names import require_name
from engine.errors import Invalid
from engine.work.sending import Receiver, deliver, new_key, start

_WAITING = text("""
    SELECT s.process_id, s.definition_key, s.element, s.instance_key, s.key, s.element_key
    FROM subscriptions s WHERE s.kind = 'signal' AND s.name = :name
    UNION ALL
    SELECT e.process_id, e.definition_key, e.element, NULL, NULL, NULL
    FROM start_events e WHERE e.kind = 'signal' AND e.name = :name
    ORDER BY 4, 5
""")


def broadcast_signal(session: Session, name: str, variables: Mapping[str, Any] | None = None) -> int:
    """Send a signal to all; gives its key. That nobody waits is no error."""
    if not name:
        raise Invalid("signal_invalid", name=name)
    require_name(name)
    key = new_key(session)
    given = dict(variables or {})
    history.record(session, "signal_broadcast", data={"name": name, "signal": str(key)})
    # Each receiver by a command: here only one instance at a time may be locked (decision 7).
    for row in session.execute(_WAITING, {"name": name}).all():
        receiver = Receiver(*row)
        if receiver.instance_key is not None:
            deliver(session, receiver, given)
        else:
            start(session, receiver, new_key(session), given, None)
    return key
