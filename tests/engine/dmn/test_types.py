"""Item definitions: structure, allowed values, collections, functions, and the conversions between types."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.dmn import DmnError, parse

D = Decimal


def item(
    name: Any,
    type_ref: Any = "",
    *parts: Any,
    collection: Any = False,
    allowed: Any = "",
    constraint: Any = "",
    tag: Any = "itemDefinition",
) -> Any:
    flags = ' isCollection="true"' if collection else ""
    content = f"<typeRef>{type_ref}</typeRef>" if type_ref else ""
    content += f"<allowedValues><text>{allowed}</text></allowedValues>" if allowed else ""
    content += f"<typeConstraint><text>{constraint}</text></typeConstraint>" if constraint else ""
    return f'<{tag} name="{name}"{flags}>{content}{"".join(parts)}</{tag}>'


def part(name: Any, type_ref: Any = "", *parts: Any, **more: Any) -> Any:
    return item(name, type_ref, *parts, tag="itemComponent", **more)


def take(dmn: Any, items: Any, type_ref: Any, value: Any) -> Any:
    """What an input of that type holds when the caller gives the value."""
    model = dmn.model(*items, dmn.input_data("v", type_ref), dmn.decision("a", dmn.literal("v"), "input:v"))
    return dmn.ask(model, "a", v=value)


def refused(dmn: Any, *items: Any) -> Any:
    with pytest.raises(DmnError) as error:
        parse(dmn.definitions("".join(items)))
    return [finding.code for finding in error.value.findings]


@pytest.mark.parametrize(
    ("type_ref", "value"),
    [
        ("number", D(1)),
        ("number", 1),
        ("string", "x"),
        ("boolean", True),
        ("date", date(2026, 3, 1)),
        ("Any", [1, {"a": None}]),
        ("", "anything"),
        ("list", [1, "x"]),
        ("context", {"a": 1}),
        ("list<number>", [D(1), None]),
        ("context<a: number, b: string>", {"a": D(1), "b": None, "c": 2}),
        ("number", None),
    ],
)
def test_a_value_of_the_type_is_kept(dmn: Any, type_ref: Any, value: Any) -> None:
    result = take(dmn, [], type_ref, value)
    assert (result.value, result.warnings) == (value, ())


@pytest.mark.parametrize(
    ("type_ref", "value"),
    [
        ("number", "1"),
        ("number", True),
        ("boolean", D(1)),
        ("string", D(1)),
        ("string", ["a", "b"]),
        ("date", "not a date"),
        ("list<number>", [D(1), "x"]),
        ("context<a: number>", {"b": D(1)}),
        ("context<a: number>", {"a": "x"}),
    ],
)
def test_a_value_of_another_type_is_null_with_a_warning(dmn: Any, type_ref: Any, value: Any) -> None:
    result = take(dmn, [], type_ref, value)
    assert result.value is None
    assert [warning.code for warning in result.warnings] == ["type_mismatch"]
    assert result.warnings[0].parameters["name"] == "v"


def test_names_of_other_tools_and_versions_are_known(dmn: Any) -> None:
    assert take(dmn, [], "integer", D(1)).value == 1
    assert take(dmn, [], "double", "x").value is None
    text = dmn.definitions(dmn.input_data("v", "feel:number") + dmn.decision("a", dmn.literal("v"), "input:v")).decode()
    text = text.replace("<definitions", '<definitions xmlns:feel="http://www.omg.org/spec/FEEL/20140401"')
    model = parse(text.encode())
    assert dmn.ask(model, "a", v="x").value is None
    assert dmn.ask(model, "a", v=D(3)).value == 3


def test_types_with_a_prefix_as_dmn_1_1_wrote_them(dmn: Any) -> None:
    base = parse(dmn.definitions(item("tMoney", "number"), namespace="urn:base"))
    kind = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    body = f'<import namespace="urn:base" name="" importType="{kind}"/>' + item("tOwn", "b:tMoney")
    body += dmn.decision("a", dmn.literal('"x"'), type_ref="o:tOwn") + dmn.decision(
        "b", dmn.literal("1"), type_ref="b:tMoney"
    )
    text = dmn.definitions(body).decode().replace("<definitions", '<definitions xmlns:b="urn:base" xmlns:o="urn:test"')
    model = parse(text.encode()).with_imports({"urn:base": base})
    assert (dmn.ask(model, "a").value, dmn.ask(model, "b").value) == (None, 1)


def test_single_values_and_lists_of_one_become_each_other(dmn: Any) -> None:
    assert take(dmn, [], "number", [D(7)]).value == 7
    assert take(dmn, [], "list<number>", D(7)).value == [7]
    assert take(dmn, [], "number", [D(7), D(8)]).value is None
    assert take(dmn, [], "number", ["x"]).value is None
    assert take(dmn, [], "list<number>", "x").value is None
    assert take(dmn, [], "number", [None]).value is None


def test_a_date_becomes_a_date_and_time_at_midnight_utc(dmn: Any) -> None:
    model = dmn.model(
        dmn.decision("a", dmn.literal('date("2026-03-01")'), type_ref="dateTime"),
        dmn.decision("b", dmn.literal("string(a)"), "decision:a"),
    )
    assert dmn.ask(model, "b").value == "2026-03-01T00:00:00Z"


def test_strings_of_json_become_dates_times_and_durations_where_they_are_declared(dmn: Any) -> None:
    parts = [
        part("from", "dateTime"),
        part("limit", "dayTimeDuration"),
        part("days", "date", collection=True),
        part("note", "string"),
    ]
    model = dmn.model(
        item("tCase", "", *parts),
        dmn.input_data("v", "tCase"),
        dmn.decision("a", dmn.literal("[v.from + v.limit, v.days[1].month, v.note]"), "input:v"),
    )
    value = {"from": "2026-03-01T10:00:00Z", "limit": "PT2H", "days": ["2026-05-01"], "note": "2026-05-01", "more": 1}
    found = dmn.ask(model, "a", v=value)
    assert [str(one) for one in found.value] == ["2026-03-01T12:00:00Z", "5", "2026-05-01"]
    assert found.warnings == ()
    assert value["limit"] == "PT2H"


def test_a_list_of_functions(dmn: Any) -> None:
    function = '<functionItem outputTypeRef="number"><parameters name="a" typeRef="number"/></functionItem>'
    items = [item("tRates", "", function, collection=True)]
    logic = dmn.literal("[function(a: number) 1, function(a: number) 2]")
    model = dmn.model(
        *items, dmn.decision("f", logic, type_ref="tRates"), dmn.decision("a", dmn.literal("f[2](1)"), "decision:f")
    )
    assert dmn.ask(model, "a").value == 2
    wrong = dmn.model(*items, dmn.decision("f", dmn.literal("[function(a: number) 1, 2]"), type_ref="tRates"))
    assert dmn.ask(wrong, "f").value is None


def test_a_structure_wants_its_components_of_their_types(dmn: Any) -> None:
    items = [
        item("tLimit", "", part("value", "number"), part("unit", "tUnit")),
        item("tUnit", "string", allowed='"min", "h"'),
    ]
    good = {"value": D(4), "unit": "h", "extra": 1}
    assert take(dmn, items, "tLimit", good).value == good
    assert take(dmn, items, "tLimit", {"value": D(4), "unit": None}).value is not None
    for bad in ({"value": D(4)}, {"value": "4", "unit": "h"}, {"value": D(4), "unit": "week"}, [D(4)], "4h"):
        assert take(dmn, items, "tLimit", bad).value is None


def test_structures_may_be_nested_and_recursive(dmn: Any) -> None:
    items = [item("tUnit", "", part("name", "string"), part("below", "tUnit", collection=True))]
    tree = {"name": "hq", "below": [{"name": "prov", "below": [{"name": "city", "below": []}]}]}
    assert take(dmn, items, "tUnit", tree).value == tree
    wrong = {"name": "hq", "below": [{"name": "prov", "below": [{"name": 7, "below": []}]}]}
    assert take(dmn, items, "tUnit", wrong).value is None


def test_an_inline_structure_of_a_component_is_checked(dmn: Any) -> None:
    items = [
        item(
            "tCase", "", part("at", "", part("site", "string")), part("tags", "string", collection=True, allowed='"a"')
        )
    ]
    assert take(dmn, items, "tCase", {"at": {"site": "x"}, "tags": ["a"]}).value is not None
    assert take(dmn, items, "tCase", {"at": {"site": 1}, "tags": []}).value is None
    assert take(dmn, items, "tCase", {"at": {"site": "x"}, "tags": ["b"]}).value is None


@pytest.mark.parametrize(
    ("value", "kept"), [(D(0), True), (D(255), True), (D(256), False), (D(-1), False), (None, True)]
)
def test_allowed_values_limit_a_type(dmn: Any, value: Any, kept: Any) -> None:
    result = take(dmn, [item("tByte", "number", allowed="[0..255]")], "tByte", value)
    assert (result.value == value) == kept


def test_a_type_derived_from_another_has_the_limits_of_both_in_any_order(dmn: Any) -> None:
    items = [
        item("tSmall", "tByte", allowed="&lt; 10"),
        item("tByte", "number", allowed="[0..255]"),
        item("tAlias", "tSmall"),
    ]
    for name in ("tSmall", "tAlias"):
        assert take(dmn, items, name, D(9)).value == 9
        assert take(dmn, items, name, D(10)).value is None
        assert take(dmn, items, name, D(-1)).value is None
    assert take(dmn, items, "tByte", D(10)).value == 10


def test_a_collection_limits_its_items_and_as_a_whole(dmn: Any) -> None:
    items = [item("tMarks", "number", collection=True, allowed="[1..5]", constraint="count(?) &lt; 4")]
    assert take(dmn, items, "tMarks", [D(1), D(5)]).value == [1, 5]
    assert take(dmn, items, "tMarks", [D(1), D(6)]).value is None
    assert take(dmn, items, "tMarks", [D(1)] * 4).value is None
    assert take(dmn, items, "tMarks", D(3)).value == [3]


def test_a_collection_of_a_collection(dmn: Any) -> None:
    items = [item("tRow", "number", collection=True), item("tGrid", "tRow", collection=True)]
    assert take(dmn, items, "tGrid", [[D(1)], [D(2), D(3)]]).value == [[1], [2, 3]]
    assert take(dmn, items, "tGrid", [[D(1)], ["x"]]).value is None


def test_instance_of_sees_the_structure_and_not_the_allowed_values(dmn: Any) -> None:
    items = [
        item("tByte", "number", allowed="[0..255]"),
        item("tMarks", "tByte", collection=True),
        item("tCase", "", part("mark count", "tByte")),
    ]
    asked = dmn.literal(
        "[256 instance of tByte, [1,2] instance of tMarks, [true] instance of tMarks, "
        "{mark count: 1} instance of tCase, {} instance of tCase]"
    )
    assert dmn.ask(dmn.model(*items, dmn.decision("a", asked)), "a").value == [True, True, False, True, False]


def test_a_function_type(dmn: Any) -> None:
    parameter = '<parameters name="g" typeRef="string"/>'
    function = item("tRate", "", f'<functionItem outputTypeRef="number">{parameter}</functionItem>')
    model = dmn.model(
        function,
        dmn.knowledge("rate", {"g": "string"}, dmn.literal("1"), type_ref="tRate"),
        dmn.decision("good", dmn.literal("function(g: string) 1"), type_ref="tRate"),
        dmn.decision("bad", dmn.literal("7"), type_ref="tRate"),
        dmn.decision(
            "called",
            dmn.literal('[rate("x"), rate instance of function<string>->Any]'),
            "knowledge:rate",
        ),
    )
    assert dmn.ask(model, "good").value is not None
    assert dmn.ask(model, "bad").value is None
    assert dmn.ask(model, "called").value == [1, True]


def test_parameters_of_feel_functions_may_be_of_the_models_types(dmn: Any) -> None:
    model = dmn.model(
        item("tCase", "", part("n", "number")),
        dmn.decision("a", dmn.literal("(function(c: tCase) c.n)({n: 3})")),
        dmn.decision("b", dmn.literal("(function(c: tCase) c.n)({m: 3})")),
    )
    assert dmn.ask(model, "a").value == 3
    assert dmn.ask(model, "b").value is None


def test_components_with_spaces_are_known_in_paths(dmn: Any) -> None:
    items = [item("tCase", "", part("net - price", "number"), part("VAT/rate", "number"))]
    model = dmn.model(
        *items,
        dmn.input_data("case", "tCase"),
        dmn.decision("a", dmn.literal("case.net - price * case.VAT/rate"), "input:case"),
    )
    assert dmn.ask(model, "a", case={"net - price": D(100), "VAT/rate": D("0.2")}).value == 20


def test_wrong_definitions_are_refused(dmn: Any) -> None:
    assert refused(dmn, item("tA", "tNone")) == ["unknown_type"]
    assert refused(dmn, item("tA", "tB"), item("tB", "tA"))[0] == "type_cycle"
    assert refused(dmn, item("tA", "tA"))[0] == "type_cycle"
    assert refused(dmn, item("tA", "number", allowed="[1..")) == ["feel_syntax"]
    assert refused(dmn, item("tA", "", part("a", "tNone"))) == ["unknown_type"]
    wrong = '<functionItem outputTypeRef="tNone"><parameters name="a" typeRef="list&lt;tAlso&gt;"/></functionItem>'
    assert refused(dmn, item("tA", "", wrong)) == ["unknown_type", "unknown_type"]
    tolerant = parse(
        dmn.definitions(item("tA", "", wrong) + dmn.decision("a", dmn.literal("function(x) x"), type_ref="tA")),
        tolerant=True,
    )
    assert dmn.ask(tolerant, "a").value is not None
    assert refused(dmn, item("", "number")) == ["missing_attribute"]


def test_a_long_chain_of_derived_types_is_no_trouble(dmn: Any) -> None:
    items = [item(f"t{n}", f"t{n + 1}") for n in range(3000)] + [item("t3000", "number")]
    assert take(dmn, items, "t0", D(1)).value == 1
    assert take(dmn, items, "t0", "x").value is None
