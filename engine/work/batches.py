"""The same operation on many instances: cut into chunks that workers apply, with what came of it for each instance.

A chunk is one command and one transaction; an instance that refuses is undone alone and says why.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import clock, store
from engine.core.commands import Modify, Move
from engine.directory.acting import current
from engine.errors import Conflict, Finding, Invalid, NotFound, TrunklineError
from engine.instances import cancel, migrate, modify, on_command
from engine.store import json
from engine.store.enqueue import COMMANDS, enqueue
from engine.store.session import WORTH_ANOTHER_TRY, is_away, raw_connection
from engine.work.jobs import resolve_incident

CHUNK = 50
KIND = "batch"
ATTEMPTS = 3  # of one instance; somebody waits for what came of it
KINDS = ("cancel", "migrate", "modify", "resolve")

logger = logging.getLogger(__name__)

_CREATE = text("""
    INSERT INTO batches (key, kind, plan, state, created_by, unit, total, started_at, ended_at)
    SELECT nextval('numbers') << 24, :kind, CAST(:plan AS jsonb),
           CASE WHEN :total = 0 THEN 'completed' ELSE 'active' END, :actor, :unit, :total, :now,
           CASE WHEN :total = 0 THEN CAST(:now AS timestamptz) END
    RETURNING key
""")
_ITEMS = text("""
    INSERT INTO batch_items (batch_key, instance_key, state)
    SELECT :batch, k, 'active' FROM unnest(CAST(:keys AS bigint[])) k
""")
_COMMANDS = text("""
    INSERT INTO commands (kind, payload) SELECT 'batch', p FROM unnest(CAST(:payloads AS jsonb[])) p
""")
_LEFT = text("""
    SELECT i.instance_key, b.kind, b.plan FROM batch_items i JOIN batches b ON b.key = i.batch_key
    WHERE i.batch_key = :batch AND i.instance_key = ANY(:keys) AND i.state = 'active'
    ORDER BY i.instance_key FOR UPDATE OF i
""")
_DONE = text("""
    UPDATE batch_items SET state = :state, error = CAST(:error AS jsonb), processed_at = :now
    WHERE batch_key = :batch AND instance_key = :key
""")
_LOCK = text("SELECT state FROM batches WHERE key = :batch FOR UPDATE")
_END = text("""
    UPDATE batches SET state = 'completed', ended_at = :now
    WHERE key = :batch AND state = 'active'
      AND NOT EXISTS (SELECT FROM batch_items WHERE batch_key = :batch AND state = 'active')
""")
# A chunk at work has locked its items; waiting for it would mean to wait for all that begin meanwhile, or crosswise.
_CANCEL_ITEMS = text("""
    UPDATE batch_items SET state = 'canceled', processed_at = :now
    FROM (
        SELECT instance_key FROM batch_items WHERE batch_key = :batch AND state = 'active'
        FOR UPDATE SKIP LOCKED
    ) AS rest
    WHERE batch_items.batch_key = :batch AND batch_items.instance_key = rest.instance_key
""")
_CANCEL = text("UPDATE batches SET state = 'canceled', ended_at = :now WHERE key = :batch")
_INCIDENTS = text(
    "SELECT key, element FROM incidents WHERE key BETWEEN :key AND :key + 16777215 AND state = 'active' ORDER BY key"
)


def create_batch(session: Session, kind: str, keys: Sequence[int], plan: Mapping[str, Any] | None = None) -> int:
    """Have workers do something to each of these instances; gives the batch's key.

    `plan`: of migrate {definition_key, mapping}, of modify {moves: [[source, target]…]}. Raises Invalid.
    """
    if kind not in KINDS:
        raise Invalid("batch_kind_unknown", kind=kind)
    # In the order of keys, in which every chunk locks its instances: two batches on the same ones never wait crosswise.
    wanted, actor = sorted(set(keys)), current()
    values = {"kind": kind, "plan": json.dumps(plan or {}), "total": len(wanted), "now": clock.now()}
    batch: int = session.execute(_CREATE, {**values, "actor": actor.id, "unit": actor.unit}).scalar_one()
    session.execute(_ITEMS, {"batch": batch, "keys": wanted})
    _send(session, batch, [wanted[first : first + CHUNK] for first in range(0, len(wanted), CHUNK)])
    return batch


def cancel_batch(session: Session, key: int) -> None:
    """Leave alone the instances that are not begun yet; those that workers are at now are still done.

    Raises NotFound, Conflict where it has ended.
    """
    state = session.execute(_LOCK, {"batch": key}).scalar_one_or_none()
    if state is None:
        raise NotFound("batch_unknown", key=str(key))
    if state != "active":
        raise Conflict("batch_ended", key=str(key))
    values = {"batch": key, "now": clock.now()}
    session.execute(_CANCEL_ITEMS, values)
    session.execute(_CANCEL, values)


def apply_chunk(session: Session, instance_key: int | None, payload: Mapping[str, Any]) -> None:
    """Do what is left of a chunk. An instance that fails for no reason it could give is tried again alone."""
    batch, keys = payload["batch"], payload["keys"]
    for key, kind, plan in session.execute(_LEFT, {"batch": batch, "keys": keys}).all():
        try:
            with session.begin_nested():
                refused = _operate(session, kind, key, plan)
        except TrunklineError as error:
            refused = error
        except Exception as error:
            # when others have got in its way, or the database has gone away, the whole chunk is begun anew
            if len(keys) == 1 or store.sqlstate(error) in WORTH_ANOTHER_TRY or is_away(error):
                raise
            logger.warning("tried again alone", exc_info=True, extra={"batch": batch, "instance": key})
            _send(session, batch, [[key]])
            continue
        _note(session, batch, key, refused)
    _end(session, batch)


def give_up_chunk(session: Session, instance_key: int | None, payload: Mapping[str, Any], error: str) -> None:
    """What has failed again and again; a chunk that did as a whole is tried one by one, so that it is said of each."""
    batch, keys = payload["batch"], payload["keys"]
    if len(keys) > 1:
        _send(session, batch, [[key] for key in keys])
        return
    for key, _, _ in session.execute(_LEFT, {"batch": batch, "keys": keys}).all():
        _note(session, batch, key, Conflict("batch_given_up", reason=error))
    _end(session, batch)


def _send(session: Session, batch: int, chunks: Sequence[Sequence[int]]) -> None:
    """Leave a command a chunk, to be applied for the one who acts here."""
    by = asdict(current())
    payloads = [json.dumps({"batch": batch, "keys": chunk, "by": by}) for chunk in chunks]
    session.execute(_COMMANDS, {"payloads": payloads})
    # A delivery names no command, and whoever gets one goes on while there are more: a hundred wake every worker.
    enqueue(raw_connection(session), COMMANDS, [0] * min(len(chunks), 100))


def _operate(session: Session, kind: str, key: int, plan: Mapping[str, Any]) -> TrunklineError | None:
    """Do it; gives why it has not come to what was wanted, where what it did come to stays. Raises TrunklineError."""
    match kind:
        case "cancel":
            cancel(session, key)
        case "migrate":
            migrate(session, key, plan["definition_key"], plan["mapping"])
        case "modify":
            modify(session, key, Modify(move=tuple(Move(source, target) for source, target in plan["moves"])))
        case _:
            return _resolve(session, key)
    return None


def _resolve(session: Session, key: int) -> TrunklineError | None:
    """Every incident there is now; one that goes with another, or that somebody resolves meanwhile, is no refusal."""
    found = session.execute(_INCIDENTS, {"key": key}).all()
    if not found:
        raise Conflict("batch_no_incident", key=str(key))
    for incident in found:
        with suppress(NotFound):
            resolve_incident(session, incident.key)
    # Resolving runs the case on at once, so the same reason may have made a new incident by now.
    before = {incident.key for incident in found}
    again = [one.element for one in session.execute(_INCIDENTS, {"key": key}).all() if one.key not in before]
    return Conflict("batch_incident_again", elements=", ".join(dict.fromkeys(again))) if again else None


def _note(session: Session, batch: int, key: int, refused: TrunklineError | None) -> None:
    error = None if refused is None else json.dumps(_told(refused))
    state = "completed" if refused is None else "failed"
    values = {"batch": batch, "key": key, "state": state, "error": error, "now": clock.now()}
    session.execute(_DONE, values)


def _told(refused: TrunklineError) -> dict[str, Any]:
    findings = refused.findings or (Finding(refused.code, refused.parameters),)
    return {"findings": [{"code": one.code, "parameters": dict(one.parameters)} for one in findings]}


def _end(session: Session, batch: int) -> None:
    """With the batch locked, so that of two chunks that end at once the later one sees what the other did."""
    session.execute(_LOCK, {"batch": batch})
    session.execute(_END, {"batch": batch, "now": clock.now()})


on_command(KIND, apply_chunk, give_up_chunk, ATTEMPTS)
