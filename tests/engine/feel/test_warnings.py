"""What a null is explained with: reason, place and words."""

from collections.abc import Callable

import pytest

from engine.feel import Evaluation, Moment, compile_expression

Evaluated = Callable[[str], Evaluation]


@pytest.fixture
def evaluated(moment: Moment, scope: dict[str, object]) -> Evaluated:
    """Evaluate in the usual scope."""

    def evaluate(text: str) -> Evaluation:
        return compile_expression(text).evaluate(scope, moment)

    return evaluate


@pytest.mark.table("""
    amout => 1:1 no variable `amout`; did you mean `amount`?
    1 + amout => 1:5 no variable `amout`; did you mean `amount`?
    xyz123 => 1:1 no variable `xyz123`
    customer.adress => 1:9 no entry `adress`; did you mean `address`?
    customer.qqq => 1:9 no entry `qqq`
    1 + "a" => 1:3 `+` does not work on number and string
    nothing * 2 => 1:9 `*` does not work on null and number
    -"a" => 1:1 `-` does not work on string
    1 < "a" => 1:3 number and string cannot be compared
    1 / 0 => 1:3 division by zero
    1e6144 * 10 => 1:8 the number is too large
    if 1 then 2 else 3 => 1:4 a condition must be true or false, not number
    [1, 2][5] => 1:7 no item 5 in a list of 2
    [1]["a"] => 1:4 a filter must give true, false or a number, not string
    for x in null return x => 1:10 a null cannot be iterated over
    {a: 1, a: 2} => 1:1 the key `a` stands twice in the context
    [1.."a"] => 1:1 a range cannot go from number to string
    substrng("a", 1) => 1:1 no function `substrng`; did you mean `substring`?
    qqqqqq(1) => 1:1 no function `qqqqqq`
    amount(1) => 1:1 a number cannot be called
    upper case(5) => 1:1 `upper case`: `string` must be string, not number
    count() => 1:1 `count` cannot be called with 0 arguments
    count(things: [1]) => 1:1 `count` cannot be called with the arguments things
    date("x") => 1:1 `x` is no date
    @"x" => 1:1 `x` is no date, time or duration
    matches("a", "(") => 1:1 the pattern `(` is not valid at character 2: a bracket is not closed
    "a".b => 1:4 a string has no property `b`
    1 instance of tNone => 1:3 no type `tNone`
    assert(1, false, "must be signed") => 1:1 must be signed
    function(x) external {} => 1:1 functions outside FEEL are not run
    (function(n: number) n)("a") => 1:2 `function`: `n` must be number, not string
    sort([1, "a"]) => 1:1 string and number cannot be compared
    @"999999999-12-31" + @"P1D" => 1:20 the result is out of range: 999999999-12-31 + P1D
""")
def test_words_and_places(text: str, expected: str, evaluated: Evaluated) -> None:
    warning = evaluated(text).warnings[0]
    assert f"{warning.line}:{warning.column} {warning}" == expected


def test_places_count_lines(moment: Moment) -> None:
    found = compile_expression("1 +\n  2 +\n  amout").evaluate({"amount": 1}, moment)
    assert [(warning.line, warning.column) for warning in found.warnings] == [(3, 3)]


def test_a_warning_is_a_code_with_parameters(moment: Moment) -> None:
    (warning,) = compile_expression("amout").evaluate({"amount": 1}, moment).warnings
    assert (warning.code, warning.parameters) == ("no_variable_similar", {"name": "amout", "similar": "amount"})


def test_a_null_that_was_explained_is_not_explained_again(moment: Moment) -> None:
    found = compile_expression("if missing + 1 > 2 then 1 else upper case(other)").evaluate({}, moment)
    assert [warning.code for warning in found.warnings] == ["no_variable", "no_variable", "argument"]


def test_a_loop_does_not_fill_the_list_of_warnings(moment: Moment) -> None:
    found = compile_expression("for x in 1..1000 return missing").evaluate({}, moment)
    assert (found.value, len(found.warnings)) == ([None] * 1000, 1)
    found = compile_expression("for x in 1..1000 return date(string(x))").evaluate({}, moment)
    assert len(found.warnings) == 50


def test_what_is_asked_about_is_not_warned_of_even_after_many(moment: Moment) -> None:
    text = "{many: for x in 1..100 return missing, r: [is defined(other), is defined(many), get or else(other, 1)]}.r"
    found = compile_expression(text).evaluate({}, moment)
    assert found.value == [False, True, 1]
    assert {warning.parameters["name"] for warning in found.warnings} == {"missing"}


def test_long_values_are_cut_in_warnings(moment: Moment) -> None:
    found = compile_expression('date(string join(for i in 1..1000 return "x"))').evaluate({}, moment)
    assert len(str(found.warnings[0])) < 300


@pytest.mark.parametrize("text", ["1 + 1", "nothing", "customer.address.zip.code", "null.a", "false and missing"])
def test_what_is_right_warns_of_nothing(text: str, evaluated: Evaluated) -> None:
    assert evaluated(text).warnings == ()
