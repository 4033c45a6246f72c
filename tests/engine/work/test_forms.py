"""Forms on the server: what is taken over, what is refused and where, what is dropped."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.errors import Invalid
from engine.feel import Moment, compile_expression
from engine.work.forms import read, submit

MOMENT = Moment(now=datetime(2026, 11, 23, 9, tzinfo=UTC))


def field(kind: str = "textfield", key: str = "f", /, **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"{kind}_{key}", "key": key, "label": key, **more}


def sent(fields: list[dict[str, Any]] | dict[str, Any], values: dict[str, Any], **data: Any) -> dict[str, Any]:
    components = fields if isinstance(fields, list) else [fields]
    return submit(read({"id": "form", "components": components}), values, data, MOMENT)


def refused(fields: list[dict[str, Any]] | dict[str, Any], values: dict[str, Any], **data: Any) -> dict[str, str]:
    """Field's path → code of what is wrong."""
    with pytest.raises(Invalid) as error:
        sent(fields, values, **data)
    assert error.value.code == "form_invalid"
    return {finding.element: finding.code for finding in error.value.findings}


def test_what_the_form_names_is_taken_and_nothing_else() -> None:
    assert sent([field(), field("text", "shown")], {"f": "a", "admin": True}) == {"f": "a"}


def test_every_wrong_field_is_told_at_once() -> None:
    fields = [
        field("textfield", "a", validate={"required": True}),
        field("number", "b"),
        field("checkbox", "c"),
    ]
    assert refused(fields, {"b": "x", "c": "yes"}) == {
        "a": "form_required",
        "b": "form_not_a_number",
        "c": "form_not_a_boolean",
    }


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_field_that_may_be_empty_is_null(value: Any) -> None:
    assert sent(field(), {"f": value}) == {"f": None}
    assert sent(field(), {}) == {}


@pytest.mark.parametrize(
    ("kind", "value"),
    [("textfield", ""), ("number", None), ("select", None), ("checklist", []), ("checkbox", False)],
)
def test_required_means_filled_in(kind: str, value: Any) -> None:
    one = field(kind, "f", validate={"required": True}, values=[{"value": "a"}])
    assert refused(one, {"f": value}) == {"f": "form_required"}
    assert refused(one, {}) == {"f": "form_required"}


@pytest.mark.parametrize(
    ("rules", "value", "code"),
    [
        ({"minLength": 3}, "ab", "form_too_short"),
        ({"maxLength": 3}, "abcd", "form_too_long"),
        ({"pattern": "^[A-Z]+$"}, "abc", "form_pattern"),
        ({"validationType": "email"}, "nobody", "form_pattern"),
        ({"validationType": "phone"}, "call me", "form_pattern"),
        ({"maxLength": "=limit"}, "abcd", "form_too_long"),
        ({}, 5, "form_not_a_text"),
        ({}, "a\x00b", "form_not_a_text"),
    ],
)
def test_texts(rules: dict[str, Any], value: Any, code: str) -> None:
    assert refused(field(validate=rules), {"f": value}, limit=3) == {"f": code}


@pytest.mark.parametrize(
    ("rules", "value"),
    [
        ({"minLength": 3, "maxLength": 3}, "abc"),
        ({"pattern": "B"}, "aBc"),
        ({"validationType": "email"}, "li.na@gz.example"),
        ({"validationType": "phone"}, "+86 20 5550-0001"),
    ],
)
def test_texts_that_are_right(rules: dict[str, Any], value: str) -> None:
    assert sent(field(validate=rules), {"f": value}) == {"f": value}


def test_a_pattern_cannot_make_the_server_think_for_ever() -> None:
    assert refused(field(validate={"pattern": "^(a+)+$"}), {"f": "a" * 50_000 + "!"}) == {"f": "form_pattern"}


@pytest.mark.parametrize(
    ("more", "value", "code"),
    [
        ({"validate": {"min": 2}}, 1, "form_too_small"),
        ({"validate": {"max": 2}}, Decimal("2.1"), "form_too_large"),
        ({"validate": {"min": "=low"}}, 4, "form_too_small"),
        ({"decimalDigits": 1}, Decimal("1.25"), "form_too_precise"),
        ({"decimalDigits": 0}, Decimal("1.5"), "form_too_precise"),
        ({}, True, "form_not_a_number"),
        ({"serializeToString": True}, "NaN", "form_not_a_number"),
        ({"serializeToString": True}, "1_000", "form_not_a_number"),
    ],
)
def test_numbers(more: dict[str, Any], value: Any, code: str) -> None:
    assert refused(field("number", "f", **more), {"f": value}, low=5) == {"f": code}


def test_numbers_keep_their_digits() -> None:
    assert str(sent(field("number"), {"f": Decimal("1.10")})["f"]) == "1.10"
    assert sent(field("number", "f", serializeToString=True), {"f": "1.10"}) == {"f": "1.10"}


@pytest.mark.parametrize(
    ("subtype", "right", "wrong"),
    [
        ("date", "2026-11-23", "2026-02-30"),
        ("time", "09:30", "25:00"),
        ("datetime", "2026-11-23T09:30+08:00", "yesterday"),
    ],
)
def test_dates(subtype: str, right: str, wrong: str) -> None:
    one = field("datetime", "f", subtype=subtype)
    kept = sent(one, {"f": right})["f"]
    assert kept.replace(":30:00", ":30") == right
    assert refused(one, {"f": wrong}) == {"f": f"form_not_a_{subtype}"}


@pytest.mark.parametrize(
    ("subtype", "form", "given", "kept"),
    [
        ("datetime", "utc_offset", "2026-11-23T09:30", "2026-11-23T09:30:00+08:00"),
        ("datetime", "utc_normalized", "2026-11-23T09:30", "2026-11-23T01:30:00+00:00"),
        ("datetime", "no_timezone", "2026-11-23T09:30", "2026-11-23T09:30:00"),
        ("datetime", "utc_offset", "2026-11-23T09:30+01:00", "2026-11-23T09:30:00+01:00"),
        ("time", "utc_offset", "09:30", "09:30:00+08:00"),
        ("time", "utc_normalized", "09:30", "01:30:00+00:00"),
        ("date", "utc_offset", "2026-11-23", "2026-11-23"),
    ],
)
def test_a_time_without_a_zone_is_meant_where_we_are(subtype: str, form: str, given: str, kept: str) -> None:
    one = field("datetime", "f", subtype=subtype, timeSerializingFormat=form)
    here = Moment(now=datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert submit(read({"id": "form", "components": [one]}), {"f": given}, {}, here) == {"f": kept}


def test_what_is_kept_of_a_moment_feel_reads_again() -> None:
    one = field("datetime", "f", subtype="datetime", timeSerializingFormat="utc_offset")
    kept = sent(one, {"f": "2026-11-23T09:30"})["f"]
    value = compile_expression('date and time(f) > date and time("2026-01-01T00:00:00Z")').evaluate({"f": kept}, MOMENT)
    assert value.value is True


def test_a_date_may_have_to_lie_ahead() -> None:
    one = field("datetime", "f", subtype="date", disallowPassedDates=True)
    assert sent(one, {"f": "2026-11-23"}) == {"f": "2026-11-23"}
    assert refused(one, {"f": "2026-11-22"}) == {"f": "form_passed"}


@pytest.mark.parametrize(
    ("moment", "is_passed"),
    [
        ("2026-11-22T16:00:00+00:00", False),  # today's first hour here, yesterday's afternoon in UTC
        ("2026-11-22T15:59:00+00:00", True),
        ("2026-11-23T00:00:00", False),
        ("2026-11-22T23:59:00", True),
    ],
)
def test_what_lies_ahead_is_told_by_our_clocks(moment: str, is_passed: bool) -> None:
    form = read({"components": [field("datetime", "f", subtype="datetime", disallowPassedDates=True)]})
    here = Moment(now=datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
    if is_passed:
        with pytest.raises(Invalid):
            submit(form, {"f": moment}, {}, here)
    else:
        assert submit(form, {"f": moment}, {}, here)["f"].startswith(moment)


@pytest.mark.parametrize(
    "options",
    [
        {"values": [{"label": "甲", "value": "a"}, {"label": "乙", "value": "b"}]},
        {"valuesKey": "letters"},
        {"valuesExpression": "=letters"},
    ],
    ids=["listed", "from a variable", "computed"],
)
def test_options(options: dict[str, Any]) -> None:
    letters = [{"label": "甲", "value": "a"}, "b"]
    for kind in ("select", "radio"):
        assert sent(field(kind, "f", **options), {"f": "b"}, letters=letters) == {"f": "b"}
        assert refused(field(kind, "f", **options), {"f": "c"}, letters=letters) == {"f": "form_not_an_option"}
    for kind in ("checklist", "taglist"):
        assert sent(field(kind, "f", **options), {"f": ["a", "b"]}, letters=letters) == {"f": ["a", "b"]}
        assert refused(field(kind, "f", **options), {"f": ["a", "c"]}, letters=letters) == {"f": "form_not_an_option"}
        assert refused(field(kind, "f", **options), {"f": "a"}, letters=letters) == {"f": "form_not_a_list"}


@pytest.mark.parametrize(
    ("option", "same", "other"),
    [(1, 1, True), (True, True, 1), (0, 0, False), ({"id": 1}, {"id": 1}, {"id": True}), ([0], [0], [False])],
)
def test_an_option_is_no_other_that_python_takes_for_equal(option: Any, same: Any, other: Any) -> None:
    given = {"valuesKey": "there"}
    assert sent(field("select", "f", **given), {"f": same}, there=[{"label": "x", "value": option}]) == {"f": same}
    assert refused(field("select", "f", **given), {"f": other}, there=[{"label": "x", "value": option}]) == {
        "f": "form_not_an_option"
    }
    for kind in ("checklist", "taglist"):
        assert refused(field(kind, "f", **given), {"f": [other]}, there=[{"label": "x", "value": option}]) == {
            "f": "form_not_an_option"
        }


@pytest.mark.parametrize("options", [{"valuesKey": "letters"}, {"valuesExpression": "=letters"}])
def test_nobody_brings_options_along(options: dict[str, Any]) -> None:
    values = {"f": "x", "letters": ["x"]}
    assert refused(field("select", "f", **options), values, letters=["a"]) == {"f": "form_not_an_option"}


def test_a_reference_is_id_and_label() -> None:
    one = field("select", "f", properties={"ref": "customer"})
    value = {"id": "C-1", "label": "演示银行"}
    assert sent(one, {"f": value}) == {"f": value}
    for wrong in ("C-1", {"id": "C-1"}, {"id": "", "label": "x"}, {**value, "more": 1}):
        assert refused(one, {"f": wrong}) == {"f": "form_not_a_reference"}


def test_several_references() -> None:
    one = field("taglist", "f", properties={"ref": "circuit"})
    value = [{"id": "1", "label": "a"}, {"id": "2", "label": "b"}]
    assert sent(one, {"f": value}) == {"f": value}
    assert refused(one, {"f": [*value, "3"]}) == {"f": "form_not_a_reference"}


def test_hidden_fields_are_neither_asked_for_nor_taken() -> None:
    hidden = field("textfield", "why", validate={"required": True}, conditional={"hide": '=decision = "accept"'})
    fields = [field("select", "decision", values=[{"value": "accept"}, {"value": "refuse"}]), hidden]
    assert sent(fields, {"decision": "accept", "why": "x"}) == {"decision": "accept"}
    assert refused(fields, {"decision": "refuse"}) == {"why": "form_required"}


def test_what_is_fixed_stays() -> None:
    fields = [field("textfield", "a", disabled=True), field("textfield", "b", readonly=True)]
    assert sent(fields, {"a": "x", "b": "y"}, a="1", b="2") == {}


def test_what_is_fixed_by_an_expression_stays_as_long_as_it_is_true() -> None:
    one = field("number", "price", readonly='=state = "agreed"')
    assert sent(one, {"price": 1}, price=9, state="agreed") == {}
    assert sent(one, {"price": 1, "state": "open"}, price=9, state="agreed") == {}
    assert sent(one, {"price": 1}, price=9, state="open") == {"price": 1}


def test_nobody_unhides_by_sending_what_is_fixed() -> None:
    fixed = field("textfield", "grade", disabled=True)
    guarded = field("textfield", "override", conditional={"hide": '=grade != "A"'})
    assert sent([fixed, guarded], {"grade": "A", "override": "x"}, grade="C") == {}


def test_paths_lead_into_a_variable_and_leave_the_rest_of_it() -> None:
    assert sent(field("textfield", "customer.name"), {"customer": {"name": "b"}}, customer={"name": "a", "id": 1}) == {
        "customer": {"name": "b", "id": 1}
    }


def test_groups() -> None:
    plain = {"type": "group", "components": [field("textfield", "a")]}
    deep = {"type": "group", "path": "site", "components": [field("number", "floor", validate={"max": 9})]}
    assert sent([plain, deep], {"a": "x", "site": {"floor": 3, "x": 1}}) == {"a": "x", "site": {"floor": 3}}
    assert refused(deep, {"site": {"floor": 30}}) == {"site.floor": "form_too_large"}


def rows(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": "dynamiclist", "path": "rows", "label": "rows", "components": list(components)}


def test_lists_are_checked_row_by_row() -> None:
    one = rows(field("textfield", "name", validate={"required": True}), field("number", "n"))
    assert sent(one, {"rows": [{"name": "a", "n": 1, "x": 2}, {"name": "b"}]}) == {
        "rows": [{"name": "a", "n": 1}, {"name": "b"}]
    }
    assert refused(one, {"rows": [{"name": "a"}, {"n": "x"}]}) == {
        "rows[1].name": "form_required",
        "rows[1].n": "form_not_a_number",
    }
    assert refused(one, {"rows": "many"}) == {"rows": "form_not_a_list"}


def test_a_row_hides_by_its_own_values() -> None:
    one = rows(field("checkbox", "late"), field("textfield", "why", conditional={"hide": "=not(late)"}))
    values = {"rows": [{"late": True, "why": "x"}, {"late": False, "why": "y"}]}
    assert sent(one, values) == {"rows": [{"late": True, "why": "x"}, {"late": False}]}


def test_what_the_form_computes_is_computed_here() -> None:
    fields = [field("number", "n"), field("expression", "total", expression="=n * price")]
    assert sent(fields, {"n": 3, "total": 1}, price=Decimal("1.5")) == {"n": 3, "total": Decimal("4.5")}


def test_a_component_nobody_knows_is_refused() -> None:
    with pytest.raises(Invalid) as error:
        read({"id": "form", "components": [{"type": "hologram", "id": "h"}]})
    assert [finding.element for finding in error.value.findings] == ["h"]


def test_a_row_keeps_what_nobody_may_change() -> None:
    one = rows(field("textfield", "segment", disabled=True), field("textfield", "instruction"))
    values = {"rows": [{"segment": "forged", "instruction": "a"}, {"segment": "forged", "instruction": "b"}]}
    assert sent(one, values, rows=[{"segment": "access"}]) == {
        "rows": [{"segment": "access", "instruction": "a"}, {"instruction": "b"}]
    }


def test_a_list_may_have_to_have_rows() -> None:
    one = {**rows(field("textfield", "name")), "validate": {"required": True}}
    assert refused(one, {"rows": []}) == {"rows": "form_required"}
    assert refused(one, {}) == {"rows": "form_required"}
