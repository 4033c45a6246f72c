"""What an expression tells about itself without being run."""

import pytest

from engine.feel import compile_expression


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("1 + 2", []),
        ("amount", ["amount"]),
        ("customer.address.city", ["customer.address.city"]),
        ("a + b.c", ["a", "b.c"]),
        ("a.b + a.c", ["a.b", "a.c"]),
        ("if a then b else c", ["a", "b", "c"]),
        ("for x in xs return x.id + y", ["xs", "y"]),
        ("for x in xs, z in x.parts return z", ["xs"]),
        ("for i in from..to return partial[-1]", ["from", "to"]),
        ("some x in xs satisfies x > limit", ["xs", "limit"]),
        ("{a: 1, b: a + c}", ["c"]),
        ("{a: b, b: 1}", ["b"]),
        ("{f: function(n) f(n - 1)}", []),
        ("function(a) a + b", ["b"]),
        ("sum(xs)", ["xs"]),
        ("sum", ["sum"]),
        ("xs[price > limit]", ["xs", "price", "limit"]),
        ("xs[item.price > limit].id", ["xs", "limit"]),
        ("xs[1].id", ["xs"]),
        ("f(x)", ["f", "x"]),
        ("x in (1, > y)", ["x", "y"]),
        ("x between low and high", ["x", "low", "high"]),
        ("[a..b]", ["a", "b"]),
        ("x instance of number", ["x"]),
        ("-x", ["x"]),
        ("now() - start", ["start"]),
    ],
)
def test_variables_read(text: str, paths: list[str]) -> None:
    expression = compile_expression(text)
    assert sorted(".".join(path) for path in expression.paths) == sorted(paths)
    assert expression.reads == {path.partition(".")[0] for path in paths}


def test_names_in_filters_are_only_possible() -> None:
    expression = compile_expression("xs[price > limit][1] + limit")
    assert expression.reads == {"xs", "price", "limit"}
    assert expression.possible == {"price"}


def test_functions_that_are_no_built_ins() -> None:
    expression = compile_expression("working days(a, b) + count(c) + (function(f) f(1))(x) + d.g(1)")
    assert expression.calls == {"working days"}
    assert expression.reads == {"working days", "a", "b", "c", "x", "d"}


def test_names_with_spaces_are_read_whole() -> None:
    expression = compile_expression("order total - tax", frozenset(["order total"]))
    assert expression.reads == {"order total", "tax"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1", "number"),
        ('"a"', "string"),
        ("1 + 2", "number"),
        ('"a" + "b"', "string"),
        ("a + 1", "Any"),
        ("a", "Any"),
        ("null", "Any"),
        ("a > 1 and b", "boolean"),
        ("x in [1..2]", "boolean"),
        ("x between 1 and 2", "boolean"),
        ("some x in y satisfies z", "boolean"),
        ("[1, 2]", "list"),
        ("for x in y return 1", "list"),
        ("{a: 1}", "context"),
        ("[1..2]", "range"),
        ("function(x) 1", "function"),
        ('if a then "x" else "y"', "string"),
        ('if a then "x" else 1', "Any"),
        ("upper case(x)", "string"),
        ("count(x)", "number"),
        ("today()", "date"),
        ('@"P1D"', "days and time duration"),
        ("x.y", "Any"),
        ("f(x)", "Any"),
    ],
)
def test_type_of_the_result(text: str, name: str) -> None:
    assert compile_expression(text).type.name == name


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("1 + 2", True),
        ("1 > 2", True),
        ('date("2026-01-01")', True),
        ('@"P1D" * 2', True),
        ("1 between 0 and 2", True),
        ("true and false", True),
        ("x", False),
        ("now()", False),
        ("random number()", False),
        ("1 / 0", False),
        ('today() + @"P1D"', False),
    ],
)
def test_constants_are_known(text: str, constant: bool) -> None:
    assert compile_expression(text).constant is constant
