"""Tables of FEEL: a test marked `table` runs once for each line `expression => answer`.

The answer is written as FEEL's own text of the value; where the value is null, the codes of the warnings follow in
brackets. Lines that begin with `//` are remarks.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import FeelSyntaxError, Function, Moment, compile_expression, compile_unary_tests
from engine.feel.run import Run
from engine.feel.text import text_of

NAMES = frozenset(
    ("first name", "order total", "a-b", "x/y", "unit price", "list of things", "Date-Time", "客户 名称", "if needed")
)
SCOPE: dict[str, Any] = {
    "amount": Decimal(1500),
    "grade": "gold",
    "flag": True,
    "nothing": None,
    "first name": "Ann",
    "order total": Decimal("99.50"),
    "a-b": Decimal(7),
    "x/y": Decimal(8),
    "a": Decimal(10),
    "b": Decimal(4),
    "unit price": Decimal(3),
    "list of things": [1, 2, 3],
    "Date-Time": "dt",
    "客户 名称": "联通",
    "客户": "移动",
    "if needed": True,
    "numbers": [1, 2, 3, 4],
    "words": ["one", "two", "three"],
    "customer": {"id": "C1", "full name": "Ann Lee", "address": {"city": "Jinan", "zip": None}},
    "orders": [
        {"id": 1, "total": Decimal("10.5"), "lines": [1, 2], "state": "open"},
        {"id": 2, "total": Decimal(20), "lines": [3], "state": "closed"},
        {"id": 3, "total": Decimal(5), "lines": [], "state": "open"},
    ],
    "half": 0.5,
    "seven": 7,
    "double": Function("double", ("n",), lambda run, values: values[0] * 2),
    "count": Decimal(12),
}


@pytest.fixture
def moment() -> Moment:
    """The moment of every test: 2026-03-04, 05:06:07 UTC."""
    return Moment(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), seed=42)


@pytest.fixture
def scope() -> dict[str, Any]:
    """Variables that tables may use."""
    return dict(SCOPE)


@pytest.fixture
def answer(moment: Moment, scope: dict[str, Any]) -> Callable[[str], str]:
    """What an expression answers, as a table writes it."""

    def evaluate(text: str) -> str:
        try:
            evaluation = compile_expression(text, NAMES).evaluate(scope, moment)
        except FeelSyntaxError:
            return "syntax error"
        return written(evaluation.value, [warning.code for warning in evaluation.warnings], moment)

    return evaluate


@pytest.fixture
def passes(moment: Moment, scope: dict[str, Any]) -> Callable[[str], str]:
    """What unary tests answer: `tests / value`, the value an expression."""

    def evaluate(text: str) -> str:
        tests, _, value = text.rpartition(" / ")
        tested = compile_expression(value, NAMES).evaluate(scope, moment).value
        try:
            evaluation = compile_unary_tests(tests, NAMES).matches(tested, scope, moment)
        except FeelSyntaxError:
            return "syntax error"
        return written(evaluation.value, [warning.code for warning in evaluation.warnings], moment)

    return evaluate


def written(value: Any, codes: list[str], moment: Moment) -> str:
    """A value as the tables write it: a number with all its digits, which `string()` would shorten."""
    if type(value) is Decimal and value:
        return format(value, "f")
    text = text_of(Run({}, moment, 1_000_000), [value])[1:-1]
    return f"{text} ({', '.join(dict.fromkeys(codes))})" if value is None and codes else text


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "table(text): lines `expression => answer`, one test each")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a line."""
    mark = metafunc.definition.get_closest_marker("table")
    if mark is None:
        return
    lines = [line.strip() for line in mark.args[0].splitlines()]
    rows = [line.rpartition(" => ") for line in lines if line and not line.startswith("//")]
    assert all(separator for _, separator, _ in rows), f"a line without ` => ` in {metafunc.function.__name__}"
    metafunc.parametrize(("text", "expected"), [(left.strip(), right.strip()) for left, _, right in rows])
