"""Whether what the tables say of cases holds together, once nothing moves: each finding is a sentence.

The snapshots of running cases are read as the engine reads them, and held against all that waits outside of them,
against history and against what operators count.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from engine import store
from engine.core import snapshot
from engine.core.calls import CallActivity
from engine.core.compensation import FOR
from engine.core.state import State
from engine.core.token import Token
from engine.definitions import process_spec
from engine.instances.token_rows import TokenRows
from engine.queries import statistics

RECORDS = """
    SELECT instance_key, 'job' AS noun, key, element_key, element, definition_key FROM jobs
    UNION ALL SELECT instance_key, 'task', key, element_key, element, definition_key FROM tasks WHERE state = 'created'
    UNION ALL SELECT instance_key, 'timer', key, element_key, element, NULL FROM timers
    UNION ALL SELECT instance_key, 'subscription', key, element_key, element, definition_key FROM subscriptions
    UNION ALL SELECT instance_key, 'incident', key, element_key, element, definition_key FROM incidents
    WHERE state = 'active'
"""
CASES = "SELECT key, process_id, definition_key, snapshot, parent_element_key, incidents FROM instances WHERE state = "
# What nothing but a running case may have, by table.
ONLY_OF_RUNNING = {
    "jobs": "true",
    "tasks": "row.state = 'created'",
    "timers": "true",
    "subscriptions": "true",
    "incidents": "row.state = 'active'",
    "tokens_apart": "true",
    "message_starts": "true",
    "variables": "row.scope_key <> row.instance_key",
}
HISTORY = """
    SELECT h.instance_key, h.element_key, max(h.element) AS element, i.state,
        count(*) FILTER (WHERE h.kind = CASE h.element_key WHEN h.instance_key THEN 'instance_started'
            ELSE 'element_activated' END) AS begun,
        count(*) FILTER (WHERE h.kind IN ('element_completed', 'element_terminated', 'instance_completed',
            'instance_canceled')) AS ended,
        bool_or(h.kind = 'incident_raised') AS stuck
    FROM history h JOIN instances i ON i.key = h.instance_key WHERE h.element_key IS NOT NULL GROUP BY 1, 2, 4
"""
BATCHES = """
    SELECT b.key FROM batches b LEFT JOIN batch_items i ON i.batch_key = b.key
    GROUP BY b.key HAVING b.state = 'active' OR bool_or(i.state = 'active') OR count(i.instance_key) <> b.total
"""


@dataclass(frozen=True)
class Case:
    """A running case; `records`: noun and key of what waits for it outside → its row."""

    key: int
    process: str
    definition_key: int
    caller: int | None
    incidents: int
    state: State
    tokens: Mapping[int, Token]
    records: Mapping[tuple[str, int], Any]

    def __str__(self) -> str:
        return f"{self.process} {self.key}"


def findings() -> list[str]:
    """All that does not hold."""
    with store.transaction() as session:
        cases = _cases(session)
        found = [*_left_behind(session), *_calls(cases), *_history(session, cases)]
        for case in cases.values():
            found += [*_records(case), *_tokens(case), *_variables(session, case), *_counts(session, case)]
        return found


def _rows(session: store.Session, statement: str, **values: Any) -> list[Any]:
    return list(session.execute(text(statement), values).all())


def _cases(session: store.Session) -> dict[int, Case]:
    records: dict[int, dict[tuple[str, int], Any]] = {}
    for row in _rows(session, RECORDS):
        records.setdefault(row.instance_key, {})[row.noun, row.key] = row
    found = {}
    for row in _rows(session, CASES + "'active'"):
        spec = process_spec(session, row.definition_key)
        state = snapshot.read(row.snapshot, row.key, spec, rows=TokenRows(session, row.key))
        place = (row.key, row.process_id, row.definition_key, row.parent_element_key, row.incidents)
        found[row.key] = Case(*place, state, dict(state.tokens.items()), records.get(row.key, {}))
    return found


def _left_behind(session: store.Session) -> Iterator[str]:
    for table, condition in ONLY_OF_RUNNING.items():
        ended = "NOT EXISTS (SELECT FROM instances i WHERE i.key = row.instance_key AND i.state = 'active')"
        for row in _rows(session, f"SELECT DISTINCT instance_key FROM {table} row WHERE {condition} AND {ended}"):
            yield f"{table} has rows of {row.instance_key}, which has ended"
    for row in _rows(session, "SELECT kind, instance_key, error FROM commands"):
        yield f"a command is left: {row.kind} for {row.instance_key}, {row.error}"
    for row in _rows(session, BATCHES):
        yield f"batch {row.key} has not ended, or counts other cases than it has"


def _records(case: Case) -> Iterator[str]:
    """What the tokens wait for is there, for them and at their elements; and nothing else is."""
    waits = {(wait.noun, wait.key): token for token in case.tokens.values() for wait in token.waits}
    for noun, key in waits.keys() - case.records.keys():
        yield f"{case}: {waits[noun, key].task_spec.id} waits for the {noun} {key}, which is not there"
    for noun, key in case.records.keys() - waits.keys():
        yield f"{case}: no token waits for the {noun} {key} at {case.records[noun, key].element}"
    for place in waits.keys() & case.records.keys():
        row, token = case.records[place], waits[place]
        if row.element_key != token.key or row.definition_key not in (None, case.definition_key):
            yield f"{case}: the {place} at {row.element} belongs elsewhere"
        if place[0] in ("job", "task") and row.element != token.task_spec.id:
            yield f"{case}: the {place} is at {row.element}, its token at {token.task_spec.id}"


def _tokens(case: Case) -> Iterator[str]:
    """Each token lives in one that is there, which knows of it, and waits for something."""
    inside = Counter(token.parent_key for token in case.tokens.values())
    undone = {token.internal_data.get(FOR) for token in case.tokens.values()}
    for token in case.tokens.values():
        if token.parent_key is not None and token.parent_key not in case.tokens:
            yield f"{case}: {token.task_spec.id} lives in a scope that is gone"
        if token.inside != inside[token.key]:
            yield f"{case}: {token.task_spec.id} counts {token.inside} inside, there are {inside[token.key]}"
        if not (token.waits or token.inside or token.key in undone or isinstance(token.task_spec, CallActivity)):
            yield f"{case}: {token.task_spec.id} waits for nothing"


def _calls(cases: Mapping[int, Case]) -> Iterator[str]:
    """Who is called has a caller that waits, and who waits for the end of a call has called."""
    called = {case.caller for case in cases.values() if case.caller is not None}
    calling = set()
    for case in cases.values():
        for token in case.tokens.values():
            is_body = token.task_spec.loop is not None and not token.is_inner
            if isinstance(token.task_spec, CallActivity) and not is_body:
                calling.add(token.key)
                waits_for_more = any(wait.noun in ("job", "incident") for wait in token.waits)
                if token.key not in called and not waits_for_more:
                    yield f"{case}: {token.task_spec.id} waits for a case that has ended or was never begun"
    for key in called - calling:
        yield f"a case runs that token {key} called, which is gone"


def _variables(session: store.Session, case: Case) -> Iterator[str]:
    kept = {key for keys in case.state.kept.values() for key in keys}
    scopes = {row.scope_key for row in _rows(session, _SCOPES, key=case.key)}
    for scope in scopes - case.tokens.keys() - kept:
        yield f"{case}: variables of scope {scope}, which is gone"


_SCOPES = "SELECT DISTINCT scope_key FROM variables WHERE instance_key = :key"


def _counts(session: store.Session, case: Case) -> Iterator[str]:
    """What operators are told stands where it stands."""
    open_ = sum(noun == "incident" for noun, _ in case.records)
    if case.incidents != open_:
        yield f"{case}: says {case.incidents} incidents, has {open_}"
    there = Counter(t.task_spec.id for t in case.tokens.values() if t.key != case.key and not t.is_path)
    told = Counter({row.element: row.active for row in statistics.elements_of_instance(session, case.key)})
    if +told != there:
        yield f"{case}: counts {dict(+told - there)} that are not there and not {dict(there - told)} that are"


def _history(session: store.Session, cases: Mapping[int, Case]) -> Iterator[str]:
    """Everything begins once and ends once, and is there in between."""
    for row in _rows(session, HISTORY):
        place = f"{row.element} ({row.element_key}) of {row.instance_key}"
        if row.begun > 1 or row.ended > 1:
            yield f"{place} has begun {row.begun} times and ended {row.ended} times"
        is_there = row.state == "active" and row.element_key in cases[row.instance_key].tokens
        if (row.begun or row.stuck) and not row.ended and not is_there:
            yield f"{place} has never ended and is not there"
        if row.ended and is_there and not cases[row.instance_key].tokens[row.element_key].is_leaving:
            yield f"{place} has ended and is there"
