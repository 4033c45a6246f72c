"""The sandbox as a stage for scenarios, which also asks each handler whether it could work with what it is given."""

import json
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

import engine
from engine.sandbox import Sandbox, scenarios
from engine.sandbox.scenarios import Doc, Waiting
from handlers import HANDLERS


@cache
def deployed(folder: Path) -> Sandbox:
    """Parsed once: what is deployed is frozen, and each scenario gets a sandbox of its own around it."""
    box = Sandbox()
    box.deploy(folder)
    return box


class InMemory(scenarios.InMemory):
    """A sandbox with every process deployed."""

    def __init__(self, processes: Path, now: datetime) -> None:
        super().__init__(Sandbox(now=now))
        definitions = deployed(processes)
        self.box.specs, self.box.decisions, self.box.forms = definitions.specs, definitions.decisions, definitions.forms
        self.asked: set[str] = set()  # the groups that have had a task
        self.box.starts = [replace(start) for start in definitions.starts]

    def waiting(self) -> list[Waiting]:
        found = super().waiting()
        self.asked.update(group for item in found for group in item.groups)
        return found

    def complete(self, item: Waiting, variables: Doc) -> None:
        if item.kind == "job":
            check_input(item)
        super().complete(item, variables)


def check_input(item: Waiting) -> None:
    """The handler of this topic could work with what the job sees: the diagram maps what it needs."""
    seen = json.loads(engine.dump_json(item.variables))
    problems = [error.message for error in Draft202012Validator(HANDLERS[item.name].input).iter_errors(seen)]
    assert not problems, f"{item.name} would refuse its variables: {problems}"
