"""Expressions written to hurt: each ends within its budget with a value, a null that is explained, or FEEL's own error.

`stopped: <limit>` is FeelLimitError, `refused` FeelSyntaxError. The budget here is a tenth of the usual one.
"""

import tracemalloc

import pytest

from engine.feel import FeelLimitError, FeelSyntaxError, Moment
from engine.feel.expression import Expression
from tests.engine.feel.conftest import written

BUDGET = 100_000
MEGABYTES = 20


def told(text: str, moment: Moment) -> str:
    try:
        evaluation = Expression(text, frozenset()).evaluate({"bomb": "ab" * 5_000}, moment, BUDGET)
    except FeelSyntaxError:
        return "refused"
    except FeelLimitError as stopped:
        return f"stopped: {stopped.limit}"
    return written(evaluation.value, [warning.code for warning in evaluation.warnings], moment)


@pytest.mark.table(r"""
    // numbers
    9 ** 9 ** 9 < 10 ** 78 => true
    (9 ** 9) ** (9 ** 9) => null (number_too_large)
    10 ** 6145 => null (number_too_large)
    1.0000001 ** 999999999999 => null (number_too_large)
    10 ** -7000 = 0 => true
    0 ** 0 => null (not_a_number)
    0 ** -1 => null (division_by_zero)
    1e99999999999 => refused
    number("1e99999999999") => null (invalid)
    exp(10 ** 9) => null (number_too_large)
    exp(-10 ** 9) => 0
    sum(for i in 1..100 return 9e6144) => null (number_too_large)
    product(for i in 1..100 return 9e6144) => null (number_too_large)
    mean([9e6144, 9e6144]) => null (number_too_large)
    stddev([9e6144, -9e6144]) => null (number_too_large)
    decimal(1 / 3, 10 ** 9) => null (out_of_range)
    round up(5.5, -7000) => null (out_of_range)
    string length(string(10 ** 6000)) => 6001
    modulo(10 ** 6000, 3) => 1
    // loops
    for i in 1..10 ** 12 return i => stopped: steps
    for i in 0 - 10 ** 30..10 ** 30 return i => stopped: steps
    for i in 10 ** 12..1 return null => stopped: steps
    some i in 1..10 ** 12 satisfies false => stopped: steps
    every i in 1..10 ** 6, j in 1..10 ** 6 satisfies true => stopped: steps
    for a in 1..99, b in 1..99, c in 1..99, d in 1..99 return 1 => stopped: steps
    for i in @"0001-01-01"..@"999999999-12-31" return i => stopped: steps
    for i in 1..10 ** 5 return partial => stopped: steps
    count(for i in 1..40000 return for j in 1..40000 return i) => stopped: steps
    // functions
    {f: function(x) f(x), r: f(1)}.r => stopped: depth
    {f: function(x) f(x) + f(x), r: f(1)}.r => stopped: depth
    {f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(60)}.r => stopped: steps
    {y: function(f) f(f), r: y(y)}.r => stopped: depth
    {a: function(x) b(x), b: function(x) a(x), r: b(1)}.r => null (no_function)
    sort(for i in 1..100000 return -i) => stopped: steps
    // strings
    {a: bomb + bomb, b: a + a, c: b + b, d: c + c, e: d + d, f: e + e, g: f + f, h: g + g}.h => stopped: string length
    string join(for i in 1..20000 return bomb) => stopped: string length
    replace(bomb, "a", bomb) => stopped: string length
    replace("aaaa", "", "b") => null (pattern)
    string length(replace(bomb, "(.)", "$1$1$1")) => 30000
    split(bomb, "")[1] => "a"
    {s: bomb, t: [s, s, s, s, s, s, s], u: [t, t, t, t, t, t, t], v: string([u, u, u, u])}.v => stopped: steps
    replace(bomb, ".+", string join(for i in 1..1000 return "$0")) => stopped: string length
    // patterns
    matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$") => false
    matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a|a)*$") => false
    matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+\\1$") => stopped: steps
    matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a*)*(\\1)*$") => stopped: steps
    matches("a", "((a{1000}){1000}){1000}") => null (pattern)
    matches("a", "a{99999999999}") => null (pattern_at)
    matches("a", "((((((((((((((((((((a)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*") => true
    // what a result may be
    for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]] => stopped: result size
    count(flatten(for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]])) => stopped: steps
    to json(for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]]) => stopped: result size
    duplicate values(for i in 1..5000 return {a: i}) => stopped: steps
    distinct values(for i in 1..5000 return [i]) => stopped: steps
    union(for i in 1..3000 return {i: i}, for i in 1..3000 return {j: i}) => stopped: steps
    // dates
    @"999999999-12-31" + @"P1D" => null (out_of_range)
    @"-999999999-01-01" - @"P1D" => null (out_of_range)
    @"9999-12-31" + @"P1D" => 10000-01-01
    @"9999-12-31T23:59:59Z" + @"PT1S" => 10000-01-01T00:00:00Z
    @"0001-01-01" - @"P1Y" => 0000-01-01
    @"2026-02-30" => null (invalid)
    @"2026-13-01" => null (invalid)
    @"P99999999999999999999999999Y" => null (invalid)
    date("1000000000-01-01") => null (invalid)
    date(10 ** 12, 1, 1) => null (invalid)
    date(2026, 1, 10 ** 30) => null (invalid)
    time(1, 1, 1, @"PT100H") => null (invalid)
    duration("PT1S") * 10 ** 40 => null (out_of_range)
    duration("P1Y") * 10 ** 40 => null (out_of_range)
    duration("PT1S") / 0 => null (division_by_zero)
    @"12:00:00@Nowhere/City" => null (invalid)
    @"2026-01-01T00:00:00+25:00" => null (invalid)
    // names and texts
    "\uD83D" => refused
    "\U110000" => refused
    数据库 + 1 => null (no_variable)
    {"": 1, "a.b": 2}."" => refused
    __import__("os") => null (no_function)
    fromAi("x") => refused
    from json("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[") => null (invalid)
    from json("1e999999999") => null (invalid)
    from json("NaN") => null (invalid)
    function(x) external {java: {class: "java.lang.Math", method signature: "cos(double)"}} => null (external)
""")
def test_it_ends_with_an_answer_of_feel(text: str, expected: str, moment: Moment) -> None:
    assert told(text, moment) == expected


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "[" * 5_000,
        "-" * 50_000 + "1",
        "not(" * 2_000 + "true" + ")" * 2_000,
        "if true then " * 3_000 + "1",
        "{a: " * 3_000 + "1" + "}" * 3_000,
        "a" + ".a" * 20_000,
        "a" + "[1]" * 20_000,
        "1" + " + 1" * 24_000,
        "for x in 1 return " * 3_000 + "1",
        "function(x) " * 3_000 + "1",
        "1 in (" * 3_000,
        '"' + "\\" * 49_999,
        "@" * 50_000,
        "x" * 100_000,
        "x " * 50_000,
        "a-" * 50_000,
        "/*" * 50_000,
        "?" * 50_000,
        "\x00" * 1_000,
        "😀" * 25_000,
        "1 instance of " + "list<" * 10_000 + "number" + ">" * 10_000,
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_a_text_that_is_deep_or_long_is_read_or_refused(text: str, moment: Moment) -> None:
    assert told(text, moment)


@pytest.mark.parametrize(
    "text",
    [
        'replace(bomb, ".+", string join(for i in 1..1000 return "$0"))',
        'replace(bomb, "a", bomb)',
        "string join(for i in 1..20000 return bomb)",
        "for i in 1..30 return if i = 1 then bomb else partial[-1] + partial[-1]",
        "flatten(for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]])",
        "[10 ** 6000, string(10 ** 6000), decimal(1 / 3, 6000)]",
    ],
)
def test_what_grows_is_stopped_before_it_is_large(text: str, moment: Moment) -> None:
    tracemalloc.start()
    try:
        told(text, moment)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEGABYTES * 2**20
