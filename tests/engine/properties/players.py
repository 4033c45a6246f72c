"""Two who play a random diagram by the same path: the sandbox, and PostgreSQL with or without crashes.

What waits is named by its place, the same for both: the case's number in the order of their keys, and the offset of
the key in its case. What history tells is brought to the same shape.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import pytest
from sqlalchemy import text

import engine
from engine.core import commands
from engine.definitions import cache
from engine.directory.acting import TIMER
from engine.sandbox import Sandbox
from engine.sandbox.scenarios import CORE_KINDS
from engine.store.transaction import Transaction
from engine.work import timers
from tests.engine.house import MONDAY
from tests.engine.properties.random_diagrams import REFUSAL

LIVES = timedelta(hours=2)  # a published message's time to live
Told = list[tuple[str, str, list[Any]]]  # of each case its process, state and history

_RECORDS = """
    SELECT key, instance_key, element_key, element, 'job' AS kind, '' AS name, NULL AS correlation FROM jobs
    WHERE state IN ('created', 'activated') AND kind <> 'REMINDER'
    UNION ALL SELECT key, instance_key, element_key, element, 'task', '', NULL FROM tasks WHERE state = 'created'
    UNION ALL SELECT key, instance_key, element_key, element, 'timer', '', NULL FROM timers
    WHERE kind = 'event'
    UNION ALL SELECT key, instance_key, element_key, element, kind, name, correlation_key FROM subscriptions
    UNION ALL SELECT key, instance_key, element_key, element, 'incident', '', NULL FROM incidents
    WHERE state = 'active'
    ORDER BY 2, 1
"""
_CLEAR = """
    TRUNCATE instances, variables, jobs, tasks, timers, subscriptions, incidents, commands, messages, message_receipts,
        message_starts, start_events, involved_units, history, tokens_apart
"""
_NEW_PROCESS = "UPDATE timers SET taken_until = NULL"


@dataclass(frozen=True, order=True)
class Place:
    """Something that waits."""

    case: int
    offset: int
    kind: str
    element: str
    name: str = ""
    correlation: str = ""


class Player(Protocol):
    def begin(self, data: bytes, variables: Mapping[str, Any]) -> None: ...

    def waiting(self) -> list[Place]: ...

    def do(self, place: Place, verb: str, step: int) -> None:
        """complete, fail or throw (a job), publish (a message), pass (time, to the next thing due)."""
        ...

    def told(self) -> Told: ...


def verb_for(place: Place, chosen: random.Random) -> str:
    """What is done to a thing that waits. An error that nobody catches is an incident."""
    number = chosen.random()
    if place.kind == "timer":
        return "pass"
    if place.kind == "message":
        return "publish"
    if place.kind == "job" and number < 0.2:
        return "fail"
    if place.kind == "job" and number < 0.4:
        return "throw"
    return "complete"


def relative(value: Any, numbers: Sequence[int]) -> Any:
    """Keys inside a value as (case, offset), which are the same wherever it was played."""
    if isinstance(value, Mapping):
        return {name: relative(inner, numbers) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [relative(inner, numbers) for inner in value]
    if isinstance(value, str) and value.isdecimal() and int(value) >> 24:
        return relative(int(value), numbers)
    if isinstance(value, int) and value >> 24 in numbers:
        return numbers.index(value >> 24), value & 0xFFFFFF
    return value


class InMemory:
    """The sandbox."""

    def __init__(self, box: Sandbox | None = None) -> None:
        self.box = box or Sandbox(now=MONDAY)

    def begin(self, data: bytes, variables: Mapping[str, Any]) -> None:
        self.box.deploy(data, "p.bpmn")
        self.box.start("p", variables)

    def waiting(self) -> list[Place]:
        return sorted(self._items())

    def do(self, place: Place, verb: str, step: int) -> None:
        if verb == "publish":
            self.box.publish(place.name, place.correlation, {"by": place.element}, LIVES, str(step))
            return
        if verb == "pass":
            self.box.advance(to=self.box.next_due())
            return
        item = self._items()[place]
        if place.kind == "incident":
            item.resolve()
        elif verb == "fail":
            item.fail("broken", retries=0)
        elif verb == "throw":
            item.throw(REFUSAL, {"by": place.element})
        else:
            item.complete({"by": place.element})

    def told(self) -> Told:
        numbers = [case.key >> 24 for case in self.box.cases]
        return [
            (
                case.process_id,
                case.state,
                [
                    (note.kind, note.element, relative(note.element_key, numbers), relative(dict(note.data), numbers))
                    for note in case.history
                    if note.kind in CORE_KINDS
                ],
            )
            for case in self.box.cases
        ]

    def _items(self) -> dict[Place, Any]:
        found: dict[Place, Any] = {}
        for number, case in enumerate(self.box.cases):
            for item in case.waiting:
                key = (case.records[item.key].correlation_key or "") if item.kind == "message" else ""  # type: ignore[union-attr]
                named = (item.name or "") if item.kind != "job" else ""
                found[Place(number, item.key - case.key, item.kind, item.element, named, key)] = item
            for stopped in case.incidents:
                record = stopped.record
                found[Place(number, record.key - case.key, "incident", record.element)] = stopped
        return found


class Crash(BaseException):
    """The process is killed. Nothing may catch it as an error."""


class OnPostgres:
    """The engine on the database that is configured; with `chance` the process dies at a commit, before or after it.

    The one that takes its place applies what was left behind, and does again what still waits to be done.
    """

    def __init__(self, chance: float = 0, seed: int = 0) -> None:
        self._chance = chance
        self._dice = random.Random(seed)
        self.crashes = 0
        self._now = MONDAY
        self._pin(MONDAY)

    @classmethod
    def alone(cls, chance: float = 0, seed: int = 0) -> "OnPostgres":
        """On a database that others have played on before."""
        with engine.transaction() as session:
            session.execute(text(_CLEAR))
        return cls(chance, seed)

    def begin(self, data: bytes, variables: Mapping[str, Any]) -> None:
        """Whoever starts a case and does not hear of it looks for it by its business id."""

        def starting() -> None:
            with engine.transaction() as session:
                engine.deploy(session, [engine.Resource("p.bpmn", data)])
            given = {"process_id": "p", "variables": variables, "business_id": "only"}
            with suppress(engine.Conflict):
                engine.retrying(lambda session: engine.start(session, **given))

        self._surely(starting, lambda: bool(self._rows("SELECT 1 FROM instances")))

    def waiting(self) -> list[Place]:
        return sorted(self._records())

    def do(self, place: Place, verb: str, step: int) -> None:
        if verb == "pass":
            self._pass_time()
            return
        key = 0 if verb == "publish" else self._records()[place]
        # A person's page and another system's call name it too.
        element_key = next((row.element_key for row in self._rows(_RECORDS) if row.key == key), 0)

        def doing() -> None:
            with suppress(engine.Conflict):
                engine.retrying(lambda session: self._do(session, place, verb, (key, element_key), str(step)))

        self._surely(doing, lambda: verb != "publish" and self._records().get(place) != key)

    def told(self) -> Told:
        cases = self._rows("SELECT key, process_id, state FROM instances ORDER BY key")
        history = self._rows("SELECT instance_key, kind, element, element_key, data FROM history ORDER BY key")
        numbers = [case.key >> 24 for case in cases]
        noted: dict[int, list[Any]] = {case.key: [] for case in cases}
        for row in history:
            if row.kind in CORE_KINDS:
                at, data = relative(row.element_key, numbers), relative(row.data or {}, numbers)
                noted[row.instance_key].append((row.kind, row.element, at, data))
        return [(case.process_id, case.state, noted[case.key]) for case in cases]

    def left(self) -> dict[str, int]:
        """How many rows there still are of what waits, and of what was to be done."""
        which = {"tasks": "state = 'created'", "variables": "scope_key <> instance_key"}
        tables = ("jobs", "tasks", "timers", "subscriptions", "commands", "variables", "tokens_apart")
        counts = " UNION ALL ".join(
            f"SELECT '{table}' AS name, count(*) AS number FROM {table} WHERE {which.get(table, 'true')}"
            for table in tables
        )
        return {row.name: row.number for row in self._rows(counts) if row.number}

    # One step

    def _do(self, session: engine.Session, place: Place, verb: str, at: tuple[int, int], id_: str) -> None:
        key, given = at[0], {"by": place.element}
        if verb == "publish":
            engine.publish_message(session, place.name, place.correlation, given, LIVES, id_)
        elif place.kind == "job":
            engine.activate_jobs(session, ["work"], "test", 1000, timedelta(hours=1))
            if verb == "complete":
                engine.complete_job(session, key, given)
            elif verb == "fail":
                engine.fail_job(session, key, 0, "broken")
            else:
                engine.throw_job_error(session, key, REFUSAL, "", given)
        elif place.kind == "incident":
            engine.resolve_incident(session, key)
        else:
            done = commands.CompleteTask(*at, given)
            came = commands.Deliver(*at, place.element, given)
            engine.advance(session, key >> 24 << 24, done if place.kind == "task" else came)

    def _pass_time(self) -> None:
        self._pin(max(self._now, self._rows("SELECT min(due_at) AS due FROM timers")[0].due))

        def firing() -> None:
            while True:
                taken = engine.retrying(lambda session: timers.take_due(session, 1))
                if not taken:
                    return
                sights = engine.retrying(partial(timers.see_instances, due=taken))
                with engine.acting(TIMER):
                    engine.retrying(partial(timers.fire, timer=taken[0], sight=sights.get(taken[0].key)))

        self._surely(firing, lambda: False)

    def _pin(self, moment: datetime) -> None:
        self._now = moment
        with engine.transaction() as session:
            engine.pin_case_clock(session, moment)

    # Crashes

    def _surely(self, work: Callable[[], None], done: Callable[[], bool]) -> None:
        """Do it, and again in a new process after each crash, until it is done."""
        while True:
            try:
                with self._mortal():
                    work()
                return
            except Crash:
                self._go_on()
            if done():
                return

    def _go_on(self) -> None:
        """A new process: it knows nothing, and applies what it finds."""
        while True:
            self.crashes += 1
            cache._caches.clear()
            self._rows(_NEW_PROCESS)
            try:
                with self._mortal():
                    while engine.apply_due_commands():
                        pass
                return
            except Crash:
                continue

    @contextmanager
    def _mortal(self) -> Iterator[None]:
        commit = Transaction.commit

        def committing(session: Transaction) -> None:
            if self._dice.random() < self._chance:
                raise Crash
            commit(session)
            if self._dice.random() < self._chance:
                raise Crash

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Transaction, "commit", committing)
            yield

    def _records(self) -> dict[Place, int]:
        cases = [row.key for row in self._rows("SELECT key FROM instances ORDER BY key")]
        return {
            Place(
                cases.index(row.instance_key),
                row.key - row.instance_key,
                row.kind,
                row.element,
                row.name,
                row.correlation or "",
            ): row.key
            for row in self._rows(_RECORDS)
        }

    def _rows(self, statement: str) -> Sequence[Any]:
        with engine.transaction() as session:
            result = session.execute(text(statement))
            return result.all() if result.returns_rows else []
