"""Boxed expressions: contexts, lists, relations, functions, invocations, conditionals, filters, iterators."""

from decimal import Decimal
from typing import Any

import pytest

D = Decimal


@pytest.fixture
def lit(dmn: Any) -> Any:
    return dmn.literal


def entry(name: Any, logic: Any, type_ref: Any = "") -> Any:
    variable = f'<variable name="{name}" typeRef="{type_ref}"/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def context(*entries: Any) -> Any:
    return f"<context>{''.join(entries)}</context>"


def iterator(kind: Any, source: Any, body: Any) -> Any:
    part = "return" if kind == "for" else "satisfies"
    return f'<{kind} iteratorVariable="x"><in>{source}</in><{part}>{body}</{part}></{kind}>'


def function(parameters: Any, body: Any, kind: Any = "") -> Any:
    formal = "".join(f'<formalParameter name="{name}" typeRef="{of}"/>' for name, of in parameters.items())
    return f"<functionDefinition{kind}>{formal}{body}</functionDefinition>"


def invocation(called: Any, **bindings: Any) -> Any:
    made = "".join(
        f'<binding><parameter name="{name.replace("_", " ")}"/>{logic}</binding>' for name, logic in bindings.items()
    )
    return f"<invocation>{called}{made}</invocation>"


def codes(result: Any) -> Any:
    return [warning.code for warning in result.warnings]


def test_an_empty_literal_is_null(dmn: Any, lit: Any) -> None:
    result = dmn.ask_logic(lit(""))
    assert (result.value, result.warnings) == (None, ())


def test_a_decision_without_logic_is_null_and_says_so(dmn: Any) -> None:
    result = dmn.ask_logic("")
    assert (result.value, codes(result), result.trace[0].type) == (None, ["no_logic"], "none")


def test_the_warnings_of_feel_name_the_element_and_the_place(dmn: Any, lit: Any) -> None:
    result = dmn.ask_logic(lit("1 +\n amout", 'id="l1"'), amount=D(1))
    warning = next(one for one in result.warnings if one.parameters["message"].code.startswith("no_variable"))
    assert (warning.element, warning.line, warning.column) == ("l1", 2, 2)
    assert "amout" in str(warning)


def test_entries_of_a_context_see_those_above_in_order(dmn: Any, lit: Any) -> None:
    logic = context(
        entry("net price", lit("100")), entry("tax", lit("net price * 0.2")), entry("sum", lit("net price + tax"))
    )
    assert dmn.ask_logic(logic).value == {"net price": 100, "tax": 20, "sum": 120}
    backwards = context(entry("a", lit("b")), entry("b", lit("1")))
    assert dmn.ask_logic(backwards).value == {"a": None, "b": 1}


def test_an_entry_without_a_name_is_the_result(dmn: Any, lit: Any) -> None:
    assert dmn.ask_logic(context(entry("a", lit("2")), entry("", lit("a * a")))).value == 4


def test_an_entry_hides_a_variable_of_the_same_name_only_inside(dmn: Any, lit: Any) -> None:
    inner = context(entry("a", lit("a + 1")), entry("", lit("a")))
    assert dmn.ask_logic(context(entry("inner", inner), entry("outer", lit("a"))), a=D(1)).value == {
        "inner": 2,
        "outer": 1,
    }


def test_an_entry_of_another_type_is_null_with_a_warning(dmn: Any, lit: Any) -> None:
    result = dmn.ask_logic(context(entry("a", lit('"x"'), "number"), entry("b", lit("[5]"), "number")))
    assert result.value == {"a": None, "b": 5}
    assert codes(result) == ["type_mismatch"]


def test_lists_and_relations(dmn: Any, lit: Any) -> None:
    assert dmn.ask_logic(f"<list>{lit('1')}{lit('a')}<list/></list>", a="x").value == [1, "x", []]
    rows = "".join(f"<row>{lit(name)}{lit(age)}</row>" for name, age in (('"Li"', "30"), ('"Wu"', "a")))
    relation = f'<relation><column name="name"/><column name="age" typeRef="number"/>{rows}</relation>'
    assert dmn.ask_logic(relation, a=D(40)).value == [{"name": "Li", "age": 30}, {"name": "Wu", "age": 40}]
    assert dmn.ask_logic(relation, a="old").value[1]["age"] is None


@pytest.mark.parametrize(("condition", "value"), [("a > 1", "yes"), ("a < 1", "no"), ("null", "no")])
def test_a_conditional_takes_one_branch(dmn: Any, lit: Any, condition: Any, value: Any) -> None:
    yes, no = lit('"yes"'), lit('"no"')
    logic = f"<conditional><if>{lit(condition)}</if><then>{yes}</then><else>{no}</else></conditional>"
    assert dmn.ask_logic(logic, a=D(2)).value == value


def test_a_condition_that_is_no_boolean_is_null(dmn: Any, lit: Any) -> None:
    logic = f"<conditional><if>{lit('1')}</if><then>{lit('1')}</then><else>{lit('2')}</else></conditional>"
    result = dmn.ask_logic(logic)
    assert (result.value, codes(result)) == (None, ["not_boolean"])


def filtered(source: Any, match: Any) -> Any:
    return f"<filter><in>{source}</in><match>{match}</match></filter>"


def test_a_filter_knows_the_item_and_its_entries(dmn: Any, lit: Any) -> None:
    assert dmn.ask_logic(filtered(lit("[1,5,9]"), lit("item > a")), a=D(4)).value == [5, 9]
    people = lit('[{name: "Li", age: 30}, {name: "Wu", age: 40}]')
    assert dmn.ask_logic(filtered(people, lit("age > 35 and item.name != null"))).value == [{"name": "Wu", "age": 40}]


def test_a_filter_takes_a_single_value_as_a_list_and_null_as_nothing(dmn: Any, lit: Any) -> None:
    assert dmn.ask_logic(filtered(lit("7"), lit("item > 4"))).value == [7]
    assert dmn.ask_logic(filtered(lit("null"), lit("true"))).value == []
    assert dmn.ask_logic(filtered(lit("[1, 9, null]"), lit("item > 4"))).value == [9]


@pytest.mark.parametrize(("index", "value"), [("1", 5), ("-1", 7), ("i", 7), ("2.0", 7), ("item - 3", 7)])
def test_a_filter_by_number_is_an_index(dmn: Any, lit: Any, index: Any, value: Any) -> None:
    result = dmn.ask_logic(filtered(lit("[5, 7]"), lit(index)), i=D(2))
    assert (result.value, codes(result)) == (value, [])


@pytest.mark.parametrize("source", ["[5, 7]", "[]"])
@pytest.mark.parametrize("index", ["0", "3", "-3", "1.5", "-0.5", "10 ** 100"])
def test_an_index_of_no_item_is_null_and_says_so(dmn: Any, lit: Any, source: str, index: str) -> None:
    result = dmn.ask_logic(filtered(lit(source), lit(index)))
    assert (result.value, codes(result)) == (None, ["no_item"])
    assert result.warnings[0].parameters["count"] == str(source.count("5") + source.count("7"))


def test_a_filter_of_nothing_asks_nothing_to_warn_of(dmn: Any, lit: Any) -> None:
    for match in ("item > 4", "a = 1", '"x"'):
        result = dmn.ask_logic(filtered(lit("[]"), lit(match)))
        assert (result.value, codes(result)) == ([], [])


def test_a_filter_by_anything_else_is_null(dmn: Any, lit: Any) -> None:
    result = dmn.ask_logic(filtered(lit("[5, 7]"), lit('"x"')))
    assert (result.value, codes(result)) == (None, ["not_boolean"])


def test_for_gives_a_list_and_knows_what_came_before(dmn: Any, lit: Any) -> None:
    assert dmn.ask_logic(iterator("for", lit("[1,2,3]"), lit("x * a")), a=D(2)).value == [2, 4, 6]
    assert dmn.ask_logic(iterator("for", lit("[1,2,3]"), lit("count(partial)"))).value == [0, 1, 2]
    assert dmn.ask_logic(iterator("for", lit("[1..3]"), lit("x"))).value == [1, 2, 3]
    assert dmn.ask_logic(iterator("for", lit("7"), lit("x"))).value == [7]


def test_what_for_gave_is_not_changed_by_the_partial_lists(dmn: Any, lit: Any) -> None:
    assert dmn.ask_logic(iterator("for", lit("[1,2]"), lit("partial"))).value == [[], [[]]]


@pytest.mark.parametrize(
    ("kind", "items", "value"),
    [
        ("some", "[1,5]", True),
        ("some", "[1,2]", False),
        ("some", "[]", False),
        ("some", '["x",5]', True),
        ("some", '["x",1]', None),
        ("every", "[5,6]", True),
        ("every", "[1,6]", False),
        ("every", "[]", True),
        ("every", '["x",1]', False),
        ("every", '["x",5]', None),
    ],
)
def test_some_and_every_are_ternary(dmn: Any, lit: Any, kind: Any, items: Any, value: Any) -> None:
    assert dmn.ask_logic(iterator(kind, lit(items), lit("x > 4"))).value is value


@pytest.mark.parametrize("kind", ["for", "some", "every"])
def test_an_iteration_over_null_is_null(dmn: Any, lit: Any, kind: Any) -> None:
    result = dmn.ask_logic(iterator(kind, lit("null"), lit("true")))
    assert (result.value, codes(result)) == (None, ["not_a_list"])


def test_a_boxed_function_keeps_what_was_around_it(dmn: Any, lit: Any) -> None:
    logic = context(
        entry("base", lit("100")),
        entry("add", function({"first part": "number", "b": ""}, lit("first part + b + base"))),
        entry("", lit("add(1, 2) + add(b: 1, first part: 2)")),
    )
    assert dmn.ask_logic(logic).value == 206


def test_a_function_called_wrongly_is_null(dmn: Any, lit: Any) -> None:
    make = entry("f", function({"a": "number"}, lit("1")))
    for call in ("f()", "f(1, 2)", "f(b: 1)", 'f("x")'):
        result = dmn.ask_logic(context(make, entry("", lit(call))))
        assert result.value is None
        assert result.warnings, call


def test_an_argument_is_brought_to_its_parameters_type(dmn: Any, lit: Any) -> None:
    logic = context(entry("f", function({"a": "number"}, lit("a + 1"))), entry("", lit("f([1])")))
    assert dmn.ask_logic(logic).value == 2


def test_functions_can_be_given_to_functions(dmn: Any, lit: Any) -> None:
    logic = context(
        entry("twice", function({"f": "", "x": "number"}, lit("f(f(x))"))),
        entry("", lit("twice(function(y) y * a, 3)")),
    )
    assert dmn.ask_logic(logic, a=D(10)).value == 300


def test_an_invocation_binds_by_name(dmn: Any, lit: Any) -> None:
    logic = context(
        entry("f", function({"net price": "number", "rate": "number"}, lit("net price * rate"))),
        entry("", invocation(lit("f"), rate=lit("2"), net_price=lit("a"))),
    )
    assert dmn.ask_logic(logic, a=D(21)).value == 42


def test_an_invocation_of_a_built_in(dmn: Any, lit: Any) -> None:
    assert dmn.ask_logic(invocation(lit("upper case"), string=lit('"ab"'))).value == "AB"


def test_an_invocation_that_does_not_fit_is_null(dmn: Any, lit: Any) -> None:
    make = entry("f", function({"a": "number"}, lit("1")))
    cases = {
        "wrong_arguments": (invocation(lit("f"), b=lit("1")), invocation(lit("f"))),
        "not_a_function": (invocation(lit("7"), a=lit("1")), invocation(lit("g"), a=lit("1"))),
    }
    for code, logics in cases.items():
        for logic in logics:
            result = dmn.ask_logic(context(make, entry("", logic)))
            assert result.value is None
            assert code in codes(result)


def test_a_binding_without_an_expression_is_null(dmn: Any, lit: Any) -> None:
    logic = context(
        entry("f", function({"a": "number"}, lit("a = null"))),
        entry("", invocation(lit("f"), a="")),
    )
    assert dmn.ask_logic(logic).value is True


@pytest.mark.parametrize("kind", ["Java", "PMML"])
def test_functions_of_other_languages_are_never_run(dmn: Any, lit: Any, kind: Any) -> None:
    body = context(entry("class", lit('"java.lang.Math"')), entry("method signature", lit('"abs(double)"')))
    logic = context(entry("f", function({"a": ""}, body, f' kind="{kind}"')), entry("", lit("f(-1)")))
    result = dmn.ask_logic(logic)
    assert (result.value, "external_function" in codes(result)) == (None, True)


def test_functions_that_call_each_other_without_end_are_stopped(dmn: Any, lit: Any) -> None:
    logic = context(entry("f", function({"a": ""}, lit("f(a + 1)"))), entry("", lit("f(1)")))
    result = dmn.ask_logic(logic)
    assert (result.value, result.error.code) == (None, "limit")


def test_a_function_may_call_itself_some_way_down(dmn: Any, lit: Any) -> None:
    logic = context(
        entry("f", function({"n": "number"}, lit("if n = 0 then 1 else n * f(n - 1)"))), entry("", lit("f(10)"))
    )
    assert dmn.ask_logic(logic).value == 3628800


def test_an_expression_may_cost_much_and_its_warnings_are_told_once(dmn: Any, lit: Any) -> None:
    make = entry("f", function({"n": "number"}, lit("n + missing")))
    logic = context(make, entry("", lit("[f(1), count(for i in 1..4000 return i * 2)]")))
    result = dmn.ask_logic(logic)
    assert (result.value, result.error) == ([None, 4000], None)
    assert codes(result).count("feel") == len({(one.line, one.column, str(one)) for one in result.warnings})


def test_a_function_that_costs_much_cannot_be_called_without_end(dmn: Any, lit: Any) -> None:
    make = entry("f", function({"n": "number"}, lit("sum(for i in 1..90000 return i)")))
    result = dmn.ask_logic(context(make, entry("", lit("for i in 1..5000 return f(i)"))))
    assert (result.value, result.error.code) == (None, "limit")


def test_many_cheap_calls_are_no_trouble(dmn: Any, lit: Any) -> None:
    make = entry("f", function({"n": "number"}, dmn.table(["n"], ["o"], [["> limit", "n"], ["-", "0"]], "FIRST")))
    result = dmn.ask_logic(context(make, entry("", lit("sum(for i in 1..3000 return f(i))"))), limit=D(2990))
    assert (result.value, result.error) == (sum(range(2991, 3001)), None)


def test_a_loop_that_costs_too_much_is_stopped(dmn: Any, lit: Any) -> None:
    logic = iterator(
        "for",
        lit("for i in 1..1000 return i"),
        iterator("for", lit("for i in 1..1000 return i"), lit("x")).replace('"x"', '"y"'),
    )
    result = dmn.ask_logic(logic)
    assert (result.value, result.error.code) == (None, "limit")
