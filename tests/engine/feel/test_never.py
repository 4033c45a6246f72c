"""Conditions that hold for no variables at all, with the reason and its place; nothing that may hold is called so."""

import random
from datetime import date
from decimal import Decimal

import pytest

from engine.feel import Moment, compile_expression, compile_unary_tests
from engine.feel.expression import Expression


@pytest.mark.table("""
    // the same for everybody
    false => 1:1 it is always false
    null => 1:1 it is always null
    "yes" => 1:1 it is always yes
    not(true) => 1:1 it is always false
    not(not(false)) => 1:1 it is always false
    1 = 2 => 1:3 it is always false
    some i in [1, 2] satisfies i > 3 => 1:1 it is always false
    count([]) > 0 => 1:11 it is always false
    matches("a", "b") => 1:1 it is always false
    if true then false else true => 1:1 it is always false
    {a: 1}.a = 2 => 1:10 it is always false
    // kinds that cannot be compared
    "1" < 2 => 1:5 string and number cannot be compared
    string(x) < 2 => 1:11 string and number cannot be compared
    upper case(x) = 5 => 1:15 string and number cannot be compared
    count(x) = "3" => 1:10 number and string cannot be compared
    count(x) between "a" and "b" => 1:10 number and string cannot be compared
    @"2026-01-01" > @"P1D" => 1:15 date and days and time duration cannot be compared
    // null
    x < null => 1:3 nothing is greater or less than null
    null >= x.y => 1:6 nothing is greater or less than null
    x + null > 3 => 1:10 `x + null` is always null
    1 < x * null => 1:3 `x * null` is always null
    "a" + 1 = "a1" => 1:5 `+` does not work on string and number
    // one variable
    x > 5 and x < 3 => 1:13 no value of `x` passes all the tests
    x > 5 and x < 5 => 1:13 no value of `x` passes all the tests
    x = "a" and x = "b" => 1:15 no value of `x` passes all the tests
    x = "a" and x != "a" => 1:15 no value of `x` passes all the tests
    x > 5 and x = "a" => 1:13 no value of `x` passes all the tests
    x = null and x > 3 => 1:16 no value of `x` passes all the tests
    x != null and x = null => 1:17 no value of `x` passes all the tests
    x and not(x) => 1:7 no value of `x` passes all the tests
    x > @"2026-01-01" and x < @"2026-01-02" => 1:25 no value of `x` passes all the tests
    x < @"PT1H" and x > @"P1D" => 1:19 no value of `x` passes all the tests
    x < @"P1M" and x > @"P2M" => 1:18 no value of `x` passes all the tests
    x > "b" and x < "a" => 1:15 no value of `x` passes all the tests
    amount > 1000 and not(amount > 500) => 1:19 no value of `amount` passes all the tests
    customer.level = "gold" and customer.level = "tin" => 1:44 no value of `customer.level` passes all the tests
    count(xs) > 3 and count(xs) < 2 => 1:29 no value of `count(xs)` passes all the tests
    list contains(xs, 1) and not(list contains(xs, 1)) => 1:26 no value of `list contains(xs, 1)` passes all the tests
    level >= 1 and level <= 3 and level > 3 => 1:37 no value of `level` passes all the tests
    // tests
    x in [] => 1:3 no value of `x` passes
    x in [5..3] => 1:3 no value of `x` passes
    x in (5..5] => 1:3 no value of `x` passes
    x between 5 and 3 => 1:3 no value of `x` passes
    x in ["a", "b"] and x = "c" => 1:23 no value of `x` passes all the tests
    x in ("a", "b") and not(x in ["a", "b", "c"]) => 1:21 no value of `x` passes all the tests
    string(x) in [1, 2] => 1:11 no value of `string(x)` passes
    // the part that is to blame
    a > 1 and b > 2 and c = 1 and d = 2 and a < 1 => 1:43 no value of `a` passes all the tests
    (a > 1 and a < 0) or (b > 5 and b < 2) => 1:14 no value of `a` passes all the tests
    a and false => 1:7 it is always false
    if a > 1 then false else false => 1:1 no value of `a` passes
""")
def test_what_never_holds(text: str, expected: str) -> None:
    why = compile_expression(text).never_true()
    assert why is not None
    assert f"{why.line}:{why.column} {why}" == expected


def test_the_place_is_one_of_lines_and_columns() -> None:
    why = compile_expression("a and\n b.c < null").never_true()
    assert why is not None
    assert (why.line, why.column) == (2, 6)


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "x",
        "not(x)",
        "x = null",
        "x > 5 and x < 7",
        "x >= 5 and x <= 5",
        "x > 5 and x < 5.0000000000000000000000000000001",
        'x = "a" or x = "b"',
        'x > "a" and x < "b"',
        'x > @"2026-01-01" and x < @"2026-01-03"',
        'x > @"2026-01-01T00:00:00Z" and x < @"2025-01-01T00:00:00Z"',
        'time > @"10:00:00" and time < @"09:00:00"',
        "x in (5..6)",
        "x in [1, 2, 3] and x != 2",
        "x = [1, 2]",
        "x in [[1, 2]]",
        "x > y and x < y",
        "xs[1] > 5 and xs[2] < 3",
        "f(1) and not(f(2))",
        "a.x > 5 and b.x < 3",
        "random number() > 0.5",
        'now() > @"2020-01-01T00:00:00Z"',
        "random number() > 0.5 and random number() < 0.5",
        "is defined(x) and x != null",
        "get or else(x, false)",
        "some i in xs satisfies i > 3 and i < 5",
        "x instance of string and x instance of number",
        "a or false",
        "x + y > 3",
        "if a then b else false",
        "a > 1 and (b > 2 or a < 1)",
        " and ".join(f"v{n} > {n}" for n in range(60)),
        " or ".join(f"v{n} > {n}" for n in range(60)),
    ],
)
def test_what_may_hold_is_left_alone(text: str) -> None:
    assert compile_expression(text).never_true() is None


def test_names_with_spaces() -> None:
    condition = compile_expression("order total > 5 and order total < 3", frozenset(["order total"]))
    assert str(condition.never_true()) == "no value of `order total` passes all the tests"


def test_a_condition_too_large_to_be_tried_is_not_judged() -> None:
    assert compile_expression(" and ".join(["x > 1"] * 400 + ["x < 0"])).never_true() is None


@pytest.mark.table("""
    < 5, > 3 => -
    > 5 => -
    - => -
    not(5) => -
    x => -
    [1..x] => -
    true => -
    false => -
    "a", "b" => -
    ? > limit => -
    ? > 5 or ? < 3 => -
    [5..3] => 1:1 no value of `?` passes
    (5..5] => 1:1 no value of `?` passes
    < null => 1:1 `<` does not work on null
    ? > 5 and ? < 3 => 1:13 no value of `?` passes all the tests
    ? > 5 and ? < 3, [7..6] => 1:13 no value of `?` passes all the tests
    not(< 5, >= 5) => 1:1 no value of `?` passes
    string length(?) < 2 and string length(?) > 5 => 1:43 no value of `string length(?)` passes all the tests
    limit > 5 and limit < 3 => -
    ? = limit and limit > 5 and limit < 3 => 1:35 no value of `limit` passes all the tests
""")
def test_unary_tests_that_no_value_passes(text: str, expected: str) -> None:
    why = compile_unary_tests(text).never_true()
    assert ("-" if why is None else f"{why.line}:{why.column} {why}") == expected


def _condition(generator: random.Random, depth: int) -> str:
    if depth:
        left, right = _condition(generator, depth - 1), _condition(generator, depth - 1)
        return generator.choice((f"({left} and {right})", f"({left} or {right})", f"not({left})"))
    name = generator.choice("xy")
    number, other = generator.randrange(4), generator.randrange(4)
    day = f'@"2026-01-0{number + 1}"'
    return generator.choice(
        (
            f"{name} {generator.choice(('<', '<=', '>', '>=', '=', '!='))} {number}",
            f"{name} in [{number}..{other})",
            f"{name} in ({number}, > {other})",
            f"{name} between {number} and {other}",
            f"{name} = null",
            f'{name} > "{number}"',
            f"{name} <= {day}",
            f"{name} != {day}",
            name,
        )
    )


def test_it_is_right_about_random_conditions(moment: Moment) -> None:
    """Tried on many values: what is said never to hold does not, and what holds for none of them is mostly said."""
    values = [None, True, False, *(Decimal(n) / 2 for n in range(-2, 9)), *(str(n) for n in range(5)), "0a", "", {}]
    values += [date(2026, 1, n) for n in range(1, 7)] + [date(2025, 12, 31)]
    generator = random.Random(5)
    silent = never = 0
    for _ in range(300):
        text = _condition(generator, generator.randrange(1, 4))
        condition = Expression(text, frozenset())
        holds = any(condition.evaluate({"x": x, "y": y}, moment).value is True for x in values for y in values)
        said = condition.never_true() is not None
        assert not (said and holds), text
        never += not holds
        silent += not holds and not said
    assert never > 20
    assert silent == 0
