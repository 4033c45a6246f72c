"""Every evaluation ends within its budget, and none grows the process."""

from collections.abc import Callable

import pytest

from engine.feel import Expression, FeelError, FeelLimitError, Moment, compile_expression, to_json

HOSTILE = {
    "a long loop": "for i in 1..1000000000 return i",
    "loops in loops": "for a in 1..100000, b in 1..100000 return 1",
    "loops around an empty one": "for a in 1..100000, b in 1..100000, c in [] return 1",
    "a long search": "every i in 1..1000000000 satisfies true",
    "a filter over filters": "(for i in 1..1000 return i)[count((for j in 1..1000 return j)[item > 0]) > 0]",
    "a doubled string": 'for i in 1..100 return if i = 1 then "ab" else partial[-1] + partial[-1]',
    "a doubled list": "for i in 1..60 return [partial[-1], partial[-1]]",
    "a doubled list compared": "{a: for i in 1..60 return [partial[-1], partial[-1]], b: a = a}.b",
    "a doubled list as text": "string(for i in 1..60 return [partial[-1], partial[-1]])",
    "a doubled list as JSON": "to json(for i in 1..60 return [partial[-1], partial[-1]])",
    "a doubled list flattened": "flatten(for i in 1..60 return [partial[-1], partial[-1]])",
    "a list in a list in a list": "for i in 1..200 return [partial[-1]]",
    "a function that calls itself": "{f: function(n) f(n), r: f(1)}.r",
    "a function that calls itself twice": "{f: function(n) if n = 0 then 0 else f(n - 1) + f(n - 1), r: f(40)}.r",
    "two functions in turn": "{f: function(g, n) g(g, n), r: f(f, 1)}.r",
    "long strings many times": (
        "for i in 1..100000 return upper case(string join(for j in 1..50 return string join("
        'for k in 1..50 return "aaaaaaaaaaaaaaaaaaaaaaaa")))'
    ),
    "sorting with a costly order": (
        "sort(for i in 1..2000 return modulo(i * 7919, 10007), function(x, y) count((for k in 1..100 return k)) > 0)"
    ),
    "a growing context": 'for i in 1..100000 return context put(get or else(partial[-1], {}), string(i), "x")',
    "a wide function many times": (
        "{f: function(n) [" + ", ".join(["n + 1"] * 2_000) + "], r: for i in 1..100000 return count(f(i))}.r"
    ),
    "joined lists": "for i in 1..100000 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_expressions_are_stopped(text: str, moment: Moment) -> None:
    with pytest.raises(FeelLimitError):
        compile_expression(text).evaluate({}, moment, 200_000)


def test_the_budget_is_counted_not_timed(moment: Moment) -> None:
    loop = compile_expression("count(for i in 1..100 return i)")
    needed = next(budget for budget in range(1, 2_000) if _ends(loop, moment, budget))
    assert 200 <= needed <= 600
    assert not _ends(loop, moment, needed - 1)
    assert _ends(loop, moment, needed)


def _ends(expression: Expression, moment: Moment, budget: int) -> bool:
    try:
        expression.evaluate({}, moment, budget)
    except FeelLimitError:
        return False
    return True


@pytest.mark.table("""
    count(distinct values(for i in 1..20000 return i)) => 20000
    count(union(for i in 1..5000 return i, for i in 1..5000 return string(i))) => 10000
    sort(for i in 1..5000 return modulo(i * 7919, 5003), function(x, y) x < y)[5000] => 5002
    count(split(string join(for i in 1..5000 return "ab "), " ")) => 5001
    {f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(50)}.r => 50
    sum(for i in 1..50000 return i) => 1250025000
    string length(string join(for i in 1..10000 return "0123456789")) => 100000
    count(flatten(for i in 1..100 return for j in 1..100 return j)) => 10000
""")
def test_honest_work_is_well_within_the_budget(text: str, expected: str, answer: Callable[[str], str]) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "10 ** 999999999",
        "1.0000001 ** 1e30",
        "1.1 ** 1e6000",
        "exp(14149.9)",
        "log(1e-6143)",
        "decimal(1.5e6000, 6000)",
        "round up(1.23e6144, 6176)",
        "string(1e6144)",
        "modulo(1e6000, 7e-6000)",
        "sqrt(1e6144)",
        "2" + " ** 2" * 100,
    ],
)
def test_large_numbers_take_no_time(text: str, moment: Moment) -> None:
    compile_expression(text).evaluate({}, moment)


def test_long_constants_are_left_to_the_evaluation(moment: Moment) -> None:
    part = f'"{"a" * 9_000}"'
    compiled = compile_expression(f"string length({part} + {part} + {part} + {part})")
    assert compiled.evaluate({}, moment).value == 36_000
    with pytest.raises(FeelLimitError):
        compiled.evaluate({}, moment, 500)


def test_chains_may_be_long(moment: Moment) -> None:
    assert compile_expression("1" + " + 1" * 5_000).evaluate({}, moment).value == 5001
    assert compile_expression("true" + " and true" * 5_000).evaluate({}, moment).value is True
    branches = "".join(f"if x = {number} then {number} else " for number in range(1_000))
    assert compile_expression(branches + "-1").evaluate({"x": 999}, moment).value == 999


def test_what_a_host_gives_in_may_be_large(moment: Moment) -> None:
    scope = {"many": list(range(200_000)), "text": "x" * 500_000}
    assert compile_expression("count(many) + string length(text)").evaluate(scope, moment).value == 700_000


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[" + ",".join(["{}"] * 10_001) + "]", 10_001),
        ("[" + ",".join(["[[[[[[[[[]]]]]]]]]"] * 5_000) + "]", 5_000),
        ('["' + "[" * 10_001 + '", "\\"' + "{" * 10_001 + '"]', 2),
        ("[" * 100 + "]" * 100, 1),
    ],
    ids=["small objects", "lists in lists", "within strings", "as deep as may be"],
)
def test_json_may_have_as_many_brackets_as_it_likes_side_by_side(text: str, count: int, moment: Moment) -> None:
    evaluation = compile_expression("count(from json(text))").evaluate({"text": text}, moment)
    assert (evaluation.value, evaluation.warnings) == (count, ())


@pytest.mark.parametrize(
    "text",
    ["[" * 101 + "]" * 101, '{"a":' * 50_000, "[" * 200_000, '"\\' * 80_000],
    ids=["too deep", "objects", "lists", "quotes"],
)
def test_json_too_deep_or_without_an_end_is_refused(text: str, moment: Moment) -> None:
    evaluation = compile_expression("from json(text)").evaluate({"text": text}, moment)
    assert (evaluation.value, [warning.code for warning in evaluation.warnings]) == (None, ["invalid"])


def test_a_result_too_deep_for_json_is_refused() -> None:
    value: list[object] = []
    for _ in range(200):
        value = [value]
    with pytest.raises(FeelLimitError):
        to_json(value)


@pytest.mark.parametrize("frames", [300, 600, 800, 850, 900, 930])
def test_a_caller_deep_in_the_stack_gets_an_answer(frames: int, moment: Moment) -> None:
    texts = [
        "(" * 79 + "1" + ")" * 79,
        "{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(60)}.r",
        f"[{frames}, [2, [3, [4]]]] = [{frames}, [2, [3, [4]]]]",
    ]

    def below(level: int) -> None:
        if level:
            below(level - 1)
            return
        for text in texts:
            try:
                compile_expression(f"{text} // {frames}").evaluate({}, moment)
            except FeelError:
                continue

    below(frames - 60)
