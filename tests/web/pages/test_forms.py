"""Forms as pages draw them: drafts that say how the form stands, every kind of field, and nothing that runs."""

import html
import json
from collections.abc import Callable
from typing import Any

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import start
from tests.engine.factories import diagram, end, flows, user
from tests.engine.factories import start as begin
from tests.web.office import Office
from tests.web.pages.conftest import Visitor
from web.pages.form_look import local_field

Visiting = Callable[..., Visitor]
HURT = "<img src=x onerror=alert(1)>"
KINDS: list[dict[str, Any]] = [
    {"type": "textfield", "key": "a", "label": HURT, "description": HURT, "validate": {"validationType": "email"}},
    {"type": "textarea", "key": "b", "label": "b"},
    {"type": "number", "key": "c", "label": "c", "appearance": {"suffixAdorner": "dBm"}},
    {"type": "checkbox", "key": "d", "label": "d"},
    {"type": "select", "key": "e", "label": "e", "valuesExpression": "=options"},
    {"type": "radio", "key": "f", "label": "f", "values": [{"label": HURT, "value": HURT}]},
    {
        "type": "checklist",
        "key": "g",
        "label": "g",
        "values": [{"label": "一", "value": 1}, {"label": "二", "value": 2}],
    },
    {"type": "datetime", "key": "h", "subtype": "datetime", "dateLabel": "h", "timeSerializingFormat": "utc_offset"},
    {"type": "filepicker", "key": "i", "label": "i", "multiple": True},
    {"type": "select", "key": "j", "label": "j", "properties": {"ref": "customer"}},
    {"type": "text", "text": "**客户** {{j.label}} [坏](javascript:alert(1))"},
    {"type": "html", "content": "<p onclick='alert(1)'>{{a}}</p><script>alert(1)</script><iframe src='//x'></iframe>"},
    {"type": "image", "source": 'x" onerror="alert(1)', "alt": HURT},
    {"type": "iframe", "label": "帮助", "url": "javascript:alert(1)"},
    {"type": "table", "label": "t", "dataSource": "=rows", "columns": [{"key": "n", "label": "名"}]},
    {"type": "separator"},
    {"type": "spacer", "height": 12},
    {"type": "documentPreview", "label": "已有", "dataSource": "=i"},
    {
        "type": "group",
        "label": "组",
        "showOutline": True,
        "components": [{"type": "textfield", "key": "k", "label": "k"}],
    },
]
VALUES: dict[str, Any] = {
    "a": HURT,
    "c": 1.5,
    "d": True,
    "e": "y",
    "f": HURT,
    "g": [2],
    "h": "2026-11-23T01:30+00:00",
    "i": [{"camunda.document.type": "camunda", "documentId": HURT, "metadata": {"fileName": HURT, "size": 1}}],
    "j": {"id": "C-1", "label": HURT},
    "options": [{"label": "甲", "value": "x"}, {"label": "乙", "value": "y"}],
    "rows": [{"n": HURT}],
}


@pytest.fixture
def everything(office: Office, visitor: Visiting) -> str:
    """The address of a task whose form has every kind of component, full of hostile values."""
    components = [{"id": f"c{number}", **one} for number, one in enumerate(KINDS)]
    form = json.dumps({"id": "kinds", "type": "default", "schemaVersion": 19, "components": components})
    process = diagram(
        begin("s"),
        user("t", "GD-GZ.crc.duty", form="kinds"),
        end("e"),
        flows("s t e"),
        process_id="kinds",
        unit='="GD-GZ"',
    )
    office.deploy(("kinds.bpmn", process), ("kinds.form", form.encode()))
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        case = start(session, process_id="kinds", variables=VALUES).key
    [row] = office.rows("SELECT key FROM tasks WHERE instance_key = :case", case=case)
    return f"/tasks/{row.key}"


@pytest.mark.parametrize("mine", [True, False])
def test_nothing_that_somebody_wrote_runs(everything: str, visitor: Visiting, mine: bool) -> None:
    person = visitor("li.na")
    if mine:
        person.post(f"{everything}/claim")
    page = person.text(everything)
    for hostile in ("<img src=x", "<script>alert", "<iframe", "onclick", 'href="javascript', 'onerror="'):
        assert hostile not in page
    assert html.escape(HURT, quote=False).replace("&lt;", "&lt;") in page.replace("&#34;", '"')


def test_every_kind_has_its_value(everything: str, visitor: Visiting) -> None:
    person = visitor("li.na")
    person.post(f"{everything}/claim")
    page = " ".join(person.text(everything).split())
    assert 'value="1.5"' in page
    assert "dBm" in page
    assert 'value="2026-11-23T09:30"' in page
    assert '<option value="&#34;y&#34;" selected>乙</option>' in page.replace("&quot;", "&#34;")
    assert "<strong>客户</strong>" in page


def test_who_only_reads_sees_values_and_no_field(everything: str, visitor: Visiting) -> None:
    page = " ".join(visitor("chen.chen").text(everything).split())
    form = page.partition('<form id="form"')[2].partition("</form>")[0]
    assert "<input" not in form
    assert "<select" not in form
    assert "乙" in form
    assert "2026-11-23 09:30" in form


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("2026-11-27T05:26:03.5@Asia/Shanghai", "datetime", "2026-11-27T05:26"),
        ("2026-11-27T05:26:00Z", "datetime", "2026-11-27T13:26"),
        ("2026-11-27T05:26", "datetime", "2026-11-27T05:26"),
        ("2026-11-27T05:26:03@Nowhere/Land", "datetime", ""),
        ("yesterday", "datetime", ""),
        ("2026-11-27T05:26:00Z", "date", "2026-11-27"),
        ("09:30+08:00", "time", "09:30"),
        ("09:30@Asia/Shanghai", "time", "09:30"),
        (5, "date", ""),
    ],
)
def test_moments_are_shown_as_the_browser_takes_them(office: Office, value: Any, kind: str, shown: str) -> None:
    with office.client.application.app_context():
        assert local_field(value, kind) == shown


def test_a_draft_says_how_the_form_stands(visitor: Visiting, task: int) -> None:
    person = visitor("li.na")
    person.post(f"/tasks/{task}/claim")
    answer = person.send("PUT", f"/tasks/{task}/draft", {"result": "nothing", "minutes": 90}).get_json()
    assert answer["state"] == {"#f8": {"hidden": False, "required": True, "label": "查过什么"}}
    assert {one["element"]: one["message"] for one in answer["findings"]} == {
        "reason": "“原因”为必填项。",
        "minutes": "“分钟”不能大于 60。",
        "checked": "“查过什么”为必填项。",
    }
    english = visitor("li.na", language="en").send("PUT", f"/tasks/{task}/draft", {"result": "repaired"}).get_json()
    assert english["state"]["#f8"]["hidden"]
    assert english["findings"][0]["message"] == "“原因”为必填项。"


def test_the_draft_of_a_start_form_can_be_discarded(office: Office, visitor: Visiting) -> None:
    person = visitor("li.na")
    assert person.send("PUT", "/start/fault/draft", {"reason": "中断"}).get_json()["findings"] == []
    assert 'value="中断"' in person.text("/start/fault")
    assert person.send("DELETE", "/start/fault/draft").status_code == 204
    assert office.rows("SELECT 1 FROM form_drafts") == []


def test_what_people_fill_in_stands_in_variables_alone(office: Office, visitor: Visiting) -> None:
    """So that a `personal` field can be erased without a change of history (decision 17)."""
    person = visitor("li.na")
    secret = "王经理13800000000"
    person.send("PUT", "/start/fault/draft", {"reason": secret})
    person.send("POST", "/start/fault", {"reason": secret})
    [task] = office.rows("SELECT key FROM tasks")
    person.post(f"/tasks/{task.key}/claim")
    person.send("PUT", f"/tasks/{task.key}/draft", {"reason": secret})
    person.send("POST", f"/tasks/{task.key}/complete", {"reason": secret})
    tables = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    holding = {
        table.name
        for table in office.rows(f"{tables} AND table_type = 'BASE TABLE'")
        if office.rows(f'SELECT 1 FROM "{table.name}" t WHERE t::text LIKE :part LIMIT 1', part=f"%{secret}%")
    }
    assert holding == {"variables"}
