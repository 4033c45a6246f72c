"""FEEL against Python on generated cases, where the two mean the same."""

import random
import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import Moment, compile_expression
from engine.feel.expression import Expression

CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144)


def value(text: str, moment: Moment, **scope: Any) -> Any:
    """The value of an expression that is compiled for this once."""
    return Expression(text, frozenset()).evaluate(scope, moment).value


def _number(generator: random.Random) -> Decimal:
    return Decimal(generator.randrange(-10_000, 10_000)).scaleb(-generator.randrange(4))


def _sum(generator: random.Random, depth: int) -> tuple[str, Decimal | None]:
    """An expression as text, and what Python makes of it."""
    if depth == 0:
        number = _number(generator)
        return f"({number})", number
    operator = generator.choice("+-*/")
    (left, mine), (right, yours) = _sum(generator, depth - 1), _sum(generator, depth - 1)
    text = f"({left} {operator} {right})"
    if mine is None or yours is None or (operator == "/" and not yours):
        return text, None
    compute = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide}[operator]
    return text, compute(mine, yours)


def test_arithmetic_is_pythons_with_34_digits(moment: Moment) -> None:
    generator = random.Random(1)
    for _ in range(300):
        text, expected = _sum(generator, generator.randrange(1, 5))
        assert value(text, moment) == expected, text


def test_dates_are_pythons(moment: Moment) -> None:
    generator = random.Random(2)
    for _ in range(200):
        day = date(1, 1, 1) + timedelta(days=generator.randrange(3_000_000))
        days = generator.randrange(-300, 300)
        later = day + timedelta(days=days) if day.year > 1 else day
        days = (later - day).days
        assert value(f'@"{day}" + @"P1D" * {days}', moment) == later
        assert value(f'(@"{later}" - @"{day}") / @"P1D"', moment) == days
        assert value(f'week of year(@"{day}")', moment) == day.isocalendar().week
        assert value(f'@"{day}".weekday', moment) == day.isoweekday()
        assert value(f'day of year(@"{day}")', moment) == day.timetuple().tm_yday


def test_far_years_have_the_same_calendar_every_400(moment: Moment) -> None:
    generator = random.Random(3)
    for _ in range(100):
        near = date(2000, 1, 1) + timedelta(days=generator.randrange(146_097))
        days = generator.randrange(-40_000, 40_000)
        for cycles in (-100, 100, 100_000):
            far = f"{near.year + 400 * cycles:05d}-{near:%m-%d}"
            moved = near + timedelta(days=days)
            expected = f"{moved.year + 400 * cycles:05d}-{moved:%m-%d}"
            assert str(value(f'@"{far}" + @"P1D" * {days}', moment)) == expected
            assert value(f'@"{far}".weekday', moment) == near.isoweekday()


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"])
def test_zones_are_pythons(zone: str, moment: Moment) -> None:
    generator = random.Random(zone)
    for _ in range(100):
        instant = datetime(1990, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=generator.randrange(20_000_000))
        minutes = generator.randrange(-100_000, 100_000)
        there = instant.astimezone(ZoneInfo(zone))
        if there.fold:
            continue  # FEEL cannot write the second of two equal times
        later = (instant + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
        start = f'@"{there:%Y-%m-%dT%H:%M:%S}@{zone}"'
        assert value(f'string({start} + @"PT1M" * {minutes})', moment) == f"{later:%Y-%m-%dT%H:%M:%S}@{zone}"
        assert value(f'{start} - @"1990-01-01T00:00:00Z"', moment).nanoseconds == int(
            (instant - datetime(1990, 1, 1, tzinfo=ZoneInfo("UTC"))).total_seconds() * 10**9
        )


ENDS = [
    f"{left}{low}..{high}{right}"
    for low in range(1, 4)
    for high in range(low + 1, 5)
    for left in "[("
    for right in "])"
]


def _points(text: str) -> set[float]:
    """Quarters of a range of whole numbers: enough to tell any two apart."""
    low, high = map(int, text[1:-1].split(".."))
    inside = {quarter / 4 for quarter in range(low * 4, high * 4 + 1)}
    return inside - ({low} if text[0] == "(" else set()) - ({high} if text[-1] == ")" else set())


def test_ranges_are_sets_of_points(moment: Moment) -> None:
    for first, second in product(ENDS, ENDS):
        mine, yours = _points(first), _points(second)
        found = value(
            f"[overlaps({first}, {second}), includes({first}, {second}), during({first}, {second}),"
            f" before({first}, {second}), after({first}, {second}), coincides({first}, {second})]",
            moment,
        )
        expected = [
            bool(mine & yours),
            mine >= yours,
            mine <= yours,
            max(mine) < min(yours),
            min(mine) > max(yours),
            mine == yours,
        ]
        assert found == expected, (first, second)


def test_points_are_in_ranges(moment: Moment) -> None:
    for text in ENDS:
        for quarter in range(2, 20):
            point = quarter / 4
            inside = point in _points(text)
            assert (
                value(f"[{point} in {text}, includes({text}, {point}), during({point}, {text})]", moment)
                == [inside] * 3
            )


PIECES = ("a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab)", "a*", "b+", "(ab)?", "a{1,2}", "(a*)", r"\d", "^", "$", "a+?")


@pytest.mark.parametrize("reference", ["", r"\1"])
def test_patterns_are_pythons(reference: str, moment: Moment) -> None:
    generator = random.Random(5)
    for _ in range(400):
        pattern = "(a|b)" + "".join(generator.choice(PIECES) for _ in range(generator.randrange(4))) + reference
        text = "".join(generator.choice("aab1") for _ in range(generator.randrange(8)))
        python = re.compile(pattern.replace("$", r"\Z"))
        scope = {"subject": text, "pattern": pattern}
        assert value("matches(subject, pattern)", moment, **scope) is bool(python.search(text)), (pattern, text)
        assert value('replace(subject, pattern, "<$1>")', moment, **scope) == python.sub(r"<\1>", text), (pattern, text)


def test_sorting_is_pythons(moment: Moment) -> None:
    generator = random.Random(6)
    order = compile_expression("sort(items, function(x, y) x.key < y.key)")
    for _ in range(50):
        items = [{"key": generator.randrange(10), "place": place} for place in range(generator.randrange(30))]
        assert order.evaluate({"items": items}, moment).value == sorted(items, key=lambda item: item["key"])


def test_strings_are_pythons(moment: Moment) -> None:
    generator = random.Random(8)
    for _ in range(200):
        text = "".join(generator.choice("ab联🐎 é") for _ in range(generator.randrange(1, 9)))
        start = generator.randrange(1, len(text) + 1)
        length = generator.randrange(1, 9)
        match = text[generator.randrange(len(text)) :][:2]
        found = value(
            "[substring(t, s, l), substring(t, -s), string length(t), substring before(t, m), substring after(t, m)]",
            moment,
            t=text,
            s=start,
            l=length,
            m=match,
        )
        before, _, after = text.partition(match)
        assert found == [text[start - 1 : start - 1 + length], text[-start:], len(text), before, after]
