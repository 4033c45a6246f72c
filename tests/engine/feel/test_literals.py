"""Literals and how they are written back (DMN 1.5, 10.3.1.2 and 10.3.2.3)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    null => null
    true => true
    false => false
    0 => 0
    1 => 1
    007 => 7
    1.50 => 1.50
    .5 => 0.5
    1e3 => 1000
    1.2E-3 => 0.0012
    1e+2 => 100
    -1 => -1
    --1 => 1
    ---1 => -1
    1234567890123456789012345678901234 => 1234567890123456789012345678901234
    // the 35th digit is rounded half even
    12345678901234567890123456789012345 => 12345678901234567890123456789012340
    12345678901234567890123456789012355 => 12345678901234567890123456789012360
    0.1 + 0.2 => 0.3
    1e6144 > 0 => true
    1e99999 => syntax error
    1. => syntax error
    1_000 => syntax error
    0x10 => syntax error
""")
def test_numbers_keep_34_digits(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table(r"""
    "" => ""
    "abc" => "abc"
    "联通" => "联通"
    "🐎" => "🐎"
    "a\"b" => "a\"b"
    "a\\b" => "a\\b"
    "\u8054\u901a" => "联通"
    "\U01F40E" => "🐎"
    "\uD83D\uDC0E" => "🐎"
    string length("\uD83D\uDC0E") => 1
    string length("\n\t\r") => 3
    string length("\'") => 1
    // an escape FEEL does not know stays as it is written, so that patterns need no second backslash
    string length("\d") => 2
    "it's" => "it's"
    "\uD83D" => syntax error
    "\UFFFFFF" => syntax error
    "abc => syntax error
    'abc' => syntax error
""")
def test_strings_are_unicode(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    @"2026-02-28" => 2026-02-28
    @"-0001-01-01" => -0001-01-01
    @"999999999-12-31" => 999999999-12-31
    @"10:20:30" => 10:20:30
    @"10:20:30.5" => 10:20:30.5
    @"10:20:30Z" => 10:20:30Z
    @"10:20:30+08:00" => 10:20:30+08:00
    @"10:20:30@Asia/Shanghai" => 10:20:30@Asia/Shanghai
    @"2026-02-28T10:20:30" => 2026-02-28T10:20:30
    @"2026-02-28T10:20:30-05:00" => 2026-02-28T10:20:30-05:00
    @"2026-02-28T10:20:30@Asia/Shanghai" => 2026-02-28T10:20:30@Asia/Shanghai
    @"P1D" => P1D
    @"-PT90M" => -PT1H30M
    @"P14M" => P1Y2M
    @ "P1D" => P1D
    @"2026-02-30" => null (invalid)
    @"nothing" => null (invalid)
    @"" => null (invalid)
    @"2026-02-28T25:00:00" => null (invalid)
    @"10:20:30@Nowhere/City" => null (invalid)
    @"10:20:30@../../etc/passwd" => null (invalid)
    @"P" => null (invalid)
    @"P1Y1D" => null (invalid)
""")
def test_at_literals(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    [] => []
    [1] => [1]
    [1, "a", null, true] => [1, "a", null, true]
    [[1], [2, [3]]] => [[1], [2, [3]]]
    [1, 2, ] => syntax error
    [1 2] => syntax error
    [1, 2 => syntax error
    {} => {}
    {a: 1} => {a: 1}
    {a: 1, "b c": 2} => {a: 1, "b c": 2}
    {first name: "x"} => {"first name": "x"}
    {a-b: 1} => {"a-b": 1}
    {"": 1} => {"": 1}
    {a: 1, b: a + 1, c: b * 2} => {a: 1, b: 2, c: 4}
    {a: b, b: 1} => {a: 4, b: 1}
    {a: {b: {c: 1}}} => {a: {b: {c: 1}}}
    {a: 1, a: 2} => null (duplicate_key)
    {a 1} => syntax error
    {: 1} => syntax error
    {1: 2} => syntax error
""")
def test_lists_and_contexts(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    [1..3] => [1..3]
    (1..3) => (1..3)
    ]1..3[ => (1..3)
    [1..3[ => [1..3)
    ]1..3] => (1..3]
    ["a".."c"] => ["a".."c"]
    [@"2026-01-01"..@"2026-02-01") => [2026-01-01..2026-02-01)
    [a..b + 10] => [10..14]
    [-1..+1] => syntax error
    (< 5) => (< 5)
    (<= 5) => (<= 5)
    (> 5) => (> 5)
    (>= 5) => (>= 5)
    (= 5) => (= 5)
    (!= 5) => (!= 5)
    (< "a") => (< "a")
    (< true) => null (operand)
    (< null) => null (operand)
    [1.."a"] => null (range_ends)
    [true..false] => null (range_ends)
    [1..3 => syntax error
    [..3] => syntax error
    [1..] => syntax error
    [1..2..3] => syntax error
""")
def test_ranges_are_values(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    1 // one => 1
    1 /* one */ + /* two */ 2 => 3
    1 /* open + 2 => syntax error
    /**/1/***/ => 1
    "/* no comment */" => "/* no comment */"
""")
def test_comments_on_one_line(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


def test_comments_over_lines(answer: Answer) -> None:
    assert answer("/* a sum\n of two */ 1 // the first\n + 2 // the second") == "3"


@pytest.mark.table("""
    date("2026-01-01") => 2026-01-01
    1\u00a0+\u30002 => 3
    "a\u3000b" => "a\u3000b"
""")
def test_any_space_separates(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
