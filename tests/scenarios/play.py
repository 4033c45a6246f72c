"""Play a scenario (processes/README.md says what its YAML holds) on one back end and tell what does not hold."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import yaml

Doc = Mapping[str, Any]

# kinds that only one back end has, or that say how a thing was done and not what
CORE_KINDS = frozenset(
    {
        "instance_started",
        "instance_completed",
        "instance_canceled",
        "element_activated",
        "element_completed",
        "element_terminated",
        "incident_raised",
        "incident_resolved",
        "job_failed",
        "error_thrown",
        "escalation_thrown",
        "message_thrown",
        "signal_thrown",
        "event_received",
        "timer_fired",
        "task_warning",
        "task_due",
        "task_reminder",
        "case_held",
        "case_resumed",
        "process_called",
        "decision_evaluated",
    }
)


@dataclass(frozen=True)
class Waiting:
    """Something a case waits for; `handle` is the back end's own."""

    case: str
    kind: str
    element: str
    name: str
    variables: Mapping[str, Any]
    groups: tuple[str, ...]
    due: datetime | None
    action: Mapping[str, Any] | None
    handle: Any


@dataclass(frozen=True)
class Story:
    """One case as it stands: what it did and what it holds."""

    process: str
    state: str
    variables: Mapping[str, Any]
    history: tuple[tuple[str, str | None], ...]
    path: tuple[str, ...]
    flows: tuple[str, ...]
    incidents: tuple[str, ...]


class Stage(Protocol):
    """An engine that a scenario is played on."""

    def start(self, process: str, variables: Doc) -> None: ...

    def publish(self, name: str, key: str, variables: Doc, ttl: timedelta) -> None: ...

    def waiting(self) -> list[Waiting]: ...

    def complete(self, item: Waiting, variables: Doc) -> None: ...

    def fail(self, item: Waiting, message: str) -> None: ...

    def throw(self, item: Waiting, code: str, variables: Doc) -> None: ...

    def advance(self, to: datetime) -> None: ...

    def now(self) -> datetime: ...

    def stories(self) -> list[Story]:
        """Every case in the order it began; the first is the scenario's own."""
        ...


def load(path: Path) -> Doc:
    return numbers(yaml.safe_load(path.read_text(encoding="utf-8")))  # type: ignore[no-any-return]


def numbers(value: Any) -> Any:
    """YAML's numbers as the engine loads JSON's: decimals."""
    if isinstance(value, Mapping):
        return {name: numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [numbers(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))


def play(scenario: Doc, stage: Stage) -> list[Story]:
    """Start the case, do the steps, check what is expected. Raises AssertionError that names the step."""
    begin(scenario["start"], stage)
    for number, step in enumerate(scenario.get("steps", ()), start=1):
        try:
            act(step, stage)
        except AssertionError as error:
            raise AssertionError(f"step {number} {step}: {error}") from error
    expect(scenario.get("expected", {}), stage)
    return stage.stories()


def begin(start: Doc, stage: Stage) -> None:
    if "message" in start:
        stage.publish(start["message"], str(start.get("key", "")), start.get("variables", {}), timedelta())
        return
    stage.start(start["process"], start.get("variables", {}))


def act(step: Doc, stage: Stage) -> None:
    ((verb, given),) = step.items()
    VERBS[verb](given, stage)


def complete(given: Any, stage: Stage) -> None:
    """A task or a job is done; `all` does each one there is."""
    for item in chosen(given, stage, ("task", "job")):
        stage.complete(item, given.get("variables", {}))


def fail(given: Any, stage: Stage) -> None:
    """A job fails and has no retries left."""
    for item in chosen(given, stage, ("job",)):
        stage.fail(item, given.get("message", "failed"))


def throw(given: Any, stage: Stage) -> None:
    """A job raises a BPMN error."""
    for item in chosen(given, stage, ("job",)):
        stage.throw(item, given["code"], given.get("variables", {}))


def message(given: Doc, stage: Stage) -> None:
    lives = timedelta(hours=float(given.get("ttl_hours", 0)))
    stage.publish(given["name"], key_of(given, stage), given.get("variables", {}), lives)


def action(given: Doc, stage: Stage) -> None:
    """A person sends an action that is open: its message, to its key."""
    open_now = [item for item in stage.waiting() if item.action is not None and item.element == given["element"]]
    assert open_now, f"no action {given['element']} is open"
    stage.complete(open_now[0], given.get("variables", {}))


def advance(given: Any, stage: Stage) -> None:
    if isinstance(given, str | datetime):
        stage.advance(moment(given))
        return
    stage.advance(stage.now() + timedelta(**{unit: float(amount) for unit, amount in given.items()}))


def chosen(given: Doc, stage: Stage, kinds: tuple[str, ...]) -> list[Waiting]:
    found = [item for item in stage.waiting() if item.kind in kinds and matches(given, item)]
    assert found, f"nothing waits there; waiting: {[(i.case, i.kind, i.element) for i in stage.waiting()]}"
    if given.get("all"):
        return found
    return found[:1]


def matches(given: Doc, item: Waiting) -> bool:
    return (
        item.element == given["element"]
        and given.get("case", item.case) == item.case
        and all(at(item.variables, path) == value for path, value in given.get("where", {}).items())
    )


def key_of(given: Doc, stage: Stage) -> str:
    """A message's key; `$name` stands for a variable of the scenario's own case."""
    key = str(given.get("key", ""))
    if not key.startswith("$"):
        return key
    return str(at(stage.stories()[0].variables, key[1:]))


def at(value: Any, path: str) -> Any:
    for name in path.split("."):
        if isinstance(value, list):
            value = value[int(name) - 1] if int(name) <= len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def moment(text: str | datetime) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)


def expect(wanted: Doc, stage: Stage) -> None:
    """Check each key of an expectation; `cases` holds one for each process named."""
    story = stage.stories()[0]
    for key, value in wanted.items():
        if key == "cases":
            for process, inner in value.items():
                of_process(process, inner, stage)
        else:
            CHECKS[key](value, story, stage)


def of_process(process: str, wanted: Doc, stage: Stage) -> None:
    """`number` of its cases, and what the last one shows."""
    found = [story for story in stage.stories() if story.process == process]
    assert len(found) == wanted.get("number", len(found)), f"{process}: {len(found)} cases"
    assert found or wanted.get("number") == 0, f"no case of {process}"
    for key, value in wanted.items():
        if key != "number":
            CHECKS[key](value, found[-1], stage)


def state(wanted: str, story: Story, stage: Stage) -> None:
    assert story.state == wanted, f"state is {story.state}; incidents {story.incidents}; waiting {names(stage, story)}"


def waiting(wanted: list[Any], story: Story, stage: Stage) -> None:
    assert sorted(wanted) == sorted(names(stage, story)), f"waiting: {sorted(names(stage, story))}"


def waits_for(wanted: list[str], story: Story, stage: Stage) -> None:
    missing = set(wanted) - set(names(stage, story))
    assert not missing, f"does not wait for {missing}; waiting: {names(stage, story)}"


def waits_not_for(wanted: list[str], story: Story, stage: Stage) -> None:
    there = set(wanted) & set(names(stage, story))
    assert not there, f"waits for {there}"


def path(wanted: list[str], story: Story, stage: Stage) -> None:
    rest: Iterator[str] = iter(story.path)
    for element in wanted:
        assert element in rest, f"{element} is not next on the path {list(story.path)}"


def path_without(wanted: list[str], story: Story, stage: Stage) -> None:
    passed = set(wanted) & set(story.path)
    assert not passed, f"passed {passed}"


def variables(wanted: Doc, story: Story, stage: Stage) -> None:
    for name, value in wanted.items():
        found = at(story.variables, name)
        assert found == value, f"{name} is {found!r}, not {value!r}"


def history(wanted: Doc, story: Story, stage: Stage) -> None:
    """How often a kind of history stands there."""
    for kind, number in wanted.items():
        found = sum(1 for row, _ in story.history if row == kind)
        assert found == number, f"{kind} stands {found} times in history"


def incidents(wanted: list[str], story: Story, stage: Stage) -> None:
    assert list(story.incidents) == wanted, f"incidents: {story.incidents}"


def groups(wanted: Mapping[str, list[str]], story: Story, stage: Stage) -> None:
    """Who may do a task."""
    for element, expected in wanted.items():
        found = [list(item.groups) for item in stage.waiting() if item.element == element]
        assert expected in found, f"{element} is for {found}"


def due(wanted: Mapping[str, str | datetime], story: Story, stage: Stage) -> None:
    for element, when in wanted.items():
        found = [item.due for item in stage.waiting() if item.element == element]
        assert moment(when) in found, f"{element} is due {found}"


def names(stage: Stage, story: Story) -> list[str]:
    return [item.element for item in stage.waiting() if item.case == story.process]


Check = Callable[[Any, Story, Stage], None]
CHECKS: dict[str, Check] = {
    "state": state,
    "waiting": waiting,
    "waits_for": waits_for,
    "waits_not_for": waits_not_for,
    "path": path,
    "path_without": path_without,
    "variables": variables,
    "history": history,
    "incidents": incidents,
    "groups": groups,
    "due": due,
}
VERBS: dict[str, Callable[[Any, Stage], None]] = {
    "complete": complete,
    "fail": fail,
    "throw": throw,
    "message": message,
    "action": action,
    "advance": advance,
    "expect": expect,
}
