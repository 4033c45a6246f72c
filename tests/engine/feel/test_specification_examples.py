"""The examples that DMN 1.5 gives itself, in chapter 10.3, in the order of its tables."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    number("1 000,0", " ", ",") = number("1,000.0", ",", ".") => true
    string(1.1) => "1.1"
    string(null) => null
    date("2012-12-25") - date("2012-12-24") = duration("P1D") => true
    date(date and time("2012-12-25T11:00:00Z")) = date("2012-12-25") => true
    date(2012, 12, 25) = date("2012-12-25") => true
    date and time("2012-12-24T23:59:00") + duration("PT1M") = date and time("2012-12-25T00:00:00") => true
    date and time(date("2012-12-24"), time("23:59:00")) => 2012-12-24T23:59:00
    time("23:59:00z") + duration("PT2M") = time("00:01:00@Etc/UTC") => true
    time(date and time("2012-12-25T11:00:00Z")) = time("11:00:00Z") => true
    time(23, 59, 0, duration("PT0H")) = time("23:59:00Z") => true
    date and time("2012-12-24T23:59:00") - date and time("2012-12-22T03:45:00") = duration("P2DT20H14M") => true
    duration("P2Y2M") = duration("P26M") => true
    years and months duration(date("2011-12-22"), date("2013-08-24")) = duration("P1Y8M") => true
    not(true) => false
    not(null) => null
""")
def test_conversion_and_boolean_functions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table(r"""
    substring("foobar", 3) = "obar" => true
    substring("foobar", 3, 3) = "oba" => true
    substring("foobar", -2, 1) = "a" => true
    substring("\U01F40Eab", 2) = "ab" => true
    string length("foo") = 3 => true
    string length("\U01F40Eab") = 3 => true
    upper case("aBc4") = "ABC4" => true
    lower case("aBc4") = "abc4" => true
    substring before("foobar", "bar") = "foo" => true
    substring before("foobar", "xyz") = "" => true
    substring before("foobar", "o") = "f" => true
    substring after("foobar", "ob") = "ar" => true
    substring after("", "a") = "" => true
    substring after("foobar", "o") = "obar" => true
    replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") = "[1=ab][2=]cd" => true
    contains("foobar", "of") => false
    starts with("foobar", "fo") => true
    ends with("foobar", "r") => true
    matches("foobar", "^fo*b") => true
    split("John Doe", "\\s") = ["John", "Doe"] => true
    split("a;b;c;;", ";") = ["a", "b", "c", "", ""] => true
    string join(["a", "b", "c"], "_and_") = "a_and_b_and_c" => true
    string join(["a", "b", "c"], "") = "abc" => true
    string join(["a", "b", "c"], null) = "abc" => true
    string join(["a"], "X") = "a" => true
    string join(["a", null, "c"], "X") = "aXc" => true
    string join([], "X") = "" => true
""")
def test_string_functions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    list contains([1, 2, 3], 2) => true
    count([1, 2, 3]) = 3 => true
    count([]) = 0 => true
    count([1, [2, 3]]) = 2 => true
    min([1, 2, 3]) = 1 => true
    min(1) = 1 => true
    min([1]) = 1 => true
    max(1, 2, 3) = 3 => true
    max([]) => null
    sum([1, 2, 3]) = 6 => true
    sum(1, 2, 3) = 6 => true
    sum(1) = 1 => true
    sum([]) => null
    mean([1, 2, 3]) = 2 => true
    mean(1, 2, 3) = 2 => true
    mean(1) = 1 => true
    all([false, null, true]) => false
    all(true) => true
    all([true]) => true
    all([]) => true
    all(0) => null (argument)
    any([false, null, true]) => true
    any(false) => false
    any([]) => false
    any(0) => null (argument)
    sublist([4, 5, 6], 1, 2) = [4, 5] => true
    append([1], 2, 3) = [1, 2, 3] => true
    concatenate([1, 2], [3]) = [1, 2, 3] => true
    insert before([1, 3], 1, 2) = [2, 1, 3] => true
    remove([1, 2, 3], 2) = [1, 3] => true
    list replace([2, 4, 7, 8], 3, 6) = [2, 4, 6, 8] => true
    list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5) = [5, 5, 7, 8] => true
    reverse([1, 2, 3]) = [3, 2, 1] => true
    index of([1, 2, 3, 2], 2) = [2, 4] => true
    union([1, 2], [2, 3]) = [1, 2, 3] => true
    distinct values([1, 2, 3, 2, 1]) = [1, 2, 3] => true
    flatten([[1, 2], [[3]], 4]) = [1, 2, 3, 4] => true
    product([2, 3, 4]) = 24 => true
    product(2, 3, 4) = 24 => true
    median(8, 2, 5, 3, 4) = 4 => true
    median([6, 1, 2, 3]) = 2.5 => true
    median([]) => null
    decimal(stddev(2, 4, 7, 5), 12) = 2.081665999466 => true
    stddev([47]) => null
    stddev([]) => null
    mode(6, 3, 9, 6, 6) = [6] => true
    mode([6, 1, 9, 6, 1]) = [1, 6] => true
    mode([]) = [] => true
    sort(list: [3, 1, 4, 5, 2], precedes: function(x, y) x < y) = [1, 2, 3, 4, 5] => true
""")
def test_list_functions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    decimal(1/3, 2) = .33 => true
    decimal(1.5, 0) = 2 => true
    decimal(2.5, 0) = 2 => true
    floor(1.5) = 1 => true
    floor(-1.56, 1) = -1.6 => true
    ceiling(1.5) = 2 => true
    ceiling(-1.56, 1) = -1.5 => true
    round up(5.5, 0) = 6 => true
    round up(-5.5, 0) = -6 => true
    round up(1.121, 2) = 1.13 => true
    round up(-1.126, 2) = -1.13 => true
    round down(5.5, 0) = 5 => true
    round down(-5.5, 0) = -5 => true
    round down(1.121, 2) = 1.12 => true
    round down(-1.126, 2) = -1.12 => true
    round half up(5.5, 0) = 6 => true
    round half up(-5.5, 0) = -6 => true
    round half up(1.121, 2) = 1.12 => true
    round half up(-1.126, 2) = -1.13 => true
    round half down(5.5, 0) = 5 => true
    round half down(-5.5, 0) = -5 => true
    round half down(1.121, 2) = 1.12 => true
    round half down(-1.126, 2) = -1.13 => true
    abs(10) = 10 => true
    abs(-10) = 10 => true
    abs(@"PT5H") = @"PT5H" => true
    abs(@"-PT5H") = @"PT5H" => true
    modulo(12, 5) = 2 => true
    modulo(-12, 5) = 3 => true
    modulo(12, -5) = -3 => true
    modulo(-12, -5) = -2 => true
    modulo(10.1, 4.5) = 1.1 => true
    modulo(-10.1, 4.5) = 3.4 => true
    modulo(10.1, -4.5) = -3.4 => true
    modulo(-10.1, -4.5) = -1.1 => true
    sqrt(16) = 4 => true
    decimal(log(10), 8) = 2.30258509 => true
    decimal(exp(5), 8) = 148.41315910 => true
    odd(5) => true
    odd(2) => false
    even(5) => false
    even(2) => true
""")
def test_numeric_functions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    is(date("2012-12-25"), time("23:00:50")) => false
    is(date("2012-12-25"), date("2012-12-25")) => true
    is(time("23:00:50z"), time("23:00:50")) => false
    is(time("23:00:50z"), time("23:00:50+00:00")) => true
    before(1, 10) => true
    before(10, 1) => false
    before(1, [1..10]) => false
    before(1, (1..10]) => true
    before(1, [5..10]) => true
    before([1..10], 10) => false
    before([1..10), 10) => true
    before([1..10], 15) => true
    before([1..10], [15..20]) => true
    before([1..10], [10..20]) => false
    before([1..10), [10..20]) => true
    before([1..10], (10..20]) => true
    after(10, 5) => true
    after(5, 10) => false
    after(12, [1..10]) => true
    after(10, [1..10)) => true
    after(10, [1..10]) => false
    after([11..20], 12) => false
    after([11..20], 10) => true
    after((11..20], 11) => true
    after([11..20], 11) => false
    after([11..20], [1..10]) => true
    after([1..10], [11..20]) => false
    after([11..20], [1..11)) => true
    after((11..20], [1..11]) => true
    meets([1..5], [5..10]) => true
    meets([1..5), [5..10]) => false
    meets([1..5], (5..10]) => false
    meets([1..5], [6..10]) => false
    met by([5..10], [1..5]) => true
    met by([5..10], [1..5)) => false
    met by((5..10], [1..5]) => false
    met by([6..10], [1..5]) => false
    finishes(10, [1..10]) => true
    finishes(10, [1..10)) => false
    finishes([5..10], [1..10]) => true
    finishes([5..10), [1..10]) => false
    finishes([5..10), [1..10)) => true
    finishes([1..10], [1..10]) => true
    finishes((1..10], [1..10]) => true
    starts(1, [1..10]) => true
    starts(1, (1..10]) => false
    starts(2, [1..10]) => false
    starts([1..5], [1..10]) => true
    starts((1..5], (1..10]) => true
    starts((1..5], [1..10]) => false
    starts([1..5], (1..10]) => false
    starts([1..10], [1..10]) => true
    starts([1..10), [1..10]) => true
    starts((1..10), (1..10)) => true
    coincides(5, 5) => true
    coincides(3, 4) => false
    coincides([1..5], [1..5]) => true
    coincides((1..5), [1..5]) => false
    coincides([1..5], [2..6]) => false
""")
def test_date_and_range_functions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    day of year(date(2019, 9, 17)) = 260 => true
    day of week(date(2019, 9, 17)) = "Tuesday" => true
    month of year(date(2019, 9, 17)) = "September" => true
    week of year(date(2019, 9, 17)) = 38 => true
    week of year(date(2003, 12, 29)) = 1 => true
    week of year(date(2004, 1, 4)) = 1 => true
    week of year(date(2005, 1, 1)) = 53 => true
    week of year(date(2005, 1, 3)) = 1 => true
    week of year(date(2005, 1, 9)) = 1 => true
    get value({key1: "value1"}, "key1") = "value1" => true
    get value({key1: "value1"}, "unexistent-key") => null (no_entry)
    get entries({key1: "value1", key2: "value2"})[key = "key1"].value = ["value1"] => true
    context([{key: "a", value: 1}, {key: "b", value: 2}]) = {a: 1, b: 2} => true
    context([{key: "a", value: 1}, {key: "b", value: 2, something: "else"}]) = {a: 1, b: 2} => true
    context([{key: "a", value: 1}, {key: "b"}]) => null (argument)
    context put({x: 1}, "y", 2) = {x: 1, y: 2} => true
    context put({x: 1, y: 0}, "y", 2) = {x: 1, y: 2} => true
    context put({x: 1, y: 0, z: 0}, "y", 2) = {x: 1, y: 2, z: 0} => true
    context put({x: 1}, ["y"], 2) = context put({x: 1}, "y", 2) => true
    context put({x: 1, y: {a: 0}}, ["y", "a"], 2) = {x: 1, y: {a: 2}} => true
    context put({x: 1, y: {a: 0}}, [], 2) => null (argument)
    context merge([{x: 1}, {y: 2}]) = {x: 1, y: 2} => true
    context merge([{x: 1, y: 0}, {y: 2}]) = {x: 1, y: 2} => true
    range("[18..21]") => [18..21]
    range("[2..)") => null (invalid)
    range("(..2)") => null (invalid)
    range("") => null (invalid)
    range("[..]") => null (invalid)
""")
def test_temporal_context_and_range_functions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    {x: 10, y: 5, r: if x > y then "yes" else "no"}.r => "yes"
    for i in [1, 2, 3], j in [1, 2, 3] return i * j => [1, 2, 3, 2, 4, 6, 3, 6, 9]
    for i in 0..4 return if i = 0 then 1 else i * partial[-1] => [1, 1, 2, 6, 24]
    for x in [1, 2], y in [3, 4] return {x: x, y: y} => [{x: 1, y: 3}, {x: 1, y: 4}, {x: 2, y: 3}, {x: 2, y: 4}]
    some i in [1, 2, 3] satisfies i > 2 => true
    every i in [1, 2, 3] satisfies i > 1 => false
    [{x: 1, y: 2}, {x: 2, y: 3}][x = 1] => [{x: 1, y: 2}]
    [{x: 1, y: 2}, {x: 2, y: 3}][x > 0] => [{x: 1, y: 2}, {x: 2, y: 3}]
    [{x: 1, y: 2}, {x: 2, y: 3}][x > 2] => []
    [{x: 1, y: 2}, {x: null, y: 3}][x = null] => [{x: null, y: 3}]
    [{x: 1, y: 2}, {y: 3}][x < 2] => [{x: 1, y: 2}]
    [1, 2, 3, 4][item > 2] => [3, 4]
    [1, 2, 3, 4][-1] => 4
    [{b: 1}, {b: [2.1, 2.2]}].b => [1, [2.1, 2.2]]
    {a: {b: 1}}.a.b => 1
    5 in (> 0, < 10) => true
    5 in > 6 => false
    1 in [2, 3, 1] => true
    (function(x, y) x + y)(1, 2) => 3
    {PMT: function(p, r, n) (p*r/12)/(1-(1+r/12)**-n), f: decimal(PMT(600000, 0.0375, 360), 6)}.f => 2778.693549
    [1, 2, 3] instance of list<number> => true
    1 instance of number => true
    "a" instance of string => true
    null instance of Null => true
    @"2012-12-25" instance of date => true
    @"PT5H" = duration("PT5H") => true
    @"2002-12-22T11:00:00@Europe/Paris" = date and time("2002-12-22T11:00:00@Europe/Paris") => true
""")
def test_expressions(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
