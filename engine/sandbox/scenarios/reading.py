"""Reading a scenario: its YAML, and everything that can be said against its shape before it is played."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine import yaml
from engine.errors import Finding, Invalid

from .stage import Doc

BEGINNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai on a Monday, where none is named
TOP = ("name", "now", "start", "steps", "expected")
STARTS = (("process", "variables"), ("message", "key", "variables"))
WHICH = ("element", "case", "where", "all")
# Each verb's keys, those that must be there first.
VERBS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "complete": (("element",), (*WHICH, "variables")),
    "fail": (("element",), (*WHICH, "message")),
    "throw": (("element", "code"), (*WHICH, "variables")),
    "deny": (("element",), (*WHICH, "reason")),
    "correct": (("element", "to"), WHICH),
    "message": (("name",), ("key", "variables", "ttl_hours")),
    "signal": (("name",), ("variables",)),
    "action": (("element",), ("variables",)),
    "resolve": (("element",), ()),
}
UNITS = ("weeks", "days", "hours", "minutes", "seconds")
EXPECTATIONS = (
    *("state", "waiting", "waits_for", "waits_not_for", "path", "path_without"),
    *("variables", "history", "incidents", "groups", "due"),
)


def load(path: Path) -> Doc:
    """The scenario in a file. Raises Invalid with every finding."""
    return read(path.read_bytes(), path.name)


def read(data: bytes, name: str) -> Doc:
    """The scenario in a file's bytes. Raises Invalid with every finding."""
    try:
        scenario = yaml.load(data)
    except yaml.NotYaml as error:
        raise Invalid("scenario_not_yaml", file=name, reason=str(error)) from error
    found = [Finding(code, parameters, file=name) for code, parameters in _problems(scenario)]
    if found:
        raise Invalid("scenario_refused", findings=tuple(found), file=name)
    return numbers(scenario)  # type: ignore[no-any-return]


def numbers(value: Any) -> Any:
    """YAML's numbers as the engine loads JSON's: decimals."""
    if isinstance(value, Mapping):
        return {name: numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [numbers(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))


def moment(value: str | datetime) -> datetime:
    """A point in time as a scenario writes it. Raises ValueError for a text that is none."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def lapse(given: Mapping[str, Any]) -> timedelta:
    return timedelta(**{unit: float(amount) for unit, amount in given.items()})


# What can be said against it

Problem = tuple[str, Mapping[str, Any]]


def _problems(scenario: Any) -> Iterator[Problem]:
    if not isinstance(scenario, Mapping):
        yield "scenario_not_an_object", {"place": "/"}
        return
    yield from _keys("/", scenario, TOP, ("start",))
    yield from _start(scenario.get("start"))
    if "now" in scenario:
        yield from _moment("/now", scenario["now"])
    steps = scenario.get("steps") or []
    if not isinstance(steps, list):
        yield "scenario_steps_not_a_list", {"place": "/steps"}
        return
    for number, step in enumerate(steps, start=1):
        yield from _step(f"/steps/{number}", step)
    yield from _expected("/expected", scenario.get("expected") or {})


def _start(start: Any) -> Iterator[Problem]:
    if start is None:
        return
    if not isinstance(start, Mapping) or not ({"process", "message"} & start.keys()):
        yield "scenario_start_unclear", {"place": "/start"}
        return
    yield from _keys("/start", start, STARTS["message" in start], ())


def _step(place: str, step: Any) -> Iterator[Problem]:
    verbs = (*VERBS, "advance", "expect")
    if not isinstance(step, Mapping) or len(step) != 1:
        yield "scenario_step_unclear", {"place": place, "verbs": _listed(verbs)}
        return
    ((verb, given),) = step.items()
    place = f"{place}/{verb}"
    if verb == "expect":
        yield from _expected(place, given)
    elif verb == "advance":
        yield from _advance(place, given)
    elif verb not in VERBS:
        yield "scenario_verb_unknown", {"place": place, "verb": verb, **_near(verb, verbs)}
    elif not isinstance(given, Mapping):
        yield "scenario_not_an_object", {"place": place}
    else:
        needed, more = VERBS[verb]
        yield from _keys(place, given, (*needed, *more), needed)


def _advance(place: str, given: Any) -> Iterator[Problem]:
    if not isinstance(given, Mapping):
        yield from _moment(place, given)
        return
    yield from _keys(place, given, UNITS, ())
    try:
        lapse({unit: amount for unit, amount in given.items() if unit in UNITS})
    except (TypeError, ValueError, OverflowError):
        yield "scenario_moment_malformed", {"place": place, "text": str(dict(given))}


def _moment(place: str, value: Any) -> Iterator[Problem]:
    try:
        if moment(value).tzinfo is None:
            yield "scenario_moment_without_zone", {"place": place, "text": str(value)}
    except (TypeError, ValueError):
        yield "scenario_moment_malformed", {"place": place, "text": str(value)}


def _expected(place: str, given: Any, more: tuple[str, ...] = ("cases",)) -> Iterator[Problem]:
    if not isinstance(given, Mapping):
        yield "scenario_not_an_object", {"place": place}
        return
    yield from _keys(place, given, (*EXPECTATIONS, *more), ())
    cases = given.get("cases") or {}
    if "cases" in more and isinstance(cases, Mapping):
        for process, inner in cases.items():
            yield from _expected(f"{place}/cases/{process}", inner, ("number",))


def _keys(place: str, given: Mapping[Any, Any], allowed: Collection[str], needed: Collection[str]) -> Iterator[Problem]:
    for key in given:
        if not isinstance(key, str):
            # an unquoted no, yes, on or off is a truth value in YAML
            yield "scenario_key_not_text", {"place": place, "key": str(key)}
        elif key not in allowed:
            yield "scenario_key_unknown", {"place": place, "key": key, **_near(key, allowed)}
    for key in needed:
        if key not in given:
            yield "scenario_key_missing", {"place": place, "key": key}


def _near(word: Any, known: Collection[str]) -> dict[str, str]:
    """What was probably meant, else all there is."""
    return {"known": _listed(get_close_matches(str(word), known, 1) or dict.fromkeys(known))}


def _listed(words: Collection[str]) -> str:
    return ", ".join(words)
