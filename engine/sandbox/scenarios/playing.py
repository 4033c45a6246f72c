"""Playing a scenario: begin, do the steps, look at what is expected. What does not hold is told with its step."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, NoReturn

from engine.errors import Invalid, TrunklineError

from .reading import lapse, moment
from .stage import Doc, Stage, Story, Waiting

LONGEST = 100  # letters of a step that are told again


def play(scenario: Doc, stage: Stage) -> list[Story]:
    """Start the case, do the steps, check what is expected; gives every case.

    Raises Invalid for the first thing that does not hold: `scenario_step_failed`, or `scenario_unmet` for the start
    and the end, with the reason as a finding of its own.
    """
    _surely("scenario_unmet", {"place": "start"}, lambda: _begin(scenario["start"], stage))
    for number, step in enumerate(scenario.get("steps") or (), start=1):
        ((verb, given),) = step.items()
        told = {"number": number, "verb": verb, "given": _short(given)}
        _surely("scenario_step_failed", told, lambda: _VERBS[verb](given, stage))  # noqa: B023 - called at once
    wanted = scenario.get("expected") or {}
    _surely("scenario_unmet", {"place": "expected"}, lambda: _expect(wanted, stage))
    return stage.stories()


def _surely(code: str, told: Mapping[str, Any], work: Callable[[], None]) -> None:
    try:
        work()
    except TrunklineError as error:
        reason = {"code": error.code, "parameters": error.parameters}
        raise Invalid(code, reason=reason, **told) from error


def _short(given: Any) -> str:
    """What a step says, in one line."""
    if not isinstance(given, Mapping):
        return str(given)
    text = ", ".join(f"{name}: {value}" for name, value in given.items() if name != "variables")
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


# Steps


def _begin(start: Doc, stage: Stage) -> None:
    variables = start.get("variables") or {}
    if "message" not in start:
        stage.start(start["process"], variables)
        return
    stage.publish(start["message"], str(start.get("key", "")), variables, timedelta())
    if not stage.stories():
        raise Invalid("scenario_nothing_started", message=start["message"])


def _complete(given: Doc, stage: Stage) -> None:
    """A task or a job is done; `all` does each one there is. What a listener is asked about waits for it."""
    chosen = _chosen(given, stage, ("task", "job"), at_once=True)
    listeners = [item for item in chosen if item.kind == "job"]
    chosen = listeners or chosen
    for item in chosen if given.get("all") else chosen[:1]:
        stage.complete(item, given.get("variables") or {})


def _fail(given: Doc, stage: Stage) -> None:
    """A job fails and has no retries left."""
    for item in _chosen(given, stage, ("job",)):
        stage.fail(item, given.get("message", "failed"))


def _throw(given: Doc, stage: Stage) -> None:
    """A job raises a BPMN error."""
    for item in _chosen(given, stage, ("job",)):
        stage.throw(item, given["code"], given.get("variables") or {})


def _deny(given: Doc, stage: Stage) -> None:
    """A listener says no to what is done to its task."""
    for item in _chosen(given, stage, ("job",)):
        stage.deny(item, given.get("reason"))


def _correct(given: Doc, stage: Stage) -> None:
    """A listener agrees, with other attributes for its task."""
    for item in _chosen(given, stage, ("job",)):
        stage.correct(item, given["to"])


def _message(given: Doc, stage: Stage) -> None:
    lives = timedelta(hours=float(given.get("ttl_hours", 0)))
    stage.publish(given["name"], _key(given, stage), given.get("variables") or {}, lives)


def _signal(given: Doc, stage: Stage) -> None:
    stage.broadcast(given["name"], given.get("variables") or {})


def _action(given: Doc, stage: Stage) -> None:
    """A person sends an action that is open: its message, to its key."""
    waiting = [item for item in stage.waiting() if item.action is not None]
    chosen = [item for item in waiting if item.element == given["element"]]
    if not chosen:
        _nothing_at(given["element"], waiting)
    stage.complete(chosen[0], given.get("variables") or {})


def _resolve(given: Doc, stage: Stage) -> None:
    """An operator has it tried again where an incident stands."""
    if not stage.resolve(given["element"]):
        incidents = [incident for story in stage.stories() for incident in story.incidents]
        raise Invalid("scenario_no_incident", element=given["element"], incidents=incidents)


def _advance(given: str | datetime | Doc, stage: Stage) -> None:
    """The case clock moves to a time or by a lapse; what falls due fires in order."""
    stage.advance(stage.now() + lapse(given) if isinstance(given, Mapping) else moment(given))


def _chosen(given: Doc, stage: Stage, kinds: tuple[str, ...], at_once: bool = False) -> list[Waiting]:
    waiting = [item for item in stage.waiting() if item.kind in kinds]
    found = [item for item in waiting if _matches(given, item)]
    if not found:
        _nothing_at(given["element"], waiting, given)
    return found if at_once or given.get("all") else found[:1]


def _nothing_at(element: str, waiting: Iterable[Waiting], given: Doc | None = None) -> NoReturn:
    """Say what waits instead: the same element with other variables, a name one slip away, or simply all."""
    there = list(dict.fromkeys(item.element for item in waiting))
    if element in there:
        raise Invalid(
            "scenario_none_with_these", element=element, where=_short((given or {}).get("where") or given or {})
        )
    near = get_close_matches(element, there, 1)
    if near:
        raise Invalid("scenario_nothing_waits_near", element=element, near=near[0], waiting=", ".join(there))
    raise Invalid("scenario_nothing_waits", element=element, waiting=", ".join(there))


def _matches(given: Doc, item: Waiting) -> bool:
    return (
        item.element == given["element"]
        and given.get("case", item.case) == item.case
        and all(_at(item.variables, path) == value for path, value in (given.get("where") or {}).items())
    )


def _key(given: Doc, stage: Stage) -> str:
    """A message's key; `$name` stands for a variable of the scenario's own case."""
    key = str(given.get("key", ""))
    return str(_at(stage.stories()[0].variables, key[1:])) if key.startswith("$") else key


def _at(value: Any, path: str) -> Any:
    """The value at a path such as `segments.1.key`; lists begin at 1."""
    for name in path.split("."):
        if isinstance(value, list):
            value = value[int(name) - 1] if name.isdecimal() and 1 <= int(name) <= len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


# Expectations


def _expect(wanted: Doc, stage: Stage) -> None:
    """Check each key of an expectation; `cases` holds one for each process named."""
    story = stage.stories()[0]
    for key, value in wanted.items():
        if key == "cases":
            for process, inner in value.items():
                _of_process(process, inner, stage)
        else:
            _CHECKS[key](value, story, stage)


def _of_process(process: str, wanted: Doc, stage: Stage) -> None:
    """`number` of its cases, and what the last one shows."""
    found = [story for story in stage.stories() if story.process == process]
    number = wanted.get("number")
    if len(found) != (len(found) if number is None else number) or not (found or number == 0):
        raise Invalid("scenario_number_of_cases", process=process, number=len(found), wanted=number)
    for key, value in wanted.items():
        if key != "number":
            _CHECKS[key](value, found[-1], stage)


def _state(wanted: str, story: Story, stage: Stage) -> None:
    if story.state != wanted:
        raise Invalid(
            "scenario_state",
            process=story.process,
            state=story.state,
            wanted=wanted,
            waiting=", ".join(_names(stage, story)),
            incidents=", ".join(story.incidents),
        )


def _waiting(wanted: list[Any], story: Story, stage: Stage) -> None:
    there = sorted(_names(stage, story))
    if there != sorted(wanted):
        raise Invalid(
            "scenario_waiting", process=story.process, waiting=", ".join(there), wanted=", ".join(sorted(wanted))
        )


def _waits_for(wanted: list[str], story: Story, stage: Stage) -> None:
    there = _names(stage, story)
    if missing := [name for name in wanted if name not in there]:
        raise Invalid("scenario_waits_not", process=story.process, missing=", ".join(missing), waiting=", ".join(there))


def _waits_not_for(wanted: list[str], story: Story, stage: Stage) -> None:
    if there := [name for name in wanted if name in _names(stage, story)]:
        raise Invalid("scenario_waits", process=story.process, elements=", ".join(there))


def _path(wanted: list[str], story: Story, stage: Stage) -> None:
    # Asked whether something is in it, an iterator uses up what comes before: others may lie between, but none is
    # taken twice or out of order.
    rest = iter(story.path)
    for element in wanted:
        if element not in rest:
            raise Invalid("scenario_path", process=story.process, element=element, path=" → ".join(story.path))


def _path_without(wanted: list[str], story: Story, stage: Stage) -> None:
    if passed := [element for element in wanted if element in story.path]:
        raise Invalid("scenario_passed", process=story.process, elements=", ".join(passed))


def _variables(wanted: Doc, story: Story, stage: Stage) -> None:
    for name, value in wanted.items():
        found = _at(story.variables, name)
        if found != value:
            raise Invalid("scenario_variable", process=story.process, name=name, value=str(found), wanted=str(value))


def _history(wanted: Doc, story: Story, stage: Stage) -> None:
    """How often a kind of history stands there."""
    for kind, number in wanted.items():
        found = sum(1 for row, _ in story.history if row == kind)
        if found != number:
            raise Invalid("scenario_history", process=story.process, kind=kind, number=found, wanted=number)


def _incidents(wanted: list[str], story: Story, stage: Stage) -> None:
    if list(story.incidents) != list(wanted):
        raise Invalid(
            "scenario_incidents", process=story.process, incidents=", ".join(story.incidents), wanted=", ".join(wanted)
        )


def _groups(wanted: Mapping[str, list[str]], story: Story, stage: Stage) -> None:
    """Who may do a task."""
    for element, expected in wanted.items():
        found = [list(item.groups) for item in stage.waiting() if item.element == element]
        if expected not in found:
            raise Invalid("scenario_groups", element=element, groups=str(found), wanted=str(expected))


def _due(wanted: Mapping[str, str | datetime], story: Story, stage: Stage) -> None:
    for element, when in wanted.items():
        found = [item.due for item in stage.waiting() if item.element == element]
        if moment(when) not in found:
            due = ", ".join(one.isoformat() for one in found if one)
            raise Invalid("scenario_due", element=element, due=due, wanted=moment(when).isoformat())


def _names(stage: Stage, story: Story) -> list[str]:
    return [item.element for item in stage.waiting() if item.case == story.process]


_CHECKS: dict[str, Callable[[Any, Story, Stage], None]] = {
    "state": _state,
    "waiting": _waiting,
    "waits_for": _waits_for,
    "waits_not_for": _waits_not_for,
    "path": _path,
    "path_without": _path_without,
    "variables": _variables,
    "history": _history,
    "incidents": _incidents,
    "groups": _groups,
    "due": _due,
}
_VERBS: dict[str, Callable[[Any, Stage], None]] = {
    "complete": _complete,
    "fail": _fail,
    "throw": _throw,
    "deny": _deny,
    "correct": _correct,
    "message": _message,
    "signal": _signal,
    "action": _action,
    "resolve": _resolve,
    "advance": _advance,
    "expect": _expect,
}
