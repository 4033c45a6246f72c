"""PostgreSQL as a stage for scenarios: each call is a transaction, and people act under their rights and forms."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

import engine
from engine.directory.acting import TIMER
from engine.sandbox.scenarios import CORE_KINDS, Doc, Story, Waiting
from engine.work import timers
from engine.work.activation import overlaid

UNITS = frozenset({"HQ", "GD", "GD-GZ", "GD-SZ"})
CLERK = engine.Principal("test.clerk", "测试", "HQ", UNITS, frozenset({"admin"}), source="web")
LEASE = timedelta(hours=1)

_CASES = "SELECT key, process_id, state, case_no FROM instances ORDER BY key"
_VARIABLES = "SELECT instance_key, scope_key, name, value FROM variables"
_HISTORY = "SELECT instance_key, kind, element, data FROM history ORDER BY key"
_INCIDENTS = "SELECT key, instance_key, element, kind, code FROM incidents WHERE state = 'active' ORDER BY key"
# a case's records in the order they began to wait
_WAITING = """
    SELECT key, instance_key, element, 'job' AS kind, type AS name, scopes, NULL::text[] AS groups,
        NULL::timestamptz AS due, NULL::jsonb AS action, state
    FROM jobs WHERE kind <> 'REMINDER' AND state IN ('created', 'activated')
    UNION ALL
    SELECT key, instance_key, element, 'task', '', scopes, candidate_groups, due_at, NULL, state
    FROM tasks WHERE state = 'created'
    UNION ALL
    SELECT key, instance_key, element, 'timer', '', '{}', NULL, due_at, NULL, '' FROM timers WHERE kind = 'event'
    UNION ALL
    SELECT key, instance_key, element, kind, name, '{}', NULL, NULL, action, '' FROM subscriptions
    ORDER BY 2, 1
"""


def deploy(folder: Path) -> None:
    """All that lies in the folder, as one deployment."""
    suffixes = (".bpmn", ".dmn", ".form", ".en.yaml")
    files = sorted(path for path in folder.rglob("*") if path.name.endswith(suffixes))
    with engine.transaction() as session:
        engine.deploy(session, [engine.Resource(path.name, path.read_bytes()) for path in files])


class OnPostgres:
    """A database with every process deployed."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._pin(now)

    def start(self, process: str, variables: Doc) -> None:
        with engine.transaction() as session:
            engine.start(session, process_id=process, variables=variables)

    def publish(self, name: str, key: str, variables: Doc, ttl: timedelta) -> None:
        with engine.transaction() as session:
            engine.publish_message(session, name, key, variables, ttl)

    def complete(self, item: Waiting, variables: Doc) -> None:
        with engine.acting(CLERK), engine.transaction() as session:
            if item.kind == "task":
                engine.complete_task(session, CLERK, item.handle, variables)
            elif item.kind == "job":
                self._lease(session, item)
                engine.complete_job(session, item.handle, variables)
            else:
                engine.send_action(session, CLERK, item.handle >> 24 << 24, str(item.handle), variables)

    def fail(self, item: Waiting, message: str) -> None:
        with engine.transaction() as session:
            self._lease(session, item)
            engine.fail_job(session, item.handle, 0, message)

    def throw(self, item: Waiting, code: str, variables: Doc) -> None:
        with engine.transaction() as session:
            self._lease(session, item)
            engine.throw_job_error(session, item.handle, code, "", variables)

    def deny(self, item: Waiting, reason: str | None) -> None:
        self._answer(item, engine.Verdict(denied=True, reason=reason))

    def correct(self, item: Waiting, corrections: Doc) -> None:
        self._answer(item, engine.Verdict(corrections=corrections))

    def advance(self, to: datetime) -> None:
        """What falls due fires in order, each at its own time."""
        while (due := self._next_due()) is not None and due <= to:
            self._pin(max(due, self._now))
            with engine.acting(TIMER):
                with engine.transaction() as session:
                    taken = timers.take_due(session, 1)
                for timer in taken:
                    with engine.transaction() as session:
                        timers.fire(session, timer)
        self._pin(to)

    def now(self) -> datetime:
        return self._now

    def broadcast(self, name: str, variables: Doc) -> None:
        with engine.transaction() as session:
            engine.broadcast_signal(session, name, variables)

    def resolve(self, element: str) -> bool:
        rows = self._read(_INCIDENTS)[0]
        found = [row.key for row in rows if row.element == element]
        for key in found[:1]:
            with engine.transaction() as session:
                engine.resolve_incident(session, key)
        return bool(found)

    def waiting(self) -> list[Waiting]:
        cases, variables, records = self._read(_CASES, _VARIABLES, _WAITING)
        processes = {row.key: row.process_id for row in cases}
        held = by_scope(variables)
        return [
            Waiting(
                processes[row.instance_key],
                row.kind,
                row.element,
                row.name,
                overlaid(row.scopes, held),
                tuple(row.groups or ()),
                row.due,
                row.action,
                row.key,
            )
            for row in records
        ]

    def stories(self) -> list[Story]:
        cases, variables, history, incidents = self._read(_CASES, _VARIABLES, _HISTORY, _INCIDENTS)
        held = by_scope(variables)
        noted: dict[int, list[Any]] = {}
        stopped: dict[int, list[Any]] = {}
        for row in history:
            noted.setdefault(row.instance_key, []).append(row)
        for row in incidents:
            stopped.setdefault(row.instance_key, []).append(row)
        return [told(row, held.get(row.key, {}), noted.get(row.key, []), stopped.get(row.key, [])) for row in cases]

    def _lease(self, session: engine.Session, item: Waiting) -> None:
        """Take jobs of the type until the one meant is among them; the others stay leased and wait their turn."""
        state = session.execute(text("SELECT state FROM jobs WHERE key = :key"), {"key": item.handle}).scalar()
        if state == "created":
            engine.activate_jobs(session, [item.name], "test", 1000, LEASE)

    def _answer(self, item: Waiting, verdict: engine.Verdict) -> None:
        with engine.transaction() as session:
            self._lease(session, item)
            engine.complete_job(session, item.handle, {}, verdict=verdict)

    def _next_due(self) -> datetime | None:
        ((found,),) = self._read("SELECT min(due_at) AS due FROM timers")
        return found.due  # type: ignore[no-any-return]

    def _pin(self, moment: datetime) -> None:
        self._now = moment
        with engine.transaction() as session:
            engine.pin_case_clock(session, moment)

    def _read(self, *statements: str) -> list[Sequence[Any]]:
        with engine.transaction() as session:
            return [session.execute(text(statement)).all() for statement in statements]


def by_scope(rows: Sequence[Any]) -> dict[int, dict[str, Any]]:
    held: dict[int, dict[str, Any]] = {}
    for row in rows:
        held.setdefault(row.scope_key, {})[row.name] = row.value
    return held


def told(case: Any, variables: Mapping[str, Any], history: Sequence[Any], incidents: Sequence[Any]) -> Story:
    return Story(
        case.process_id,
        case.state,
        variables,
        tuple((row.kind, row.element) for row in history if row.kind in CORE_KINDS),
        tuple(row.element for row in history if row.kind == "element_completed"),
        tuple(flow for row in history for flow in (row.data or {}).get("flows", ())),
        tuple(f"{row.element}: {row.kind} {row.code}" for row in incidents),
        case.case_no,
    )
