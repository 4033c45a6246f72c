"""A sandbox that keeps what is done to it from outside, and the same done once more on PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

import engine
from engine.core import commands
from engine.directory.acting import TIMER
from engine.sandbox import Case, Sandbox
from engine.work import timers
from engine.work.start_timers import start_due
from tests.engine.properties.players import InMemory, OnPostgres

Deed = Callable[["Again"], None]


class Recorded(Sandbox):
    """What an instance asks of the sandbox in its turn is not kept: played again, it is asked again."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now=now)
        self.began = now
        self.deeds: list[tuple[Deed, type[Exception] | None]] = []
        self._inside = False

    @contextmanager
    def _keeping(self, deed: Deed) -> Iterator[None]:
        if self._inside:
            yield
            return
        self._inside = True
        refused: type[Exception] | None = None
        try:
            yield
        except Exception as error:
            refused = type(error)
            raise
        finally:
            self._inside = False
            self.deeds.append((deed, refused))

    def deploy_files(self, files: Iterable[tuple[str, bytes]]) -> None:
        kept = list(files)
        with self._keeping(lambda again: again.deploy(kept)):
            super().deploy_files(kept)

    def start(
        self, process_id: str, variables: Mapping[str, Any] | None = None, business_id: str | None = None
    ) -> Case:
        with self._keeping(lambda again: again.start(process_id, variables, business_id)):
            return super().start(process_id, variables, business_id)

    def evaluate_conditions(self, variables: Mapping[str, Any]) -> list[Case]:
        with self._keeping(lambda again: again.evaluate_conditions(variables)):
            return super().evaluate_conditions(variables)

    def send(self, case: Case, command: commands.Command) -> None:
        number = self.cases.index(case)
        numbers = [case.key >> 24 for case in self.cases]
        with self._keeping(lambda again: again.send(number, command, numbers)):
            super().send(case, command)

    def publish(
        self,
        name: str,
        correlation_key: str = "",
        variables: Mapping[str, Any] | None = None,
        ttl: timedelta = timedelta(),
        message_id: str | None = None,
    ) -> None:
        given = (name, correlation_key, variables, ttl, message_id)
        with self._keeping(lambda again: again.publish(*given)):
            super().publish(*given)

    def broadcast(self, signal: str, variables: Mapping[str, Any] | None = None) -> None:
        with self._keeping(lambda again: again.broadcast(signal, variables)):
            super().broadcast(signal, variables)

    def advance(self, by: timedelta | None = None, to: datetime | None = None) -> None:
        target = to if to is not None else self.now + (by or timedelta())
        with self._keeping(lambda again: again.advance(target)):
            super().advance(to=target)

    def migrate(self, case: Case, mapping: Mapping[str, str]) -> None:
        number = self.cases.index(case)
        with self._keeping(lambda again: again.migrate(number, mapping)):
            super().migrate(case, mapping)

    def holds_on_postgres(self) -> None:
        """Do it all again on the database that is configured: the same is refused, told and waited for."""
        again = Again(self.began)
        for deed, refused in self.deeds:
            if refused is None:
                deed(again)
            else:
                with pytest.raises(refused):
                    deed(again)
        here = InMemory(self)
        assert again.told() == here.told()
        assert again.waiting() == here.waiting()
        assert again.variables() == [case.variables for case in self.cases]


class Again(OnPostgres):
    """PostgreSQL, with each of the sandbox's calls as a transaction."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._pin(now)

    def deploy(self, files: Sequence[tuple[str, bytes]]) -> None:
        with engine.transaction() as session:
            engine.deploy(session, [engine.Resource(name, data) for name, data in files])

    def start(self, process_id: str, variables: Mapping[str, Any] | None, business_id: str | None) -> None:
        with engine.transaction() as session:
            engine.start(session, process_id=process_id, variables=variables, business_id=business_id)

    def evaluate_conditions(self, variables: Mapping[str, Any]) -> None:
        with engine.transaction() as session:
            engine.evaluate_conditions(session, variables)

    def send(self, number: int, command: commands.Command, numbers: Sequence[int]) -> None:
        keys = self._keys()
        there = dict(zip(numbers, (key >> 24 for key in keys), strict=False))
        with engine.transaction() as session:
            if engine.advance(session, keys[number], rekeyed(command, there)).stale:
                raise engine.Conflict("waits_no_longer", process_id="")

    def publish(self, *given: Any) -> None:
        with engine.transaction() as session:
            engine.publish_message(session, *given)

    def broadcast(self, signal: str, variables: Mapping[str, Any] | None) -> None:
        with engine.transaction() as session:
            engine.broadcast_signal(session, signal, variables)

    def advance(self, to: datetime) -> None:
        """What falls due fires in order, each at its own time."""
        while (due := self._rows(_DUE)[0].due) is not None and due <= to:
            self._pin(max(due, self._now))
            with engine.acting(TIMER):
                with engine.transaction() as session:
                    taken = timers.take_due(session, 1)
                for timer in taken:
                    with engine.transaction() as session:
                        timers.fire(session, timer)
                if not taken:
                    with engine.transaction() as session:
                        start_due(session, ZONE)
        self._pin(to)

    def migrate(self, number: int, mapping: Mapping[str, str]) -> None:
        key = self._keys()[number]
        with engine.transaction() as session:
            statement = text("SELECT process_id FROM instances WHERE key = :key")
            process_id = session.execute(statement, {"key": key}).scalar_one()
            engine.migrate(session, key, engine.latest(session, "process", process_id).key, mapping)

    def variables(self) -> list[dict[str, Any]]:
        """Those of each case's own scope."""
        rows = self._rows("SELECT scope_key, name, value FROM variables WHERE scope_key = instance_key")
        return [{row.name: row.value for row in rows if row.scope_key == key} for key in self._keys()]

    def _keys(self) -> list[int]:
        return [row.key for row in self._rows("SELECT key FROM instances ORDER BY key")]


ZONE = ZoneInfo("Asia/Shanghai")
_DUE = "SELECT min(due_at) AS due FROM (SELECT due_at FROM timers UNION ALL SELECT due_at FROM start_events) found"


def rekeyed(value: Any, numbers: Mapping[int, int]) -> Any:
    """The same command with the keys of cases that have other numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (numbers[value >> 24] << 24) + (value & 0xFFFFFF) if value >> 24 in numbers else value
    if isinstance(value, tuple):
        return tuple(rekeyed(inner, numbers) for inner in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: rekeyed(getattr(value, one.name), numbers) for one in fields(value)})
    return value
