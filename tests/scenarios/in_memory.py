"""The sandbox as a stage for scenarios."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.sandbox import Case, Item, Sandbox

from tests.scenarios.play import CORE_KINDS, Doc, Story, Waiting


class InMemory:
    """A sandbox with every process deployed."""

    def __init__(self, processes: Path, now: datetime) -> None:
        self.box = Sandbox(now=now)
        self.box.deploy(processes)

    def start(self, process: str, variables: Doc) -> None:
        self.box.start(process, numbers(variables))

    def publish(self, name: str, key: str, variables: Doc, ttl: timedelta) -> None:
        self.box.publish(name, key, numbers(variables), ttl)

    def waiting(self) -> list[Waiting]:
        return [shown(case, item) for case in self.box.cases for item in case.waiting]

    def complete(self, item: Waiting, variables: Doc) -> None:
        item.handle.complete(numbers(variables))

    def fail(self, item: Waiting, message: str) -> None:
        item.handle.fail(message, retries=0)

    def throw(self, item: Waiting, code: str, variables: Doc) -> None:
        item.handle.throw(code, numbers(variables))

    def advance(self, to: datetime) -> None:
        self.box.advance(to=to)

    def now(self) -> datetime:
        return self.box.now

    def stories(self) -> list[Story]:
        return [told(case) for case in self.box.cases]


def shown(case: Case, item: Item) -> Waiting:
    return Waiting(
        case.process_id,
        item.kind,
        item.element,
        item.type or item.name or "",
        item.variables,
        tuple(item.candidate_groups),
        item.due,
        item.action,
        item,
    )


def told(case: Case) -> Story:
    return Story(
        case.process_id,
        case.state,
        case.variables,
        tuple((note.kind, note.element) for note in case.history if note.kind in CORE_KINDS),
        tuple(case.path),
        tuple(case.flows),
        tuple(f"{stopped.element}: {stopped.kind} {stopped.message}" for stopped in case.incidents),
    )


def numbers(value: Any) -> Any:
    """YAML's numbers as the engine loads JSON's: decimals."""
    if isinstance(value, Mapping):
        return {name: numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [numbers(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))
