"""The sandbox as a stage for scenarios."""

from datetime import datetime, timedelta

from engine.sandbox.box import Sandbox
from engine.sandbox.case import Case, Item

from .stage import CORE_KINDS, Doc, Story, Waiting


class InMemory:
    """A sandbox with every process of the scenario deployed."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box

    def start(self, process: str, variables: Doc) -> None:
        self.box.start(process, variables)

    def publish(self, name: str, key: str, variables: Doc, ttl: timedelta) -> None:
        self.box.publish(name, key, variables, ttl)

    def broadcast(self, name: str, variables: Doc) -> None:
        self.box.broadcast(name, variables)

    def waiting(self) -> list[Waiting]:
        return [_shown(case, item) for case in self.box.cases for item in case.waiting]

    def complete(self, item: Waiting, variables: Doc) -> None:
        item.handle.complete(variables)

    def fail(self, item: Waiting, message: str) -> None:
        item.handle.fail(message, retries=0)

    def throw(self, item: Waiting, code: str, variables: Doc) -> None:
        item.handle.throw(code, variables)

    def deny(self, item: Waiting, reason: str | None) -> None:
        item.handle.deny(reason)

    def correct(self, item: Waiting, corrections: Doc) -> None:
        item.handle.correct(**corrections)

    def resolve(self, element: str) -> bool:
        found = [one for case in self.box.cases for one in case.incidents if one.element == element]
        for incident in found[:1]:
            incident.resolve()
        return bool(found)

    def advance(self, to: datetime) -> None:
        self.box.advance(to=to)

    def now(self) -> datetime:
        return self.box.now

    def stories(self) -> list[Story]:
        return [_told(case) for case in self.box.cases]


def _shown(case: Case, item: Item) -> Waiting:
    name = item.type or item.name or ""
    groups = tuple(item.candidate_groups)
    return Waiting(case.process_id, item.kind, item.element, name, item.variables, groups, item.due, item.action, item)


def _told(case: Case) -> Story:
    return Story(
        case.process_id,
        case.state,
        case.variables,
        tuple((note.kind, note.element) for note in case.history if note.kind in CORE_KINDS),
        tuple(case.path),
        tuple(case.flows),
        tuple(f"{stopped.element}: {stopped.kind} {stopped.code}" for stopped in case.incidents),
        case.case_no,
    )
