"""Functions on strings (DMN 1.5, table 74, and Camunda's)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    substring("foobar", 3) => "obar"
    substring("foobar", 3, 3) => "oba"
    substring("foobar", -2) => "ar"
    substring("foobar", -2, 1) => "a"
    substring("foobar", 3, 30) => "obar"
    substring("foobar", 3, null) => "obar"
    substring("foobar", 6) => "r"
    substring("foobar", 7) => null (out_of_range)
    substring("foobar", 0) => null (out_of_range)
    substring("foobar", -7) => null (out_of_range)
    substring("foobar", 1, 0) => null (out_of_range)
    substring("🐎🐎x", 2) => "🐎x"
    substring("联通公司", 3) => "公司"
    substring(null, 1) => null (argument)
    substring("a", null) => null (argument)
    string length("") => 0
    string length("🐎ab") => 3
    string length(null) => null (argument)
    string length(1) => null (argument)
    upper case("aBc4") => "ABC4"
    lower case("aBc4") => "abc4"
    upper case("straße") => "STRASSE"
""")
def test_parts_and_case(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    substring before("foobar", "bar") => "foo"
    substring before("foobar", "xyz") => ""
    substring before("foobar", "o") => "f"
    substring before("foobar", "") => ""
    substring after("foobar", "ob") => "ar"
    substring after("foobar", "xyz") => ""
    substring after("foobar", "o") => "obar"
    substring after("foobar", "") => "foobar"
    substring after("", "a") => ""
    contains("foobar", "of") => false
    contains("foobar", "ob") => true
    contains("foobar", "") => true
    starts with("foobar", "fo") => true
    starts with("foobar", "of") => false
    ends with("foobar", "r") => true
    ends with("foobar", "ra") => false
    contains("foobar", null) => null (argument)
    contains(match: "ob", string: "foobar") => true
""")
def test_searching(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table(r"""
    split("John Doe", "\\s") => ["John", "Doe"]
    split("John Doe", "\s") => ["John", "Doe"]
    split("a;b;c;;", ";") => ["a", "b", "c", "", ""]
    split("abc", "x") => ["abc"]
    split("abc", "") => ["a", "b", "c"]
    split("", ",") => [""]
    split("a.b", ".") => ["", "", "", ""]
    split("a.b", "\\.") => ["a", "b"]
    split(null, ",") => null (argument)
    string join(["a", "b", "c"]) => "abc"
    string join(["a", "b", "c"], "-") => "a-b-c"
    string join(["a", null, "c"], "-") => "a-c"
    string join([], "-") => ""
    string join(["a"], null) => "a"
    string join("a", "-") => "a"
    string join([1, 2], "-") => null (argument)
    string join(list: ["a", "b"], delimiter: ", ") => "a, b"
    extract("a1b22", "[0-9]+") => ["1", "22"]
    extract("abc", "[0-9]") => []
    trim("  a b ") => "a b"
    is blank("  ") => true
    is blank("") => true
    is blank(" a ") => false
    is blank(null) => true
    is blank(missing) => true
    is blank(1) => null (argument)
    to base64("FEEL") => "RkVFTA=="
    to base64("联") => "6IGU"
""")
def test_splitting_and_joining(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
