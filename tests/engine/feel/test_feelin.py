"""FEEL beside feelin, the engine of Camunda's modeler, on generated expressions; every difference has its reason.

Operands that differ already are left out, so that what is left names the form that differs.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.feel import FeelSyntaxError, Moment, compile_expression
from tests.engine.feel.node import Missing, ask
from tests.engine.feel.written import NOW, written

COUNT, SEED = 5_000, 2
COMPARING = (
    *("N < N", "N <= N", "N > N", "T < T", "D < D", "M < M", "S < S", "N between N and N", "N in (N, < N)"),
    *("N in [N..N]", "N in [N..N)", "D in [D..D]", "some x in L satisfies x > N", "every x in L satisfies x < N"),
    *("L[item > N]", "sort(L, function(x, y) x < y)", "before(N, [N..N])", "overlaps([N..N], [N..N])"),
    *(
        "includes([N..N], N)",
        "is(N, N)",
        "max(L)",
        "min(L)",
        "Z < Z",
        "M = M",
        "S = S",
        "S in [S..S]",
        "T between T and T",
    ),
    *("D between D and D", "N in ([N..N], N)", "N in > N", "count(L[item > N])", "before(N, N)", "after(N, [N..N])"),
    *("meets([N..N], [N..N])", "met by([N..N], [N..N])", "sort(L, function(x, y) x > y)", "M < M"),
    *("for x in L return if x > N then x else N", "[{a: N}, {a: N}][a > N].a"),
)
NOT_THERE = (
    *("duplicate values(", "extract(", "is blank(", "is defined(", "is empty(", "last day of month(", "partition("),
    *("to base64(", "trim(", "coincides(", "during(", "starts(", "started by(", "finishes(", "finished by("),
)
RANGES = (
    *("N in [N..N]", "N in [N..N)", "N between N and N", "D in [D..D]", "includes([N..N], N)", "N in ([N..N], N)"),
    *("D between D and D", "S in [S..S]", "T between T and T"),
)
PLACES = (
    *("insert before(L, 1, N)", "list replace(L, 1, N)", "remove(L, 1)", "sublist(L, 1, 2)", "L[N]"),
    *("substring(T, 1, 2)", "substring(T, 2)", "substring(T, N)", "sublist(L, 2)", "sublist(L, -1)"),
)


class Reason(NamedTuple):
    """Why both may differ: the forms it is about (or how they begin), what answers it covers, and what holds."""

    forms: tuple[str, ...]
    covers: Callable[[Any, Any], bool]
    why: str
    beginnings: tuple[str, ...] = ()


def always(ours: Any, theirs: Any) -> bool:
    return True


# The first that fits counts. engine/feel/README.md tells them to people.
REASONS = {
    "throws": Reason(
        (), lambda ours, theirs: "error" in _keys(theirs), "operands of no use give null, not an exception"
    ),
    "not a number": Reason((), lambda ours, theirs: "other" in _keys(theirs), "there is no NaN in FEEL: null"),
    "backwards": Reason(
        RANGES, lambda ours, theirs: (ours, theirs) == (False, True), "nothing lies in a range written backwards"
    ),
    "comparing": Reason(COMPARING, always, "values of different kinds, or null, cannot be compared: null (table 42)"),
    "not there": Reason(
        (),
        lambda ours, theirs: theirs is None and ours is not None,
        "functions of the standard and of Camunda that feelin has not",
        NOT_THERE,
    ),
    "negation": Reason(("-(N)", "-(S)", "-(M)"), always, "a duration can be negated (table 54)"),
    "duration times number": Reason(
        (
            "N * N",
            "S * N",
            "M * 2",
            "for x in 1..3 return x * N",
            "S / 2",
            "M / 2",
            "N / N",
            "for x in L, y in L return x * y",
        ),
        always,
        "durations are multiplied and divided by numbers (table 56)",
    ),
    "date and duration": Reason(
        ("D + S", "D - S", "Z + S", "Z - S", "S + S", "S - S"),
        always,
        "a date stays a date (table 55); a time has no months",
    ),
    "date minus": Reason(
        ("D - M", "D - D", "Z - Z"), always, "a date and a time, or a local and a zoned one, have no difference"
    ),
    "places": Reason(PLACES, lambda ours, theirs: ours in (None, []), "a position outside is null, not guessed"),
    "parity": Reason(("even(N)", "odd(N)"), lambda ours, theirs: ours is None, "only whole numbers are even or odd"),
    "number of nothing": Reason(("number(T)",), lambda ours, theirs: theirs == 0, "the empty string is no number"),
    "months between": Reason(
        ("years and months duration(D, D)", "years and months duration(D, D).years"),
        always,
        "days do not count (table 73)",
    ),
    "truth": Reason(
        tuple(f"if B then {kind} else {kind}" for kind in "NTDLCZ"), always, "only true is true: else decides"
    ),
    "mode": Reason(("mode(L)",), always, "the modes are sorted ascending (table 75)"),
    "median": Reason(("median(L)",), always, "numbers are sorted as numbers, not as texts"),
    "empty lists": Reason(("L = L",), lambda ours, theirs: theirs is None, "an empty list equals no other: false"),
    "null filter": Reason(("L[B]",), always, "a filter that is null keeps nothing"),
    "replacing": Reason(
        ("list replace(L, function(x, y) x > y, N)",), always, "a match that is neither true nor false gives null"
    ),
    "parts": Reason(
        ("C instance of context<a: number>", "L instance of list<number>"),
        always,
        "an entry or item may be null whatever its type",
    ),
    "paths": Reason(("[C, C].a",), always, "a path goes through lists in lists"),
    "date of a text": Reason(("date(T)",), always, "the text of a date and time is no date"),
    "negated test": Reason(("N in (not(N))",), always, "`not(1)` inside `in` calls a function of booleans"),
    "one for a list": Reason(
        (
            "for x in L, y in L return x * y",
            "for x in L return if x > N then x else N",
            "for x in L return N",
            "for x in L return x + N",
            "for i in L return sum(partial) + i",
            "concatenate(L, L)",
        ),
        always,
        "a single value is a list of one; null is none (10.3.2.9.4)",
    ),
}


@pytest.fixture(scope="module")
def feelin() -> Callable[[list[str]], list[Any]]:
    """Answers many expressions in one process of Node."""

    def evaluate(texts: list[str]) -> list[Any]:
        try:
            told = ask("evaluate.mjs", texts)
        except Missing as missing:
            pytest.skip(str(missing))
        return [answer.get("value", answer) for answer in told]

    return evaluate


@pytest.fixture(scope="module")
def answers(feelin: Callable[[list[str]], list[Any]]) -> dict[str, list[tuple[str, Any, Any]]]:
    """What differs, by its form: expression, our answer, feelin's."""
    expressions = {one.text: one for one in written(SEED, COUNT)}
    moment = Moment(NOW)
    told = {
        text: (_ours(text, moment), theirs) for text, theirs in zip(expressions, feelin(list(expressions)), strict=True)
    }
    assert len(told) > COUNT
    # Most of them must have a value, or nothing is compared.
    assert sum(ours is not None for ours, _ in told.values()) > 0.8 * len(told)
    differing = {text for text, (ours, theirs) in told.items() if not _same(ours, theirs)}
    found: dict[str, list[tuple[str, Any, Any]]] = {}
    for text in differing:
        if not any(operand.text in differing for operand in expressions[text].operands):
            found.setdefault(expressions[text].form, []).append((text, *told[text]))
    return found


def test_every_difference_has_its_reason(answers: dict[str, list[tuple[str, Any, Any]]]) -> None:
    rows = [(form, *row) for form, found in answers.items() for row in found]
    assert [row for row in rows if next(_reasons(row[0], row[2], row[3]), None) is None] == []


def test_every_reason_is_needed(answers: dict[str, list[tuple[str, Any, Any]]]) -> None:
    rows = [(form, *row) for form, found in answers.items() for row in found]
    assert {next(_reasons(row[0], row[2], row[3]), "") for row in rows} == REASONS.keys()


def test_the_readme_tells_every_reason() -> None:
    told = (Path(__file__).parents[3] / "engine" / "feel" / "README.md").read_text(encoding="utf-8")
    assert [reason.why for reason in REASONS.values() if reason.why not in told] == []


def _reasons(form: str, ours: Any, theirs: Any) -> Iterator[str]:
    for name, reason in REASONS.items():
        known = form in reason.forms or any(form.startswith(one) for one in reason.beginnings)
        if (known or not (reason.forms or reason.beginnings)) and reason.covers(ours, theirs):
            yield name


def _ours(text: str, moment: Moment) -> Any:
    try:
        return _plain(compile_expression(text).evaluate({}, moment).value)
    except FeelSyntaxError:
        return {"syntax": text}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal | int):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {"context": {name: _plain(entry) for name, entry in value.items()}}
    return {"text": str(value)}


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float) and isinstance(theirs, int | float) and not isinstance(theirs, bool):
        # Theirs are binary: 0.1 + 0.2 is not quite 0.3.
        return abs(ours - theirs) <= 1e-9 * max(1, abs(ours))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(_same(ours[name], theirs[name]) for name in ours)
    return type(ours) is type(theirs) and bool(ours == theirs)


def _keys(answer: Any) -> set[str]:
    return set(answer) if isinstance(answer, dict) else set()
