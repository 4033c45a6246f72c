"""Conversion functions (DMN 1.5, table 73, and Camunda's JSON)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    date("2026-03-04") => 2026-03-04
    date(2026, 3, 4) => 2026-03-04
    date(year: 2026, month: 3, day: 4) => 2026-03-04
    date(from: "2026-03-04") => 2026-03-04
    date(@"2026-03-04T10:00:00") => 2026-03-04
    date(@"2026-03-04") => 2026-03-04
    date("2024-02-29") => 2024-02-29
    date("2026-02-29") => null (invalid)
    date(2026, 13, 1) => null (invalid)
    date(2026, 1.5, 1) => null (invalid)
    date("2026-3-4") => null (invalid)
    date("26-03-04") => null (invalid)
    date("02026-03-04") => null (invalid)
    date("-2026-03-04") => -2026-03-04
    date("99999-12-31") => 99999-12-31
    date("9999999999-12-31") => null (invalid)
    date(-999999999, 1, 1) => -999999999-01-01
    date(1000000000, 1, 1) => null (invalid)
    date("") => null (invalid)
    date(null) => null (argument)
    date(5) => null (argument)
    date(2026, 3) => null (argument_count)
    date("2026-03-04T10:00:00") => null (invalid)
    date(["2026-03-04"]) => 2026-03-04
""")
def test_date(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    time("10:20:30") => 10:20:30
    time("10:20:30.123456789") => 10:20:30.123456789
    time("10:20:30.1234567891") => 10:20:30.123456789
    time("10:20:30-00:00") => 10:20:30Z
    time("24:00:00") => 00:00:00
    time("24:00:01") => null (invalid)
    time("10:60:00") => null (invalid)
    time("10:20") => null (invalid)
    time("1:02:03") => null (invalid)
    time("10:20:30+19:00") => null (invalid)
    time("10:20:30+18:00") => 10:20:30+18:00
    time("10:20:30+02:00:30") => 10:20:30+02:00:30
    time("10:20:30+02:00@Europe/Paris") => null (invalid)
    time("10:20:30@Europe/Paris") => 10:20:30@Europe/Paris
    time(10, 20, 30) => 10:20:30
    time(10, 20, 30.5) => 10:20:30.5
    time(10, 20, 30, null) => 10:20:30
    time(10, 20, 30, @"PT8H") => 10:20:30+08:00
    time(10, 20, 30, @"-PT30M") => 10:20:30-00:30
    time(24, 0, 0) => null (invalid)
    time(10, 20, 60) => null (invalid)
    time(@"2026-03-04T10:20:30+08:00") => 10:20:30+08:00
    time(@"2026-03-04") => 00:00:00Z
    time(@"10:20:30") => 10:20:30
    time(from: "10:20:30") => 10:20:30
    time(1, 2) => null (argument_count)
    time(null, 1, 2) => null (argument)
""")
def test_time(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    date and time("2026-03-04T10:20:30") => 2026-03-04T10:20:30
    date and time("2026-03-04") => 2026-03-04T00:00:00
    date and time("2026-03-04T24:00:00") => 2026-03-05T00:00:00
    date and time("2026-03-04T10:20:30@Asia/Shanghai") => 2026-03-04T10:20:30@Asia/Shanghai
    date and time("-99999-03-04T10:20:30Z") => -99999-03-04T10:20:30Z
    date and time("2026-03-04 10:20:30") => null (invalid)
    date and time("2026-02-30T10:20:30") => null (invalid)
    date and time("2026-03-04T") => null (invalid)
    date and time(@"2026-03-04", @"10:20:30") => 2026-03-04T10:20:30
    date and time(@"2026-03-04T00:00:00Z", @"10:20:30+08:00") => 2026-03-04T10:20:30+08:00
    date and time(date: @"2026-03-04", time: @"10:20:30") => 2026-03-04T10:20:30
    date and time(@"2026-03-04", null) => null (argument)
    date and time(@"2026-03-04T00:00:00Z", "Asia/Shanghai") => 2026-03-04T08:00:00@Asia/Shanghai
    date and time(@"2026-03-04T00:00:00", "Asia/Shanghai") => 2026-03-04T00:00:00@Asia/Shanghai
    date and time(@"2026-03-04T00:00:00Z", "No/Zone") => null (invalid)
    duration("P1DT2H") => P1DT2H
    duration("P1Y2M") => P1Y2M
    duration("P1Y2M3D") => null (invalid)
    duration("PT0.S") => PT0S
    duration("-PT0S") => PT0S
    duration("P0Y") => P0M
    duration("PT") => null (invalid)
    duration("P1DT") => null (invalid)
    duration("1D") => null (invalid)
    duration("PT1000M0.999999999S") => PT16H40M0.999999999S
    duration("P99999999999999D") => null (invalid)
    duration(@"P1D") => P1D
    duration(null) => null (argument)
""")
def test_date_and_time_and_duration(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    number("1500") => 1500
    number("-1.50") => -1.50
    number("+1") => 1
    number("1e3") => 1000
    number(".5") => 0.5
    number("1 000,5", " ", ",") => 1000.5
    number("1.000.000,01", ".", ",") => 1000000.01
    number("1,000", ",", null) => 1000
    number("1000.5", null, ".") => 1000.5
    number("1,5", null, ",") => 1.5
    number("1.5", null, ",") => null (invalid)
    number("1,5", ",", ",") => null (invalid)
    number("1,5", ";", ".") => null (invalid)
    number("1", ".") => null (argument_count)
    number("abc") => null (invalid)
    number("") => null (invalid)
    number("NaN") => null (invalid)
    number("Infinity") => null (invalid)
    number("١") => null (invalid)
    number("1_000") => null (invalid)
    number(" 1") => null (invalid)
    number("1e99999") => null (invalid)
    number(5) => 5
    number(null) => null (argument)
    number(true) => null (argument)
    number(from: "1,5", grouping separator: null, decimal separator: ",") => 1.5
""")
def test_number(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table(r"""
    string(1.50) => "1.5"
    string(100 * 0.5) => "50"
    string(50) => "50"
    string(100) => "100"
    string(0.00) => "0"
    string(-2.0) => "-2"
    string([1.10, {a: 2.0}]) => "[1.1, {a: 2}]"
    string([1.0..2.50]) => "[1..2.5]"
    string(1e3) => "1000"
    string(-0.0) => "0"
    string("a") => "a"
    string(null) => null
    string(true) => "true"
    string([1, "a", null]) => "[1, \"a\", null]"
    string({a: "x", b c: [1]}) => "{a: \"x\", \"b c\": [1]}"
    string({"{": "\""}) => "{\"{\": \"\\\"\"}"
    string(@"2026-03-04") => "2026-03-04"
    string(@"10:20:30@Asia/Shanghai") => "10:20:30@Asia/Shanghai"
    string(@"P1DT2H") => "P1DT2H"
    string([1..5)) => "[1..5)"
    string(["a".."b"]) => "[\"a\"..\"b\"]"
    string((< 5)) => "(< 5)"
    string(function(x, y) x) => "function(x, y)"
    string(from: 1) => "1"
    string(1, 2) => null (argument_count)
    range("[1..3]") => [1..3]
    range("(1..3[") => (1..3)
    range("[\"a\"..\"b\"]") => ["a".."b"]
    range("[@\"2026-01-01\"..@\"2026-02-01\"]") => [2026-01-01..2026-02-01]
    range("[date(\"2026-01-01\")..date(\"2026-02-01\")]") => [2026-01-01..2026-02-01]
    range("[-3..-1]") => [-3..-1]
    range("[-@\"P2D\"..@\"P1D\"]") => [-P2D..P1D]
    range("[-true..5]") => null (invalid)
    range("[-\"a\"..\"b\"]") => null (invalid)
    range("[-null..5]") => null (invalid)
    range("[3..1]") => null (invalid)
    range("[1..\"a\"]") => null (invalid)
    range("[a..b]") => null (invalid)
    range("[1..1+1]") => null (invalid)
    range("(< 5)") => null (invalid)
    range("1") => null (invalid)
    range("") => null (invalid)
    range(null) => null (argument)
""")
def test_string_and_range(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table(r"""
    to json(1.50) => "1.50"
    to json("a\"b") => "\"a\\\"b\""
    to json({a: [1, null, true], "b c": "联"}) => "{\"a\":[1,null,true],\"b c\":\"联\"}"
    to json(@"2026-03-04") => "\"2026-03-04\""
    to json([1..3]) => "null"
    from json("{\"a\": [1, 2.50, null]}") => {a: [1, 2.5, null]}
    from json("{\"a\": [1, 2.50, null]}").a[2] => 2.50
    to json(from json("[1.50, 100.0]")) => "[1.50,100.0]"
    from json("12345678901234567890.10") => 12345678901234567890.10
    from json("\"x\"") => "x"
    from json("[") => null (invalid)
    from json("NaN") => null (invalid)
    from json("1e99999999") => null (invalid)
    from json(null) => null (argument)
    from json(to json(customer)) = customer => true
""")
def test_json(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
