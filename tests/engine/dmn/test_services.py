"""Decision services: called by name as functions, or evaluated from outside."""

from decimal import Decimal
from typing import Any

import pytest

D = Decimal


def service(name: Any, outputs: Any = "", data: Any = "", decisions: Any = "", type_ref: Any = "") -> Any:
    def refs(tag: Any, ids: Any) -> Any:
        return "".join(f'<{tag} href="#{one}"/>' for one in ids.split())

    body = refs("outputDecision", outputs) + refs("inputDecision", decisions) + refs("inputData", data)
    variable = f'<variable name="{name}" typeRef="{type_ref}"/>'
    return f'<decisionService id="k_{name}" name="{name}">{variable}{body}</decisionService>'


@pytest.fixture
def price(dmn: Any) -> Any:
    """A service of an input and an input decision, and decisions that use it."""
    return dmn.model(
        dmn.input_data("amount", "number"),
        dmn.decision("rate", dmn.literal("0.5"), type_ref="number"),
        dmn.decision("tax", dmn.literal("amount * rate"), "input:amount decision:rate", "number"),
        dmn.decision("net", dmn.literal("amount"), "input:amount", "number"),
        service("taxed", "d_tax", "i_amount", "d_rate"),
        service("both", "d_tax d_net", "i_amount"),
        dmn.decision("by position", dmn.literal("taxed(100, 0.1)"), "knowledge:taxed").replace("d_by position", "d_p"),
        dmn.decision("named", dmn.literal("taxed(rate: 0.1, amount: 100)"), "knowledge:taxed"),
        dmn.decision("many", dmn.literal("both(100)"), "knowledge:both"),
        dmn.decision("wrong", dmn.literal('taxed("x", 0.1)'), "knowledge:taxed"),
        dmn.decision("few", dmn.literal("taxed(100)"), "knowledge:taxed"),
        dmn.decision(
            "around", dmn.literal("[rate, taxed(100, 0.1), amount]"), "decision:rate input:amount knowledge:taxed"
        ),
    )


def test_a_service_is_a_function_of_its_input_data_then_its_input_decisions(dmn: Any, price: Any) -> None:
    assert price.decisions["d_p"].evaluate({}, dmn.moment).value == 10
    assert dmn.ask(price, "named").value == 10


def test_several_outputs_are_a_context(dmn: Any, price: Any) -> None:
    assert dmn.ask(price, "many").value == {"tax": 50, "net": 100}


@pytest.mark.parametrize("name", ["wrong", "few"])
def test_arguments_that_do_not_fit_make_it_null(dmn: Any, price: Any, name: Any) -> None:
    result = dmn.ask(price, name)
    assert result.value is None
    assert result.warnings


def test_what_a_service_is_given_does_not_leave_it(dmn: Any, price: Any) -> None:
    assert dmn.ask(price, "around", amount=D(7)).value == [D("0.5"), D(10), D(7)]


def test_a_service_does_not_see_the_callers_variables(dmn: Any) -> None:
    model = dmn.model(
        dmn.decision("inner", dmn.literal("secret")),
        service("s", "d_inner"),
        dmn.decision("a", dmn.literal("[s(), secret]"), "knowledge:s"),
    )
    assert dmn.ask(model, "a", secret=D(1)).value == [None, 1]


def test_an_input_decision_is_never_evaluated(dmn: Any, price: Any) -> None:
    trace = dmn.ask(price, "named").trace
    assert [decision.name for decision in trace] == ["tax", "named"]


def test_a_service_is_evaluated_from_outside_with_variables_by_name(dmn: Any, price: Any) -> None:
    taxed = price.services["k_taxed"]
    assert taxed.evaluate({"amount": D(10), "rate": D(2)}, dmn.moment).value == 20
    lacking = taxed.evaluate({"amount": D(10)}, dmn.moment)
    assert lacking.value is None
    assert "input_missing" in [warning.code for warning in lacking.warnings]
    assert price.services["k_both"].evaluate({"amount": "x"}, dmn.moment).value == {"tax": None, "net": None}


def test_a_services_result_has_a_type(dmn: Any) -> None:
    elements = (dmn.decision("inner", dmn.literal('"x"')), service("s", "d_inner", type_ref="number"))
    assert dmn.model(*elements).services["k_s"].evaluate({}, dmn.moment).value is None


def test_a_failure_inside_a_service_is_the_callers(dmn: Any) -> None:
    model = dmn.model(
        dmn.decision("inner", dmn.table([], ["o"], [["1"], ["2"]])),
        service("s", "d_inner"),
        dmn.decision("a", dmn.literal("s()"), "knowledge:s"),
    )
    assert dmn.ask(model, "a").error.code == "several_rules"
    assert model.services["k_s"].evaluate({}, dmn.moment).error.code == "several_rules"


def test_a_service_that_leads_back_to_its_caller_is_refused(dmn: Any) -> None:
    from engine.dmn import DmnError

    with pytest.raises(DmnError, match="a → s → a"):
        dmn.model(dmn.decision("a", dmn.literal("s()"), "knowledge:s"), service("s", "d_a"))
