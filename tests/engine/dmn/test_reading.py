"""DMN files of all versions are read; hostile and wrong ones are refused with every finding."""

from typing import Any

import pytest

from engine.dmn import DmnError, parse

VERSIONS = [
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
]


def findings(data: Any) -> Any:
    with pytest.raises(DmnError) as refused:
        parse(data, "wrong.dmn")
    return refused.value.findings


def codes(data: Any) -> Any:
    return [finding.code for finding in findings(data)]


@pytest.mark.parametrize("namespace", VERSIONS)
def test_every_version_of_dmn_is_read(dmn: Any, namespace: Any) -> None:
    model = parse(dmn.definitions(dmn.decision("a", dmn.literal("1 + 1")), xmlns=namespace))
    assert dmn.ask(model, "a").value == 2


def test_the_model_says_who_it_is_and_what_it_decides(dmn: Any) -> None:
    model = parse(dmn.definitions(dmn.decision("a b", dmn.literal("1")), namespace="urn:x", name="rules"))
    assert (model.id, model.name, model.namespace) == ("defs", "rules", "urn:x")
    assert [(decision.id, decision.name) for decision in model.decisions.values()] == [("d_a b", "a b")]


def test_layout_vendor_elements_and_sources_are_let_by(dmn: Any) -> None:
    extra = (
        "<extensionElements><x:y xmlns:x='urn:vendor'>1</x:y></extensionElements>"
        "<knowledgeSource id='ks' name='regulation'/>"
        "<textAnnotation id='ta'><text>see</text></textAnnotation>"
        "<d:DMNDI xmlns:d='https://www.omg.org/spec/DMN/20230324/DMNDI/'/>"
    )
    assert parse(dmn.definitions(dmn.decision("a", dmn.literal("1")) + extra)).decisions


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_xml"),
        (b"no xml", "not_xml"),
        (b"<definitions", "not_xml"),
        (b"<definitions/>", "not_dmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "not_dmn"),
        (b"<!DOCTYPE definitions><definitions/>", "doctype"),
        (b"\xff\xfe\x00", "not_xml"),
    ],
)
def test_what_is_no_dmn_file_is_refused(data: Any, code: Any) -> None:
    assert codes(data) == [code]


def test_an_entity_is_refused_and_no_file_read(dmn: Any, tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    text = dmn.definitions(dmn.decision("a", dmn.literal("1"))).decode()
    text = text.replace("<definitions", f'<!DOCTYPE definitions [<!ENTITY e SYSTEM "{secret}">]><definitions', 1)
    found = findings(text.replace("<text>1", '<text>"&e;"').encode())
    assert [finding.code for finding in found] == ["doctype"]
    assert "hidden" not in str(found)


def test_many_entities_in_entities_are_refused_at_once() -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    assert codes(f"<!DOCTYPE d [{entities}]><d>&a11;</d>".encode()) in (["doctype"], ["not_xml"])


def test_a_file_nested_too_deeply_is_refused(dmn: Any) -> None:
    deep = "<context><contextEntry>" * 200 + dmn.literal("1") + "</contextEntry></context>" * 200
    assert codes(dmn.definitions(dmn.decision("a", deep))) == ["too_deep"]
    assert codes(dmn.definitions(dmn.decision("a", deep.replace("<c", "<b", 1)))) in (["too_deep"], ["not_xml"])


def test_a_file_that_is_too_large_is_refused(dmn: Any) -> None:
    assert codes(dmn.definitions("<!--" + "x" * 8_000_000 + "-->")) == ["too_large"]


def test_a_file_of_too_many_elements_is_refused(dmn: Any) -> None:
    assert codes(dmn.definitions("<a/>" * 300_001)) == ["too_many_elements"]


def test_every_finding_of_a_file_is_told_with_place_and_reason(dmn: Any) -> None:
    data = dmn.definitions(
        dmn.decision("a", '\n<literalExpression id="l1"><text>1 +</text></literalExpression>')
        + dmn.decision("b", dmn.literal("1"), requires="input:nobody")
        + "\n<nonsense/>"
        + dmn.decision("c", dmn.literal("1"), type_ref="tMissing")
        + '<decision id="d_c" name="again"/>'
    )
    found = {finding.code: finding for finding in findings(data)}
    assert set(found) == {"feel_syntax", "unknown_reference", "unknown_element", "unknown_type", "duplicate_id"}
    assert (found["feel_syntax"].element, found["feel_syntax"].line) == ("l1", 4)
    assert found["unknown_reference"].parameters["href"] == "#i_nobody"
    assert found["unknown_element"].line == 5
    assert "tMissing" in str(found["unknown_type"])


def test_the_error_of_a_file_names_its_lines(dmn: Any) -> None:
    with pytest.raises(DmnError, match=r"line 3, d_a: "):
        parse(dmn.definitions(dmn.decision("a", dmn.literal("1 +"))), "wrong.dmn")


def test_other_languages_are_refused(dmn: Any) -> None:
    logic = dmn.literal("1", 'expressionLanguage="http://www.w3.org/TR/xpath"')
    assert codes(dmn.definitions(dmn.decision("a", logic))) == ["unsupported_language"]
    feel = dmn.literal("1", 'expressionLanguage="http://www.omg.org/spec/FEEL/20140401"')
    assert dmn.ask_logic(feel).value == 1


@pytest.mark.parametrize(
    ("logic", "code"),
    [
        ("<list><nonsense/></list>", "unknown_element"),
        ("<nonsense/>", "unknown_element"),
        ("<context/><list/>", "unknown_element"),
        (
            "<conditional><if><literalExpression><text>true</text></literalExpression></if></conditional>",
            "missing_element",
        ),
        ("<for><in><literalExpression><text>[]</text></literalExpression></in></for>", "missing_attribute"),
        ("<invocation/>", "missing_element"),
        ("<invocation><binding/></invocation>", "missing_element"),
        ("<context><contextEntry/></context>", "missing_element"),
        ("<relation><column name='a'/><row/></relation>", "rule_width"),
        ("<literalExpression><importedValues/></literalExpression>", "unknown_element"),
    ],
)
def test_half_a_boxed_expression_is_refused(dmn: Any, logic: Any, code: Any) -> None:
    assert code in codes(dmn.definitions(dmn.decision("a", logic)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('hitPolicy="UNIQUE"', 'hitPolicy="BEST"'), "unknown_hit_policy"),
        (('hitPolicy="UNIQUE"', 'hitPolicy="COLLECT" aggregation="AVG"'), "unknown_aggregation"),
        (("<outputEntry><text>2</text></outputEntry>", ""), "rule_width"),
        (("<inputEntry><text>1</text></inputEntry>", "<inputEntry/><inputEntry/>"), "rule_width"),
        (('<output id="out1" name="b" typeRef=""></output>', ""), "missing_element"),
        (('hitPolicy="UNIQUE"', 'hitPolicy="PRIORITY"'), "no_output_order"),
        (('<inputExpression typeRef=""><text>a</text></inputExpression>', ""), "missing_element"),
        (('name="b" typeRef="">', 'name="b"><outputValues><text>"a" "b"</text></outputValues>'), "feel_syntax"),
    ],
)
def test_a_table_out_of_shape_is_refused(dmn: Any, change: Any, code: Any) -> None:
    table = dmn.table(["a"], ["b"], [["1", "2"]])
    assert change[0] in table
    assert code in codes(dmn.definitions(dmn.decision("d", table.replace(*change))))


def test_a_table_of_several_outputs_names_them_and_is_not_aggregated(dmn: Any) -> None:
    table = dmn.table(["a"], ["", "c"], [["1", "2", "3"]], "COLLECT", "SUM")
    assert codes(dmn.definitions(dmn.decision("d", table))) == ["aggregation_of_many_outputs", "unnamed_output"]


def test_two_outputs_of_one_name_are_refused(dmn: Any) -> None:
    table = dmn.table(["a"], ["b", "b"], [["1", "2", "3"]])
    assert codes(dmn.definitions(dmn.decision("d", table))) == ["duplicate_output"]


def test_a_tolerant_parse_makes_what_is_wrong_null(dmn: Any) -> None:
    data = dmn.definitions(dmn.decision("a", dmn.literal("1 +")) + dmn.decision("b", dmn.literal("2")))
    model = parse(data, tolerant=True)
    assert (dmn.ask(model, "a").value, dmn.ask(model, "b").value) == (None, 2)
