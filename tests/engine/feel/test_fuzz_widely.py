"""A hundred thousand random strings and mutated expressions: FEEL's own errors at most, all work counted."""

import gc
import sys
import tracemalloc
from collections import Counter
from typing import Any

import pytest

from engine.feel import FeelLimitError, FeelSyntaxError, to_json
from engine.feel.expression import Expression, UnaryTests
from engine.feel.limits import MAX_RESULT
from tests.engine.feel.test_fuzz import MOMENT, NAMES, SCOPE, Writer

SHARES, EACH = 8, 12_500
BUDGET = 2_000
# Calls of functions, Python's and C's, that a step may cost at most, and what any evaluation may cost besides.
CALLS_A_STEP, CALLS_BESIDE, CALLS_A_VALUE = 40, 20_000, 5
HOSTILE = (
    "for i in 1..1000000000 return i",
    "for i in 1..3000, j in 1..3000 return i * j",
    "{f: function(x) f(x) + f(x), y: f(1)}.y",
    '{f: function(s) f(s + s), y: f("aaaaaaaa")}.y',
    "{a: [1,2,3,4,5,6,7,8], b: [a,a,a,a,a,a,a,a], c: [b,b,b,b,b,b,b,b], d: [c,c,c,c,c,c,c,c], e: [d,d,d,d,d,d,d,d], "
    "f: [e,e,e,e,e,e,e,e], g: [f,f,f,f,f,f,f,f]}.g",
    'for i in 1..100000 return string join(for j in 1..1000 return "x")',
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")',
    'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(a*)*b\\1", "$1")',
    "sort(for i in 1..100000 return -i, function(x, y) x < y)",
    "every x in 1..1000000 satisfies x > 0",
    "distinct values(for i in 1..100000 return i)",
    "1e6144 * 1e6144 + 9 ** 9 ** 9 ** 9",
    "flatten(for i in 1..100000 return [[[i]]])",
    "context merge(for i in 1..100000 return {a: i})",
    'split("' + "a," * 5_000 + '", ",")',
    "[" * 79 + "]" * 79,
)


def ended(text: str, tests: bool, budget: int = BUDGET) -> str:
    """How the text ended; anything but FEEL's own errors goes through."""
    try:
        if tests:
            value: Any = UnaryTests(text, NAMES).matches(SCOPE["x"], SCOPE, MOMENT, budget).value
            assert value in (True, False, None)
        else:
            to_json(Expression(text, NAMES).evaluate(SCOPE, MOMENT, budget).value)
    except FeelSyntaxError:
        return "syntax"
    except FeelLimitError:
        return "limit"
    return "value"


def drawn(writer: Writer) -> str:
    """Half noise, the rest expressions: most of them damaged."""
    kind = writer.random.random()
    if kind < 0.5:
        return writer.noise()
    text = writer.expression(writer.random.randrange(1, 4))
    return writer.damaged(text) if kind < 0.9 else text


@pytest.mark.parametrize("share", range(SHARES))
def test_a_hundred_thousand_texts_end_well(share: int) -> None:
    writer, outcomes = Writer(1_000 + share), Counter[str]()
    for number in range(EACH):
        text = drawn(writer)
        try:
            outcomes[ended(text, tests=number % 4 == 0)] += 1
        except Exception as error:
            error.add_note(f"the text was {text!r}")
            raise
    assert outcomes.total() == EACH
    assert outcomes["value"] > EACH / 20
    assert outcomes["syntax"] > EACH / 5


def calls(text: str, budget: int) -> tuple[int, int]:
    """How many functions one evaluation calls, and how many it may; none where the text is no expression."""
    try:
        expression = Expression(text, NAMES)
    except FeelSyntaxError:
        return 0, 1
    count, allowed = 0, CALLS_BESIDE + CALLS_A_STEP * budget

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        expression.evaluate(SCOPE, MOMENT, budget)
    except FeelLimitError as error:
        # The size of a result is counted when the steps are done, by a limit of its own.
        if error.limit == "result size":
            allowed += CALLS_A_VALUE * MAX_RESULT
    finally:
        sys.setprofile(None)
    return count, allowed


def test_no_work_is_done_that_is_not_paid_for() -> None:
    writer = Writer(77)
    for text in (*HOSTILE, *(writer.expression(3) for _ in range(1_000))):
        count, allowed = calls(text, BUDGET)
        assert count < allowed, text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_expression_ends_within_its_budget(text: str) -> None:
    count, allowed = calls(text, 20_000)
    assert count < allowed


def test_the_process_does_not_grow() -> None:
    for text in HOSTILE:
        ended(text, tests=False, budget=20_000)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(3):
            for text in HOSTILE:
                ended(text, tests=False, budget=20_000)
        gc.collect()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 300_000
    assert peak - before < 30_000_000
