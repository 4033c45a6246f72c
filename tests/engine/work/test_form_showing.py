"""Forms as they stand: what is hidden, required, fixed, offered and said for the values that are in them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.feel import Moment
from engine.work.forms import Part, show
from engine.work.forms.templating import said
from tests.engine.work.test_forms import field

MOMENT = Moment(now=datetime(2026, 11, 23, 9, tzinfo=UTC))


def shown(*components: dict[str, Any], values: Any = None, **data: Any) -> tuple[Part, ...]:
    return show({"id": "form", "components": list(components)}, values or {}, data, MOMENT)


def only(*components: dict[str, Any], values: Any = None, **data: Any) -> Part:
    return shown(*components, values=values, **data)[-1]


@pytest.mark.parametrize(("values", "hidden"), [({"f": "a"}, True), ({"f": "b"}, False), ({}, False)])
def test_a_field_hides_for_what_is_filled_in(values: dict[str, Any], hidden: bool) -> None:
    other = field("textfield", "g", conditional={"hide": '=f = "a"'})
    part = only(field(), other, values=values)
    assert (part.is_hidden, part.is_live) == (hidden, True)


def test_what_nobody_may_set_is_not_believed() -> None:
    fixed = field("textfield", "level", readonly=True)
    part = only(fixed, field("textfield", "g", conditional={"hide": '=level = "1"'}), values={"level": "2"}, level="1")
    assert part.is_hidden


def test_an_unsent_default_is_offered_and_an_emptied_field_stays_empty() -> None:
    assert only(field(defaultValue="a")).value == "a"
    assert only(field(defaultValue="a"), values={"f": None}).value is None


@pytest.mark.parametrize(
    "options",
    [
        {"values": [{"label": "甲", "value": 1}]},
        {"valuesKey": "letters"},
        {"valuesExpression": "=letters"},
    ],
)
def test_choices_have_values_and_labels(options: dict[str, Any]) -> None:
    assert only(field("select", "f", **options), letters=[{"label": "甲", "value": 1}]).options == ((1, "甲"),)
    assert only(field("select", "f", valuesKey="plain"), plain=["a"]).options == (("a", "a"),)


def test_rules_and_locks_may_be_computed() -> None:
    part = only(field("textfield", "g", validate={"required": "=urgent"}, readonly="=closed"), urgent=True, closed=True)
    assert (part.is_required, part.is_fixed) == (True, True)
    assert not only(field("textfield", "g", readonly="=closed"), closed=False).is_fixed


def test_rows_see_their_own_values_and_know_their_places() -> None:
    inner = [field("number", "n"), field("textfield", "why", conditional={"hide": "=this.n > 3 or other"})]
    rows = {"type": "dynamiclist", "id": "l", "path": "parts.rows", "components": inner}
    part = only(rows, values={"parts": {"rows": [{"n": 5}, {"n": 1}]}}, other=False)
    assert [row[1].is_hidden for row in part.rows] == [True, False]
    assert [row[1].place for row in part.rows] == ["parts.rows[0].why", "parts.rows[1].why"]
    assert part.blank[0].place == "parts.rows[].n"


def test_a_list_begins_with_the_rows_it_names() -> None:
    rows = {"type": "dynamiclist", "id": "l", "path": "rows", "components": [field()]}
    assert len(only(rows).rows) == 1
    assert len(only({**rows, "defaultRepetitions": 0}).rows) == 0
    assert len(only({**rows, "defaultRepetitions": 3}, values={"rows": []}).rows) == 0


def test_a_group_with_a_path_holds_its_fields_below_it() -> None:
    group = {"type": "group", "id": "g", "path": "site", "components": [field("textfield", "city")]}
    [city] = only(group, values={"site": {"city": "广州"}}).parts
    assert (city.place, city.value) == ("site.city", "广州")


def test_what_is_computed_is_no_field() -> None:
    assert shown({"type": "expression", "id": "e", "key": "sum", "expression": "=1 + 1"}) == ()


def test_texts_say_what_the_case_holds() -> None:
    part = only(
        {"type": "text", "id": "t", "text": "# {{customer}}\n{{#if late}}超时{{/if}}"}, customer="羊城", late=True
    )
    assert part.texts["text"] == "# 羊城\n超时"
    assert part.is_live
    assert only(field(label='="至 " + customer'), customer="羊城").label == "至 羊城"


def test_values_in_markup_stay_text() -> None:
    part = only({"type": "html", "id": "t", "content": "<b>{{customer}}</b>"}, customer="<img src=x>")
    assert part.texts["content"] == "<b>&lt;img src=x&gt;</b>"


def test_a_table_has_its_rows_from_where_it_says() -> None:
    rows = [{"a": 1}]
    assert only({"type": "table", "id": "t", "dataSource": "=rows[a > 0]"}, rows=rows).value == rows
    assert only({"type": "table", "id": "t", "dataSource": "rows"}, rows=rows).value == rows


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("无", "无"),
        ("{{a}} {{ missing }}!", "1 !"),
        ("{{#loop list}}[{{this}}]{{/loop}}", "[x][y]"),
        ("{{#loop people}}{{name}}{{#if last}}.{{/if}} {{/loop}}", "李 王. "),
        ("{{#if no}}{{#if a}}1{{/if}}2{{/if}}3", "3"),
        ("{{/if}}x", "x"),
        ("{{#if a}}x", "x"),
        ("=a", "1"),
    ],
)
def test_templates(text: str, told: str) -> None:
    known: dict[str, Any] = {
        "a": 1,
        "no": False,
        "list": ["x", "y"],
        "people": [{"name": "李", "last": False}, {"name": "王", "last": True}],
    }
    assert said(text, lambda name, seen: {**known, **seen}.get(name)) == told
