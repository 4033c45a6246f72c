"""Regular expressions: XPath's syntax and flags (XPath and XQuery Functions 3.1, 5.6)."""

from collections.abc import Callable

import pytest

from engine.feel import FeelLimitError, Moment, compile_expression

Answer = Callable[[str], str]


@pytest.mark.table(r"""
    matches("foobar", "o+b") => true
    matches("foobar", "^o") => false
    matches("foobar", "^foo") => true
    matches("foobar", "bar$") => true
    matches("foobar\n", "bar$") => false
    matches("a\nb", "a.b") => false
    matches("a\rb", "a.b") => false
    matches("a\nb", "a.b", "s") => true
    matches("a\nb", "^b") => false
    matches("a\nb", "^b", "m") => true
    matches("FOO", "foo") => false
    matches("FOO", "foo", "i") => true
    matches("foo bar", "foo bar", "x") => false
    matches("foobar", "foo bar", "x") => true
    matches("foo bar", "foo[ ]bar", "x") => true
    matches("a.c", "a.c", "q") => true
    matches("abc", "a.c", "q") => false
    matches("a(c", "a(c", "q") => true
    matches("FOO", "f o", "ix") => true
    matches("a", "a", "z") => null (pattern)
    matches("a", "a", null) => true
    matches(null, "a") => null (argument)
    matches("a", null) => null (argument)
""")
def test_flags_and_anchors(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table(r"""
    matches("7", "\d") => true
    matches("٣", "\d") => true
    matches("x", "\D") => true
    matches("x7_", "^\w+$") => false
    matches("x7", "^\w+$") => true
    matches("联通", "^\w+$") => true
    matches("a b", "a\sb") => true
    matches("ab", "a\Sb") => false
    matches("Az", "^\i\c$") => true
    matches("9z", "^\i") => false
    matches("É", "\p{Lu}") => true
    matches("é", "\p{Lu}") => false
    matches("é", "\P{Lu}") => true
    matches("é", "^\p{L}$") => true
    matches("联", "\p{IsCJKUnifiedIdeographs}") => true
    matches("a", "\p{IsCJKUnifiedIdeographs}") => false
    matches("a", "\p{IsNoBlock}") => null (pattern_at)
    matches("a", "\p{Xx}") => null (pattern_at)
    matches("b", "[a-c]") => true
    matches("b", "[^a-c]") => false
    matches("-", "[a-]") => true
    matches("-", "[-a]") => true
    matches("]", "[\]]") => true
    matches("b", "[a-z-[aeiou]]") => true
    matches("e", "[a-z-[aeiou]]") => false
    matches("E", "[a-z-[aeiou]]", "i") => false
    matches("1", "[^a-z-[0]]") => true
    matches("0", "[^a-z-[0]]") => false
    matches("5", "[\d-[5]]") => false
    matches("\\", "[\\\\]") => true
    matches("a", "[]") => null (pattern_at)
    matches("a", "[z-a]") => null (pattern_at)
    matches("a", "[a") => null (pattern_at)
    matches("a", "[[a]]") => null (pattern_at)
""")
def test_classes(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table(r"""
    matches("aaa", "^a{3}$") => true
    matches("aaa", "^a{4}$") => false
    matches("aaa", "^a{2,}$") => true
    matches("aaa", "^a{1,2}$") => false
    matches("ab", "^(a|b)+$") => true
    matches("ab", "^(?:a|b)+$") => true
    matches("", "^$") => true
    matches("a", "(a") => null (pattern_at)
    matches("a", "a)") => null (pattern_at)
    matches("a", "*a") => null (pattern_at)
    matches("a", "a**") => null (pattern_at)
    matches("a", "a{2,1}") => null (pattern_at)
    matches("a", "a{,1}") => null (pattern_at)
    matches("a", "a{99999}") => null (pattern_at)
    matches("a", "(?=a)") => null (pattern_at)
    matches("a", "\b") => null (pattern_at)
    matches("a", "\y") => null (pattern_at)
    matches("aa", "(a)\1") => true
    matches("ab", "(a)\1") => false
    matches("aA", "(a)\1", "i") => true
    matches("abab", "^(..)\1$") => true
    matches("abcabc", "^(a|b|c)*?(.)\2?.*$") => true
    matches("a", "\1(a)") => null (pattern_at)
    matches("a", "(a\1)") => null (pattern_at)
    matches("xyzzyx", "^(.)(.)(.)\3\2\1$") => true
    matches("aaab", "^(a*)\1b$") => false
    matches("aaaab", "^(a*)\1b$") => true
    matches("a\na", "^(a)$\n^\1$", "m") => true
    matches("(a)\1", "(a)\1", "q") => true
""")
def test_repetition_groups_and_references(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table(r"""
    replace("abracadabra", "bra", "*") => "a*cada*"
    replace("abracadabra", "a.*a", "*") => "*"
    replace("abracadabra", "a.*?a", "*") => "*c*bra"
    replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") => "[1=ab][2=]cd"
    replace("abc", "b", "[$0]") => "a[b]c"
    replace("abc", "(b)", "$12") => "ab2c"
    replace("abc", "b", "\\$") => "a$c"
    replace("abc", "b", "\\\\") => "a\\c"
    replace("abc", "b", "$x") => null (invalid)
    replace("abc", "b", "$") => null (invalid)
    replace("abc", "b", "\\x") => null (invalid)
    replace("abc", "B", "x", "i") => "axc"
    replace("a.c", ".", "x", "q") => "axc"
    replace("abc", "x*", "-") => null (pattern)
    replace("aabb", "(.)\1", "<$1>") => "<a><b>"
    replace("联通", "通", "X") => "联X"
    replace("🐎a🐎", "a", "联") => "🐎联🐎"
    replace(null, "a", "b") => null (argument)
    replace(input: "abc", pattern: "b", replacement: "x") => "axc"
""")
def test_replace(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'matches(string join(for i in 1..2000 return "a"), "^(a+)+$b")',
        'matches(string join(for i in 1..2000 return "a"), "(a|aa|aaa)*b")',
        'matches("a", "((a{100}){100}){100}")',
    ],
)
def test_no_pattern_blows_up(text: str, moment: Moment) -> None:
    assert not compile_expression(text).evaluate({}, moment).value


def test_back_references_pay_for_their_steps(moment: Moment) -> None:
    hostile = compile_expression(r'matches(string join(for i in 1..200 return "a"), "(a*)*(a*)*\1b")')
    with pytest.raises(FeelLimitError):
        hostile.evaluate({}, moment, 100_000)
