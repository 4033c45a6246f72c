"""Functions on points and ranges after Allen's interval algebra (DMN 1.5, table 78).

A point is a number, string, date, time, date-time or duration. The two may be of either sort where it makes sense.
"""

from collections.abc import Callable
from typing import Any

from engine.feel.builtins.signature import Family
from engine.feel.comparing import compare
from engine.feel.errors import NoValue
from engine.feel.run import Run
from engine.feel.values import Range, kind_of

FUNCTIONS = Family()

_POINTS = "number|string|date|time|date and time|days and time duration|years and months duration"
Rule = Callable[[Range, Range], bool]


def _less(left: Any, right: Any) -> bool:
    return _known(compare("<", left, right), left, right)


def _same(left: Any, right: Any) -> bool:
    return not _less(left, right) and not _less(right, left)


def _known(answer: bool | None, left: Any, right: Any) -> bool:
    if answer is None:
        raise NoValue("not_comparable", left=kind_of(left), right=kind_of(right))
    return answer


def _span(value: Any) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def _before(left: Range, right: Range) -> bool:
    if _same(left.end, right.start):
        return not (left.end_included and right.start_included)
    return _less(left.end, right.start)


def _meets(left: Range, right: Range) -> bool:
    return left.end_included and right.start_included and _same(left.end, right.start)


def _overlaps(left: Range, right: Range) -> bool:
    return not _before(left, right) and not _before(right, left)


def _starts_no_later(left: Range, right: Range) -> bool:
    if _same(left.start, right.start):
        return left.start_included or not right.start_included
    return _less(left.start, right.start)


def _ends_no_earlier(left: Range, right: Range) -> bool:
    if _same(left.end, right.end):
        return left.end_included or not right.end_included
    return _less(right.end, left.end)


def _overlaps_before(left: Range, right: Range) -> bool:
    return (
        _overlaps(left, right)
        and _starts_no_later(left, right)
        and not _starts_no_later(right, left)
        and _ends_no_earlier(right, left)
    )


def _overlaps_after(left: Range, right: Range) -> bool:
    return (
        _overlaps(left, right)
        and _starts_no_later(right, left)
        and not _starts_no_later(left, right)
        and _ends_no_earlier(left, right)
    )


def _includes(left: Range, right: Range) -> bool:
    return _starts_no_later(left, right) and _ends_no_earlier(left, right)


def _same_start(left: Range, right: Range) -> bool:
    return left.start_included == right.start_included and _same(left.start, right.start)


def _same_end(left: Range, right: Range) -> bool:
    return left.end_included == right.end_included and _same(left.end, right.end)


def _finishes(left: Range, right: Range) -> bool:
    return _same_end(left, right) and _starts_no_later(right, left)


def _starts(left: Range, right: Range) -> bool:
    return _same_start(left, right) and _ends_no_earlier(right, left)


def _coincides(left: Range, right: Range) -> bool:
    return _same_start(left, right) and _same_end(left, right)


def _turned(rule: Rule) -> Rule:
    return lambda left, right: rule(right, left)


# A signature for each pair of sorts, so that named arguments are told apart.
def _declare(name: str, rule: Rule, *parameters: str) -> None:
    def answer(run: Run, left: Any, right: Any) -> bool:
        for value in (left, right):
            if isinstance(value, Range) and (value.start is None or value.end is None):
                raise NoValue(
                    "argument", function=name, parameter="range", expected="a closed range", kind="open range"
                )
        mine, yours = _span(left), _span(right)
        # Asked only to refuse values of two kinds: some rules have an answer before they compare.
        _less(mine.start, yours.start)
        return rule(mine, yours)

    FUNCTIONS.add(*(f"{name}({signature}) -> boolean" for signature in parameters))(answer)


_POINT_POINT = f"point1: {_POINTS}, point2: {_POINTS}"
_POINT_RANGE = f"point: {_POINTS}, range: range"
_RANGE_POINT = f"range: range, point: {_POINTS}"
_RANGE_RANGE = "range1: range, range2: range"

_declare("before", _before, _POINT_POINT, _POINT_RANGE, _RANGE_POINT, _RANGE_RANGE)
_declare("after", _turned(_before), _POINT_POINT, _POINT_RANGE, _RANGE_POINT, _RANGE_RANGE)
_declare("meets", _meets, _RANGE_RANGE)
_declare("met by", _turned(_meets), _RANGE_RANGE)
_declare("overlaps", _overlaps, _RANGE_RANGE)
_declare("overlaps before", _overlaps_before, _RANGE_RANGE)
_declare("overlaps after", _overlaps_after, _RANGE_RANGE)
_declare("finishes", _finishes, _POINT_RANGE, _RANGE_RANGE)
_declare("finished by", _turned(_finishes), _RANGE_POINT, _RANGE_RANGE)
_declare("includes", _includes, _RANGE_POINT, _RANGE_RANGE)
_declare("during", _turned(_includes), _POINT_RANGE, _RANGE_RANGE)
_declare("starts", _starts, _POINT_RANGE, _RANGE_RANGE)
_declare("started by", _turned(_starts), _RANGE_POINT, _RANGE_RANGE)
_declare("coincides", _coincides, _POINT_POINT, _RANGE_RANGE)
