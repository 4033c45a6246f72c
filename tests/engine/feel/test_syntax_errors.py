"""A text that is no expression: line, column, what was expected and what was found."""

import pytest

from engine.feel import FeelError, FeelSyntaxError, compile_expression


@pytest.mark.table("""
    1 + => 1:4 an expression, the end of the expression
    (1 => 1:3 `)`, the end of the expression
    [1, 2 => 1:6 `]`, the end of the expression
    {a: 1 => 1:6 `}`, the end of the expression
    {a 1} => 1:5 `:`, `}`
    {1: 1} => 1:2 a name, `1`
    if a then b => 1:12 `else`, the end of the expression
    if a b => 1:7 `then`, the end of the expression
    for x in [1] retrun x => 1:14 `return`, `retrun`
    for 1 in x return 1 => 1:5 a name, `1`
    some x in y => 1:12 `satisfies`, the end of the expression
    a between 1 => 1:12 `and`, the end of the expression
    1 = = 2 => 1:5 an expression (equality is one `=`), `=`
    1 == 2 => 1:4 an expression (equality is one `=`), `=`
    a) => 1:2 an operator or the end of the expression, `)`
    1 2 => 1:3 an operator or the end of the expression, `2`
    "a" "b" => 1:5 an operator or the end of the expression, "b"
    a. => 1:3 a name, the end of the expression
    f(1, => 1:5 an expression, the end of the expression
    f(x: 1, 2) => 1:10 a name for each argument, or for none, `)`
    [1..2 => 1:6 the end of the range: `]`, `)` or `[`, the end of the expression
    ]1] => 1:3 `..`, `]`
    a && b => 1:3 a name, a literal or an operator, `&`
    a ! b => 1:3 `!=` or `not(…)`, `!`
    "abc => 1:1 a closing quotation mark `"`, the end of the expression
    1 /* x => 1:3 the `*/` that ends the comment, the end of the expression
    1 instance of 5 => 1:15 a type, `5`
    1 instance of list<number => 1:26 `>`, the end of the expression
    then => 1:1 an expression, `then`
    function(a b c => 1:15 `)`, the end of the expression
    1e9999 => 1:1 a number of at most 6,144 digits, `1e9999`
    [1,] => 1:5 an expression, the end of the expression
    {a: 1,} => 1:7 a name, `}`
    {,} => 1:2 a name, `,`
    {"a": 1, } => 1:10 a name, `}`
    max(1,2,) => 1:9 an expression, `)`
    max(,) => 1:5 an expression, `,`
    f(x: 1,) => 1:8 an expression, `)`
    function(a,) a => 1:12 a name, `)`
    function(a: number,) a => 1:20 a name, `)`
    1 in (2,) => 1:9 an expression, `)`
    for a in [1], return a => 1:23 `in`, the end of the expression
    #a => 1:1 a name, a literal or an operator, `#`
""")
def test_place_and_expectation(text: str, expected: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    error = caught.value
    assert f"{error.line}:{error.column} {error.expected}, {error.found}" == expected


def test_empty_text_is_no_expression() -> None:
    for text in ("", "   ", "// nothing"):
        with pytest.raises(FeelSyntaxError, match="expected an expression"):
            compile_expression(text)


def test_lines_are_counted() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("if a\n  then 1\n  els 2")
    assert (caught.value.line, caught.value.column) == (3, 3)
    assert caught.value.text == "if a\n  then 1\n  els 2"


def test_the_sentence_says_it_all() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("1 +")
    assert str(caught.value) == "line 1, column 4: expected an expression, found the end of the expression"
    assert isinstance(caught.value, FeelError)


def test_ai_functions_are_refused_by_name() -> None:
    with pytest.raises(FeelSyntaxError, match="fromAi"):
        compile_expression('fromAi(toolCall.x, "the x")')


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000 + "1" + ")" * 20_000,
        "[" * 20_000,
        "not(" * 20_000,
        "{a:" * 20_000,
        "a" + ".a" * 20_000,
        "a" + "[1]" * 20_000,
        "f" + "(1)" * 20_000,
        "1" + "=1" * 20_000,
        "1" + " in 1" * 10_000,
        "1 in " + "(" * 10_000,
        "function(a) " * 5_000 + "1",
        "if true then " * 5_000,
        "for x in [1] return " * 4_000 + "1",
        "1 instance of " + "list<" * 10_000,
        "1" + " instance of number" * 4_000,
        "x" * 100_001,
        "-" * 99_999,
    ],
    ids=lambda text: text[:12],
)
def test_depth_ends_in_an_error_not_in_a_crash(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)
