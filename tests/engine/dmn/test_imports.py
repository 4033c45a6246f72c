"""Models that import others: prefixed names, types, nested imports."""

from decimal import Decimal
from typing import Any

import pytest

from engine.dmn import DmnError, parse

D = Decimal
KIND = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def imported(namespace: Any, name: Any) -> Any:
    return f'<import namespace="{namespace}" name="{name}" importType="{KIND}"/>'


def require(tag: Any, href: Any) -> Any:
    wrapper = "knowledgeRequirement" if tag == "requiredKnowledge" else "informationRequirement"
    return f'<{wrapper}><{tag} href="{href}"/></{wrapper}>'


@pytest.fixture
def base(dmn: Any) -> Any:
    component = '<itemComponent name="net price"><typeRef>tMoney</typeRef></itemComponent>'
    case = f'<itemDefinition name="tCase">{component}</itemDefinition>'
    allowed = "<allowedValues><text>&gt;= 0</text></allowedValues>"
    money = f'<itemDefinition name="tMoney"><typeRef>number</typeRef>{allowed}</itemDefinition>'
    body = (
        case
        + money
        + dmn.input_data("the case", "tCase")
        + dmn.decision("price", dmn.literal("the case.net price"), "", "tMoney").replace(
            "<literal", require("requiredInput", "#i_the case") + "<literal", 1
        )
        + dmn.knowledge("with tax", {"x": "tMoney"}, dmn.literal("x * 1.2")).replace("k_with tax", "k_tax")
    )
    return parse(dmn.definitions(body, namespace="urn:base", name="base"))


def using(
    dmn: Any, text: Any, prefix: Any = "Base-1", requirements: Any = "", items: Any = "", type_ref: Any = ""
) -> Any:
    """A model whose decision `a` has a text and imports urn:base."""
    links = require("requiredDecision", "urn:base#d_price") + require("requiredKnowledge", "urn:base#k_tax")
    logic = dmn.decision("a", (requirements or links) + dmn.literal(text), "", type_ref)
    return parse(dmn.definitions(imported("urn:base", prefix) + items + logic, namespace="urn:top", name="top"))


def test_imported_elements_are_known_by_the_name_of_the_import(dmn: Any, base: Any) -> None:
    model = using(dmn, "Base-1.with tax(Base-1.price)").with_imports({"urn:base": base})
    assert dmn.ask(model, "a", **{"the case": {"net price": D(100)}}).value == 120
    assert model.decisions["d_a"].inputs == ("the case",)


def test_an_import_without_a_name_makes_them_known_by_their_own(dmn: Any, base: Any) -> None:
    model = using(dmn, "with tax(price)", prefix="").with_imports({"urn:base": base})
    assert dmn.ask(model, "a", **{"the case": {"net price": D(10)}}).value == 12


def test_imported_types_are_checked(dmn: Any, base: Any) -> None:
    model = using(dmn, "-1", type_ref="Base-1.tMoney").with_imports({"urn:base": base})
    assert dmn.ask(model, "a").value is None
    item = '<itemDefinition name="tPrices" isCollection="true"><typeRef>Base-1.tMoney</typeRef></itemDefinition>'
    model = using(dmn, "[1, 2]", items=item, type_ref="tPrices").with_imports({"urn:base": base})
    assert dmn.ask(model, "a").value == [1, 2]


def test_instance_of_knows_imported_types_and_what_they_are_made_of(dmn: Any, base: Any) -> None:
    model = using(
        dmn, "[{net price: 1} instance of Base.tCase, {net price: true} instance of Base.tCase]", prefix="Base"
    )
    assert dmn.ask(model.with_imports({"urn:base": base}), "a").value == [True, False]


def test_imports_may_be_nested_and_shared(dmn: Any, base: Any) -> None:
    left, right = (
        parse(
            dmn.definitions(
                imported("urn:base", "b")
                + dmn.decision(
                    name, require("requiredDecision", "urn:base#d_price") + dmn.literal(f"b.price * {factor}")
                ),
                namespace=f"urn:{name}",
            )
        )
        for name, factor in (("left", 2), ("right", 3))
    )
    links = require("requiredDecision", "urn:left#d_left") + require("requiredDecision", "urn:right#d_right")
    body = (
        imported("urn:left", "l")
        + imported("urn:right", "r")
        + dmn.decision("a", links + dmn.literal("l.left + r.right"))
    )
    top = parse(dmn.definitions(body, namespace="urn:top"))
    model = top.with_imports({"urn:base": base, "urn:left": left, "urn:right": right})
    result = dmn.ask(model, "a", **{"the case": {"net price": D(1)}})
    assert result.value == 5
    assert [decision.name for decision in result.trace].count("price") == 1


def test_the_models_own_namespace_may_stand_in_a_reference(dmn: Any) -> None:
    data = dmn.definitions(
        dmn.decision("b", dmn.literal("2"))
        + dmn.decision("a", require("requiredDecision", "urn:test#d_b") + dmn.literal("b"))
    )
    assert dmn.ask(parse(data), "a").value == 2


def test_a_model_with_imports_has_no_decisions_before_it_is_given_them(dmn: Any, base: Any) -> None:
    model = using(dmn, "1")
    assert [(one.namespace, one.name) for one in model.imports] == [("urn:base", "Base-1")]
    assert not model.decisions


@pytest.mark.parametrize(
    ("text", "links", "code"),
    [
        ("1", require("requiredDecision", "urn:base#d_none"), "unknown_reference"),
        ("1", require("requiredDecision", "urn:other#d_price"), "unknown_reference"),
        ("1", require("requiredInput", "urn:base#d_price"), "unknown_reference"),
        ("1 +", "", "feel_syntax"),
    ],
)
def test_what_is_wrong_is_found_when_the_imports_are_given(
    dmn: Any, base: Any, text: Any, links: Any, code: Any
) -> None:
    with pytest.raises(DmnError) as refused:
        using(dmn, text, requirements=links).with_imports({"urn:base": base})
    assert [finding.code for finding in refused.value.findings] == [code]


def test_a_missing_import_and_a_circle_of_imports_are_refused(dmn: Any) -> None:
    with pytest.raises(DmnError, match="urn:base"):
        using(dmn, "1").with_imports({})
    one = parse(dmn.definitions(imported("urn:two", "t"), namespace="urn:one", name="one"))
    two = parse(dmn.definitions(imported("urn:one", "o"), namespace="urn:two", name="two"))
    with pytest.raises(DmnError, match="one → two → one"):
        one.with_imports({"urn:one": one, "urn:two": two})


def test_imports_of_other_kinds_bring_nothing(dmn: Any) -> None:
    schema = '<import namespace="urn:x" name="x" importType="http://www.w3.org/2001/XMLSchema"/>'
    assert dmn.ask(parse(dmn.definitions(schema + dmn.decision("a", dmn.literal("1")))), "a").value == 1
