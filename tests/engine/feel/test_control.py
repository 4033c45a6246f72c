"""`if`, `for`, `some`, `every`, functions and calls (DMN 1.5, 10.3.2.7, 10.3.2.9 and 10.3.2.14)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    if true then 1 else 2 => 1
    if false then 1 else 2 => 2
    if null then 1 else 2 => 2
    if "x" then 1 else 2 => 2
    if amount > 1000 and grade = "gold" then "A" else "B" => "A"
    if false then 1 else if true then 2 else 3 => 2
    if false then 1 else if false then 2 else 3 => 3
    if true then if false then 1 else 2 else 3 => 2
    (if true then 1 else 2) + 10 => 11
    if true then 1 else 2 + 10 => 1
    if a > b then a else b => 10
    if true then 1 => syntax error
    if true else 1 => syntax error
    if then 1 else 2 => syntax error
    if true then else 2 => syntax error
""")
def test_if(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    for x in [1, 2, 3] return x * 2 => [2, 4, 6]
    for x in [] return x => []
    for x in 5 return x => [5]
    for x in "ab" return x => ["ab"]
    for x in null return x => null (not_iterable)
    for x in [null] return x => [null]
    for x in 1..3 return x => [1, 2, 3]
    for x in 3..1 return x => [3, 2, 1]
    for x in -1..1 return x => [-1, 0, 1]
    for x in a..a + 2 return x => [10, 11, 12]
    for x in [1..3] return x => [1, 2, 3]
    for x in (1..3) return x => [2]
    for x in ]1..3] return x => [2, 3]
    for x in (< 3) return x => null (not_iterable)
    for x in 1.5..3 return x => null (range_ends)
    for x in 1.."a" return x => null (range_ends)
    for x in null..3 return x => null (range_ends)
    for d in @"2026-02-27"..@"2026-03-01" return d => [2026-02-27, 2026-02-28, 2026-03-01]
    for d in @"2026-03-01"..@"2026-02-28" return d => [2026-03-01, 2026-02-28]
    for d in [@"2026-02-27"..@"2026-02-28"] return day of week(d) => ["Friday", "Saturday"]
    for x in [1, 2], y in [10, 20] return x + y => [11, 21, 12, 22]
    for x in [[1, 2], [3]], y in x return y => [1, 2, 3]
    for x in 1..2, y in 1..x return [x, y] => [[1, 1], [2, 1], [2, 2]]
    for x in [1, 2] return for y in [x] return y => [[1], [2]]
    for o in orders return o.total => [10.5, 20, 5]
    for i in 0..4 return if i = 0 then 1 else i * partial[-1] => [1, 1, 2, 6, 24]
    for i in 1..5 return if count(partial) < 2 then 1 else partial[-1] + partial[-2] => [1, 1, 2, 3, 5]
    for i in 1..3 return sum(partial) => [null, null, null]
    for i in 1..3 return partial => [[], [[]], [[], [[]]]]
    for x in [1] return => syntax error
    for x return 1 => syntax error
    for in [1] return 1 => syntax error
    for x in [1], return 1 => syntax error
""")
def test_for(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    some x in [1, 2, 3] satisfies x > 2 => true
    some x in [1, 2, 3] satisfies x > 3 => false
    some x in [] satisfies true => false
    every x in [1, 2, 3] satisfies x > 0 => true
    every x in [1, 2, 3] satisfies x > 1 => false
    every x in [] satisfies false => true
    some x in [1, 2], y in [2, 3] satisfies x = y => true
    every x in [1, 2], y in [3, 4] satisfies x < y => true
    some x in 1..3 satisfies x = 2 => true
    every x in [1..3] satisfies x < 4 => true
    some x in null satisfies true => null (not_iterable)
    some x in [1, "a"] satisfies x > 0 => true
    some x in ["a"] satisfies x > 0 => null (not_comparable)
    every x in [1, null] satisfies x > 0 => null (not_comparable)
    every x in [null, -1] satisfies x > 0 => false
    some o in orders satisfies o.state = "closed" => true
    every o in orders satisfies o.total >= 5 => true
    some x in [1, 2] => syntax error
    some satisfies true => syntax error
""")
def test_some_and_every(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    (function() 1)() => 1
    (function(x) x + 1)(2) => 3
    (function(x, y) x - y)(5, 3) => 2
    (function(x, y) x - y)(y: 5, x: 3) => -2
    (function(x: number) x)(1) => 1
    (function(x: number) x)("a") => null (argument)
    (function(x: number) x)(null) => null
    (function(x: number) x)([7]) => 7
    (function(x: list<number>) x)(7) => [7]
    (function(x: string, y: list<string>) y)("a", "b") => ["b"]
    (function(x: date and time) x)(@"2026-01-01") => 2026-01-01T00:00:00Z
    (function(x: tUnknown) x)(1) => null (no_type)
    (function(x) x)() => null (argument_count)
    (function(x) x)(1, 2) => null (argument_count)
    (function(x) x)(y: 1) => null (argument_names)
    (function(x, y) x)(x: 1) => null (argument_names)
    {twice: function(x) x * 2, r: twice(twice(3))}.r => 12
    {f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(10)}.r => 3628800
    {make: function(n) function(x) x + n, r: make(3)(4)}.r => 7
    {k: 5, f: function(x) x + k, r: f(1)}.r => 6
    [function(x) x + 1, function(x) x * 2][2](5) => 10
    {f: {g: function(x) x}}.f.g(3) => 3
    sort([3, 1, 2], function(x, y) x > y) => [3, 2, 1]
    (1)(2) => syntax error
    amount(1) => null (not_a_function)
    (a)(1) => null (not_a_function)
    nothing(1) => null (no_function)
    (function(x) x) => function(x)
    function(x) external {java: {class: "C", method signature: "m()"}} => null (external)
    function(x => syntax error
    function x => syntax error
    function() => syntax error
    double(x: 1) => null (argument_names)
    double(n: 4) => 8
    double() => null (argument_count)
""")
def test_functions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    substring("foobar", 3) => "obar"
    substring(string: "foobar", start position: 3) => "obar"
    substring(start position: 3, string: "foobar", length: 2) => "ob"
    substring(string: "foobar", start: 3) => null (argument_names)
    substring(string: "foobar") => null (argument_names)
    substring("foobar") => null (argument_count)
    substring("foobar", "3") => null (argument)
    substring("foobar", start position: 3) => syntax error
    substring(string: "a", string: "b", start position: 1) => null (argument_names)
    substring(["foobar"], 3) => "obar"
    no such function(1) => null (no_function)
    substrin("a", 1) => null (no_function_similar)
    upper case(lower case("Ab")) => "AB"
    count(5) => 1
    fromAi("x") => syntax error
    words[substring(string: item, start position: 1, length: 1) = "t"] => ["two", "three"]
    words[contains(match: "o", string: item)] => ["one", "two"]
    numbers[floor(n: item / 2) = 1] => [2, 3]
    {f: upper case, r: f("a")}.r => "A"
    {f: upper case, r: f(string: "a")}.r => "A"
    {f: substring, r: [f("abc", 2), f(string: "abc", start position: 3)]}.r => ["bc", "c"]
    {f: max, r: [f(1, 2), f([3, 4])]}.r => [2, 4]
    for f in [min, max] return f(numbers) => [1, 4]
""")
def test_calls_of_built_ins(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
