"""The sandbox as a stage for scenarios."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

import engine
from engine.sandbox import Case, Item, Sandbox
from handlers import HANDLERS
from tests.scenarios.play import CORE_KINDS, Doc, Story, Waiting


@cache
def deployed(folder: Path) -> Sandbox:
    """Parsed once: what is deployed is frozen, and each scenario gets a sandbox of its own around it."""
    box = Sandbox()
    box.deploy(folder)
    return box


class InMemory:
    """A sandbox with every process deployed."""

    def __init__(self, processes: Path, now: datetime) -> None:
        self.box = Sandbox(now=now)
        definitions = deployed(processes)
        self.box.specs, self.box.decisions, self.box.forms = definitions.specs, definitions.decisions, definitions.forms
        self.asked: set[str] = set()  # the groups that have had a task
        self.box.starts = [replace(start) for start in definitions.starts]

    def start(self, process: str, variables: Doc) -> None:
        self.box.start(process, variables)

    def publish(self, name: str, key: str, variables: Doc, ttl: timedelta) -> None:
        self.box.publish(name, key, variables, ttl)

    def waiting(self) -> list[Waiting]:
        found = [shown(case, item) for case in self.box.cases for item in case.waiting]
        self.asked.update(group for item in found for group in item.groups)
        return found

    def complete(self, item: Waiting, variables: Doc) -> None:
        if item.kind == "job":
            check_input(item)
        item.handle.complete(variables)

    def fail(self, item: Waiting, message: str) -> None:
        item.handle.fail(message, retries=0)

    def throw(self, item: Waiting, code: str, variables: Doc) -> None:
        item.handle.throw(code, variables)

    def advance(self, to: datetime) -> None:
        self.box.advance(to=to)

    def now(self) -> datetime:
        return self.box.now

    def stories(self) -> list[Story]:
        return [told(case) for case in self.box.cases]


def check_input(item: Waiting) -> None:
    """The handler of this topic could work with what the job sees: the diagram maps what it needs."""
    seen = json.loads(engine.dump_json(item.variables))
    problems = [error.message for error in Draft202012Validator(HANDLERS[item.name].input).iter_errors(seen)]
    assert not problems, f"{item.name} would refuse its variables: {problems}"


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
