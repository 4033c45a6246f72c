"""Decision graphs: requirements, scopes, one evaluation a node, circles, depth."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.dmn import DmnError, parse

D = Decimal


def codes(result: Any) -> Any:
    return [warning.code for warning in result.warnings]


def test_a_decision_sees_what_it_requires_by_name(dmn: Any) -> None:
    model = dmn.model(
        dmn.input_data("net-price", "number"),
        dmn.decision("tax rate", dmn.literal("0.2")).replace("d_tax rate", "d_rate"),
        dmn.decision("sum", dmn.literal("net-price * (1 + tax rate)"), "input:net-price decision:rate", "number"),
    )
    result = dmn.ask(model, "sum", **{"net-price": D(100)})
    assert (result.value, result.error, result.warnings) == (D(120), None, ())


def test_a_caller_need_not_declare_its_variables(dmn: Any) -> None:
    assert dmn.ask_logic(dmn.literal("case.amount + 1"), case={"amount": 2}).value == 3


def test_a_required_decision_hides_a_variable_of_its_name(dmn: Any) -> None:
    model = dmn.model(dmn.decision("rate", dmn.literal("2")), dmn.decision("a", dmn.literal("rate"), "decision:rate"))
    assert dmn.ask(model, "a", rate=D(9)).value == 2


def test_every_decision_is_evaluated_once(dmn: Any) -> None:
    model = dmn.model(
        dmn.decision("base", dmn.literal("1")),
        dmn.decision("left", dmn.literal("base + 1"), "decision:base"),
        dmn.decision("right", dmn.literal("base + 2"), "decision:base"),
        dmn.decision("top", dmn.literal("left + right"), "decision:left decision:right"),
    )
    result = dmn.ask(model, "top")
    assert result.value == 5
    names = [decision.name for decision in result.trace]
    assert sorted(names) == ["base", "left", "right", "top"]
    assert names[0] == "base"
    assert names[-1] == "top"


def test_a_wide_lattice_takes_no_longer_than_its_nodes(dmn: Any) -> None:
    layers = [dmn.decision("n0", dmn.literal("1")), dmn.decision("m0", dmn.literal("1"))]
    for depth in range(1, 60):
        below = f"decision:n{depth - 1} decision:m{depth - 1}"
        layers.append(dmn.decision(f"n{depth}", dmn.literal(f"n{depth - 1} + m{depth - 1}"), below))
        layers.append(dmn.decision(f"m{depth}", dmn.literal(f"n{depth - 1}"), below))
    result = dmn.ask(dmn.model(*layers), "n59")
    assert len(result.trace) == 119


def test_a_chain_of_two_thousand_decisions_is_evaluated(dmn: Any) -> None:
    chain = [dmn.decision("n0", dmn.literal("0"))]
    chain += [dmn.decision(f"n{i}", dmn.literal(f"n{i - 1} + 1"), f"decision:n{i - 1}") for i in range(1, 2000)]
    assert dmn.ask(dmn.model(*chain), "n1999").value == 1999


def test_circles_are_refused_by_name(dmn: Any) -> None:
    data = dmn.definitions(
        dmn.decision("a", dmn.literal("b"), "decision:b")
        + dmn.decision("b", dmn.literal("c"), "decision:c")
        + dmn.decision("c", dmn.literal("a"), "decision:a")
        + dmn.decision("free", dmn.literal("1"))
    )
    with pytest.raises(DmnError) as refused:
        parse(data)
    assert [finding.code for finding in refused.value.findings] == ["cycle"]
    assert refused.value.findings[0].parameters["path"] == "a → b → c → a"
    with pytest.raises(DmnError):
        parse(data, tolerant=True)


def test_a_decision_that_requires_itself_is_refused(dmn: Any) -> None:
    with pytest.raises(DmnError, match="a → a"):
        parse(dmn.definitions(dmn.decision("a", dmn.literal("1"), "decision:a")))


def test_two_required_elements_of_one_name_are_refused(dmn: Any) -> None:
    twin = dmn.decision("a", dmn.literal("2")).replace("d_a", "d_twin")
    elements = (
        dmn.decision("a", dmn.literal("1")) + twin + dmn.decision("top", dmn.literal("a"), "decision:a decision:twin")
    )
    with pytest.raises(DmnError, match="two of the required elements have the name a"):
        parse(dmn.definitions(elements))


def test_a_missing_input_is_null_with_a_warning(dmn: Any) -> None:
    model = dmn.model(dmn.input_data("n", "number"), dmn.decision("a", dmn.literal("n = null"), "input:n"))
    result = dmn.ask(model, "a")
    assert (result.value, codes(result)) == (True, ["input_missing"])
    assert dmn.ask(model, "a", n=None).warnings == ()


def test_a_failed_table_below_makes_the_whole_result_fail(dmn: Any) -> None:
    below = dmn.table(["n"], ["o"], [["-", "1"], ["-", "2"]])
    model = dmn.model(dmn.decision("below", below), dmn.decision("top", dmn.literal("below = null"), "decision:below"))
    result = dmn.ask(model, "top", n=D(1))
    assert (result.value, result.error.code, result.error.element) == (True, "several_rules", "t")


def test_a_decisions_type_is_that_of_its_variable(dmn: Any) -> None:
    model = dmn.model(
        dmn.decision("a", dmn.literal('"x"'), type_ref="number"),
        dmn.decision("b", dmn.literal("[3]"), type_ref="number"),
    )
    wrong = dmn.ask(model, "a")
    assert (wrong.value, codes(wrong)) == (None, ["type_mismatch"])
    assert dmn.ask(model, "b").value == 3


def test_inputs_and_reads_tell_which_variables_a_decision_needs(dmn: Any) -> None:
    table = dmn.table(["grade", "extra"], ["o"], [["limit", "-", "double(base) + y"]])
    model = dmn.model(
        dmn.input_data("amount", "number"),
        dmn.input_data("grade"),
        dmn.knowledge("double", {"x": "number"}, dmn.literal("x * 2")),
        dmn.decision("base", dmn.literal("amount + bonus.value"), "input:amount"),
        dmn.decision("top", table, "input:grade decision:base knowledge:double"),
    )
    top = model.decisions["d_top"]
    assert top.inputs == ("grade", "amount")
    assert top.reads == {"amount", "grade", "bonus", "extra", "limit", "y"}
    assert model.decisions["d_base"].reads == {"amount", "bonus"}


def test_names_in_filters_and_of_the_hosts_functions_are_no_variables(dmn: Any) -> None:
    decision = dmn.model(dmn.decision("a", dmn.literal("lines[speed > 5] = level(x)"))).decisions["d_a"]
    assert (decision.reads, decision.calls) == ({"lines", "x"}, {"level"})


def test_names_inside_a_boxed_context_are_not_read_from_the_caller(dmn: Any) -> None:
    logic = (
        f"<context><contextEntry><variable name='a'/>{dmn.literal('b')}</contextEntry>"
        f"<contextEntry>{dmn.literal('a + c')}</contextEntry></context>"
    )
    assert dmn.model(dmn.decision("x", logic)).decisions["d_x"].reads == {"b", "c"}


def test_a_knowledge_model_sees_its_parameters_only(dmn: Any) -> None:
    model = dmn.model(
        dmn.knowledge("f", {"x": "number"}, dmn.literal("[x, secret]")),
        dmn.decision("a", dmn.literal("f(1)"), "knowledge:f"),
    )
    assert dmn.ask(model, "a", secret=D(9)).value == [1, None]


def test_knowledge_models_use_each_other_and_are_invoked(dmn: Any) -> None:
    model = dmn.model(
        dmn.knowledge(
            "rate", {"grade": "string"}, dmn.table(["grade"], ["r:number"], [['"gold"', "2"], ["-", "1"]], "FIRST")
        ),
        dmn.knowledge(
            "price", {"grade": "string", "n": "number"}, dmn.literal("n * rate(grade)"), "knowledge:rate", "number"
        ),
        dmn.decision("a", dmn.literal('price("gold", 4)'), "knowledge:price"),
        dmn.decision(
            "b",
            "<invocation><literalExpression><text>price</text></literalExpression>"
            f'<binding><parameter name="n"/>{dmn.literal("n")}</binding>'
            f'<binding><parameter name="grade"/>{dmn.literal(chr(34) + "tin" + chr(34))}</binding></invocation>',
            "knowledge:price",
        ),
    )
    result = dmn.ask(model, "a")
    assert result.value == 8
    assert [(table.name, [rule.index for rule in table.rules]) for table in result.trace[0].tables] == [("rate", [1])]
    assert dmn.ask(model, "b", n=D(3)).value == 3
    assert model.knowledge["k_price"].evaluate({"grade": "gold", "n": D(5)}, dmn.moment).value == 10


def test_functions_and_services_are_called_with_names_that_hold_signs(dmn: Any) -> None:
    service = '<decisionService id="k_s" name="s"><outputDecision href="#d_net"/><outputDecision href="#d_tax"/>'
    service += '<inputData href="#i_amount-1"/></decisionService>'
    net = dmn.decision("net - price", dmn.literal("amount-1 * 2"), "input:amount-1").replace("d_net - price", "d_net")
    model = dmn.model(
        dmn.knowledge("f", {"pre-tax": "number"}, dmn.literal("pre-tax + 1")),
        dmn.input_data("amount-1", "number"),
        net,
        dmn.decision("tax", dmn.literal("0")),
        service,
        dmn.decision("a", dmn.literal("f(pre-tax: 1) + s(amount-1: 5).net - price"), "knowledge:f knowledge:s"),
        dmn.input_data("day-1"),
        dmn.decision("b", dmn.literal("day-1")),
    )
    assert dmn.ask(model, "a").value == 12
    assert dmn.ask(model, "b", day=D(5)).value == 4


def test_a_knowledge_models_result_and_arguments_have_types(dmn: Any) -> None:
    model = dmn.model(
        dmn.knowledge("f", {"x": "number"}, dmn.literal("string(x)"), type_ref="number"),
        dmn.decision("a", dmn.literal("f(1)"), "knowledge:f"),
        dmn.decision("b", dmn.literal('f("1")'), "knowledge:f"),
    )
    assert (dmn.ask(model, "a").value, codes(dmn.ask(model, "a"))) == (None, ["type_mismatch"])
    assert dmn.ask(model, "b").value is None


def test_a_knowledge_model_without_logic_is_null(dmn: Any) -> None:
    bkm = '<businessKnowledgeModel id="k_f" name="f"/>'
    assert dmn.ask(dmn.model(bkm, dmn.decision("a", dmn.literal("f"), "knowledge:f")), "a").value is None


def test_random_numbers_and_the_time_come_from_the_moment(dmn: Any) -> None:
    model = dmn.model(
        dmn.decision("a", dmn.literal("string(now())")), dmn.decision("b", dmn.literal("[random number(), uuid()]"))
    )
    assert dmn.ask(model, "a").value.startswith("2026-03-02T09:30:00")
    assert dmn.ask(model, "b").value == dmn.ask(model, "b").value


def test_every_turn_of_a_loop_draws_another_number(dmn: Any) -> None:
    turns = "for i in 1..20 return i"
    body = f"<in>{dmn.literal(turns)}</in><return>{dmn.literal('random number()')}</return>"
    logic = f'<for iteratorVariable="i">{body}</for>'
    drawn = dmn.ask_logic(logic).value
    assert len(set(drawn)) == 20
    assert drawn == dmn.ask_logic(logic).value


def test_the_hosts_functions_are_known(dmn: Any) -> None:
    moment = replace(dmn.moment, functions={"level of": lambda scope: f"L-{scope}"})
    table = dmn.table(["level of(scope)"], ["o"], [['"L-intl"', "1"]])
    model = parse(dmn.definitions(dmn.decision("a", table)), names=frozenset({"level of"}))
    assert model.decisions["d_a"].evaluate({"scope": "intl"}, moment).value == 1
