"""Nothing but FEEL's own errors comes out, whatever goes in, and everything ends within its budget."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.feel import FeelError, FeelLimitError, FeelSyntaxError, Moment, to_json
from engine.feel.builtins import BUILT_INS
from engine.feel.expression import Expression, UnaryTests

MOMENT = Moment(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
SCOPE = {
    "x": Decimal(3),
    "xs": [1, 2, [3, {"a": 1}], "s"],
    "a": {"b": 1, "c": [None, 1]},
    "f": 1.5,
    "d": "text",
    "first name": "Ann",
}
NAMES = frozenset(("first name", "a-b"))
BUDGET = 30_000

VALUES = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "3",
    "2.5",
    "1e6144",
    "1e-6143",
    "99999999999999999999",
    '""',
    '"a"',
    '"2020-01-01"',
    '"(a|b)*c"',
    '"[1..3]"',
    '@"P1D"',
    '@"-P3DT5H"',
    '@"P1Y2M"',
    '@"2020-02-29"',
    '@"-99999-01-01"',
    '@"10:00:00"',
    '@"23:59:59.999999999@Europe/Paris"',
    '@"2020-01-01T00:00:00Z"',
    '@"2020-03-29T02:30:00@Europe/Paris"',
    '@"999999999-12-31T23:59:59@Europe/Paris"',
    "[1..3]",
    "(<5)",
    '["a".."c")',
    "(=3)",
    "[]",
    "{}",
    "x",
    "xs",
    "a",
    "d",
    "f",
    "missing",
    "item",
    "partial",
    "a.b",
    "xs[1]",
    "[1,2,3]",
    "[[1],[2,[3]]]",
    "{a:1}",
    "sum",
]
OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
TYPES = ("number", "list<number>", "context<a: number>", "range<date>", "function<number> -> Any", "Any", "tX")
PIECES = (
    *"()[]{},.:+-*/<>=?'\"\\ ",
    *("..", "**", "<=", "!=", "if ", "then ", "else ", "for ", "in ", "return ", "some ", "every ", "satisfies "),
    *("function", "and ", "between ", "instance of ", "null", '@"P1D"', '"a"', "1", "1e6000", "x", "item", "list<"),
    *("->", "é", "\ud800", "\x00", "ｘ", "。", "🐎", *(f"{name}(" for name in BUILT_INS)),
)


class Writer:
    """Writes random expressions."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def expression(self, depth: int) -> str:
        """One that is well formed, of any kinds."""
        if depth <= 0:
            return self.random.choice(VALUES)
        return self.random.choice(self._forms)(self, depth - self.random.randrange(1, 3))

    def _operation(self, depth: int) -> str:
        return f"{self.expression(depth)} {self.random.choice(OPERATORS)} {self.expression(depth)}"

    def _call(self, depth: int) -> str:
        built_in = self.random.choice(list(BUILT_INS.values()))
        signature = self.random.choice(built_in.signatures)
        if self.random.random() < 0.1:
            given = [f"{parameter.name}: {self.expression(depth)}" for parameter in signature.parameters]
        else:
            count = max(0, len(signature.parameters) + self.random.choice((0, 0, 0, 0, -1, 1)))
            given = [self.expression(depth) for _ in range(count)]
        return f"{built_in.name}({', '.join(given)})"

    def _choice(self, depth: int) -> str:
        return f"if {self.expression(depth)} then {self.expression(depth)} else {self.expression(depth)}"

    def _loop(self, depth: int) -> str:
        end = self.random.choice(("", f"..{self.expression(depth)}"))
        return f"for i in {self.expression(depth)}{end} return {self.expression(depth)}"

    def _search(self, depth: int) -> str:
        word = self.random.choice(("some", "every"))
        return f"{word} i in {self.expression(depth)} satisfies {self.expression(depth)}"

    def _access(self, depth: int) -> str:
        entry = self.random.choice((".a", ".year", ".time offset", ".start", f"[{self.expression(depth)}]"))
        return f"({self.expression(depth)}){entry}"

    def _collection(self, depth: int) -> str:
        first, second = self.expression(depth), self.expression(depth)
        form = self.random.choice(("[{}, {}]", "{{a: {}, b: {}}}", "[{}..{})", "({}) in (1, < {})"))
        return form.format(first, second)

    def _function(self, depth: int) -> str:
        kind = self.random.choice(TYPES)
        return f"(function(x, y: {kind}) {self.expression(depth)})({self.expression(depth)}, {self.expression(depth)})"

    def _other(self, depth: int) -> str:
        inner = self.expression(depth)
        low, high = self.expression(depth), self.expression(depth)
        kind = self.random.choice(TYPES)
        return self.random.choice(
            (f"-({inner})", f"({inner}) instance of {kind}", f"({inner}) between {low} and {high}")
        )

    _forms: tuple[Callable[["Writer", int], str], ...] = (
        _operation,
        _operation,
        _call,
        _call,
        _call,
        _choice,
        _loop,
        _search,
        _access,
        _collection,
        _function,
        _other,
    )

    def damaged(self, text: str) -> str:
        """The text with a few things taken out, put in or moved."""
        for _ in range(self.random.randrange(1, 4)):
            at = self.random.randrange(len(text) + 1)
            until = at + self.random.randrange(6)
            text = self.random.choice(
                (
                    text[:at] + text[until:],
                    text[:at] + self.random.choice(PIECES) + text[at:],
                    text[:at] + text[at:until] * 2 + text[until:],
                    text[at:] + text[:at],
                )
            )
        return text[:2_000]

    def noise(self) -> str:
        """Pieces and characters in any order."""
        pieces = [self.random.choice(PIECES) for _ in range(self.random.randrange(15))]
        return "".join([*pieces, *(chr(self.random.randrange(0x3000)) for _ in range(self.random.randrange(5)))])


def outcome(text: str, value: object) -> str:
    """Run the text both ways; anything but FEEL's own errors is the test's failure."""
    result = "value"
    try:
        evaluation = Expression(text, NAMES).evaluate(SCOPE, MOMENT, BUDGET)
        to_json(evaluation.value)
        assert all(str(warning) for warning in evaluation.warnings)
    except FeelSyntaxError:
        result = "syntax"
    except FeelLimitError:
        result = "limit"
    try:
        passed = UnaryTests(text, NAMES).matches(value, SCOPE, MOMENT, BUDGET).value
    except FeelError:
        return result
    assert passed in (True, False, None)
    return result


@pytest.mark.parametrize("seed", range(4))
def test_random_texts_end_well(seed: int) -> None:
    writer = Writer(seed)
    outcomes = []
    for _ in range(700):
        text = writer.expression(writer.random.randrange(1, 6))
        kind = writer.random.random()
        text = writer.noise() if kind < 0.15 else writer.damaged(text) if kind < 0.5 else text
        try:
            outcomes.append(outcome(text, writer.random.choice(list(SCOPE.values()))))
        except FeelError:
            raise
        except Exception as error:
            error.add_note(f"the expression was {text!r}")
            raise
    # Both halves must really be tried.
    assert outcomes.count("value") > 200
    assert outcomes.count("syntax") > 100


def test_the_same_expression_gives_the_same_value_twice() -> None:
    writer = Writer(99)
    for _ in range(300):
        text = writer.expression(3)
        try:
            expression = Expression(text, NAMES)
            first, second = (expression.evaluate(SCOPE, MOMENT, BUDGET) for _ in range(2))
        except FeelError:
            continue
        assert to_json(first.value) == to_json(second.value), text
        assert first.warnings == second.warnings, text


def test_brackets_and_spaces_change_nothing() -> None:
    writer = Writer(7)
    for _ in range(300):
        text = writer.expression(2)
        try:
            plain = Expression(text, NAMES).evaluate(SCOPE, MOMENT, BUDGET)
            wrapped = Expression(f"  ( {text} ) ", NAMES).evaluate(SCOPE, MOMENT, BUDGET)
        except FeelError:
            continue
        assert to_json(plain.value) == to_json(wrapped.value), text
        assert [warning.code for warning in plain.warnings] == [warning.code for warning in wrapped.warnings], text
