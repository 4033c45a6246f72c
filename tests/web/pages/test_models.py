"""The analysts' pages asked without a browser: rights, drafts, checks, deploying, going back, English texts."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.factories import diagram, end, flows, start, user
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
ANALYST = "zhou.yu"
HERE = "/models/processes/fault"


def fault(*names: str) -> str:
    """The process `fault` with one user task a name."""
    tasks = [user(f"t{n}", "GD-GZ.crc.duty", name=name) for n, name in enumerate(names)]
    way = " ".join(["s", *(f"t{n}" for n in range(len(names))), "e"])
    return diagram(start("s"), *tasks, end("e"), flows(way), process_id="fault", name="故障").decode()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/models", None),
        ("GET", "/models/templates.json", None),
        ("GET", HERE, None),
        ("GET", f"{HERE}/versions", None),
        ("GET", f"{HERE}/texts", None),
        ("GET", f"{HERE}/file", None),
        ("POST", "/models/new", {}),
        ("POST", "/models/check", {"kind": "process", "content": ""}),
        ("PUT", f"{HERE}/draft", {"content": "<x/>"}),
        ("POST", f"{HERE}/deploy", {"content": fault("x"), "base": 1}),
        ("POST", f"{HERE}/draft/drop", None),
        ("POST", f"{HERE}/texts", None),
        ("POST", f"{HERE}/versions/1/again", None),
        ("GET", f"{HERE}/compare", None),
        ("POST", "/models/import", None),
    ],
)
def test_models_are_for_analysts_alone(
    office: Office, visitor: Visiting, method: str, path: str, body: dict[str, Any] | None
) -> None:
    before = office.everything()
    for person, status in ((None, (401, 403)), ("li.na", (403,))):
        answer = visitor(person).send(method, path, body)
        assert answer.status_code in status
        assert answer.get_json()["detail"]
    assert office.everything() == before
    assert office.rows("SELECT 1 FROM model_drafts") == []


def test_the_list_and_the_versions_say_what_is_deployed_and_what_runs(visitor: Visiting, case: int) -> None:
    analyst = visitor(ANALYST)
    assert "故障" in analyst.text("/models")
    assert "<td>look" not in analyst.text("/models")
    analyst.send("POST", f"{HERE}/deploy", {"content": fault("查看"), "base": 1, "comment": "<b>第二版</b>"})
    shown = analyst.text(f"{HERE}/versions")
    assert shown.index("<strong>v2<") < shown.index("<strong>v1<")
    assert "&lt;b&gt;第二版&lt;/b&gt;" in shown
    assert "周瑜" in shown
    assert shown.count("</span>1</td>") == 1


def test_a_draft_is_kept_for_its_person_and_opened_again(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    kept = analyst.send("PUT", f"{HERE}/draft", {"content": fault("甲乙丙"), "base": 1})
    assert kept.status_code == 200
    assert "甲乙丙" in _content(analyst, HERE)
    assert "甲乙丙" not in _content(visitor("admin"), HERE)
    assert "甲乙丙" not in _content(analyst, f"{HERE}?version=1")
    assert analyst.post(f"{HERE}/draft/drop").status_code == 302
    assert "甲乙丙" not in _content(analyst, HERE)


def test_a_deployed_version_keeps_its_english_and_ends_the_draft(office: Office, visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    analyst.send("PUT", f"{HERE}/draft", {"content": fault("查看", "核对"), "base": 1})
    answer = analyst.send("POST", f"{HERE}/deploy", {"content": fault("查看", "核对"), "base": 1, "comment": "加一步"})
    assert answer.get_json()["version"] == 2
    [row] = office.rows(
        "SELECT d.texts, p.comment, p.deployed_by FROM definitions d JOIN deployments p ON p.key = d.deployment_key"
        " WHERE d.id = 'fault' AND d.version = 2"
    )
    assert (row.texts["fault"], row.comment, row.deployed_by) == ("Fault", "加一步", ANALYST)
    assert office.rows("SELECT 1 FROM model_drafts") == []


def test_what_the_engine_refuses_is_told_with_its_element(office: Office, visitor: Visiting) -> None:
    before = office.everything()
    wrong = fault("查看").replace('sourceRef="s"', 'sourceRef="nowhere"')
    answer = visitor(ANALYST, "en").send("POST", f"{HERE}/deploy", {"content": wrong, "base": 1})
    assert answer.status_code == 400
    assert any(one.get("element") and one["severity"] == "error" for one in answer.get_json()["findings"])
    assert office.everything() == before


def test_who_was_too_slow_is_asked_before_taking_the_others_place(visitor: Visiting) -> None:
    quick, slow = visitor("admin"), visitor(ANALYST)
    assert quick.send("POST", f"{HERE}/deploy", {"content": fault("快"), "base": 1}).status_code == 200
    asked = {"content": fault("慢"), "base": 1}
    refused = slow.send("POST", f"{HERE}/deploy", asked)
    assert refused.status_code == 409
    assert "v2" in refused.get_json()["detail"]
    assert slow.send("POST", f"{HERE}/deploy", {**asked, "over": True}).get_json()["version"] == 3


def test_a_file_that_defines_something_else_is_not_deployed(office: Office, visitor: Visiting) -> None:
    before = office.everything()
    other = fault("查看").replace('id="fault"', 'id="other"')
    answer = visitor(ANALYST).send("POST", f"{HERE}/deploy", {"content": other, "base": 1})
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "model_renamed"
    assert office.everything() == before


def test_going_back_deploys_the_old_content_anew_and_leaves_the_draft(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    old = _content(analyst, f"{HERE}?version=1")
    analyst.send("POST", f"{HERE}/deploy", {"content": fault("新的"), "base": 1})
    analyst.send("PUT", f"{HERE}/draft", {"content": fault("草稿"), "base": 2})
    assert analyst.post(f"{HERE}/versions/1/again").status_code == 302
    assert _content(analyst, f"{HERE}?version=3") == old
    assert "草稿" in _content(analyst, HERE)
    assert analyst.post(f"{HERE}/versions/9/again").status_code == 404


def test_english_texts_are_kept_in_the_draft_and_deployed_with_it(office: Office, visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    analyst.post(f"{HERE}/texts", **{"text.look": "Take a look", "text.fault": "", "text.nonsense": "x"})
    shown = analyst.text(f"{HERE}/texts")
    assert 'value="Take a look"' in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;确认" in shown
    answer = analyst.send("POST", f"{HERE}/deploy", {"content": _content(analyst, HERE), "base": 1})
    assert answer.get_json()["version"] == 2
    [row] = office.rows("SELECT texts FROM definitions WHERE id = 'fault' AND version = 2")
    assert row.texts["look"] == "Take a look"
    assert "fault" not in row.texts
    assert "nonsense" not in row.texts


def test_forms_have_their_texts_by_path(visitor: Visiting) -> None:
    shown = visitor(ANALYST).text("/models/forms/look/texts")
    for place in ("reason", "result.repaired", "steps.step"):
        assert f'name="text.{place}"' in shown
    assert 'value="Nothing found"' in shown


def test_checks_name_elements_in_the_readers_language(visitor: Visiting) -> None:
    asked = {
        "kind": "process",
        "resource": "fault.bpmn",
        "content": fault("查看").replace('<bpmn:endEvent id="e"', "<x"),
    }
    answer = visitor(ANALYST).send("POST", "/models/check", asked)
    assert answer.status_code == 200
    assert answer.get_json()["findings"]
    form = {"kind": "form", "resource": "x.form", "content": '{"id": "x", "components": 1}'}
    found = visitor(ANALYST, "en").send("POST", "/models/check", form).get_json()["findings"]
    assert [one["code"] for one in found] == ["form_without_components"]


@pytest.mark.parametrize("kinds", ["processes", "forms", "decisions"])
def test_a_new_model_begins_as_a_draft_that_can_be_deployed(visitor: Visiting, kinds: str) -> None:
    analyst = visitor(ANALYST)
    begun = analyst.post("/models/new", kinds=kinds, id="brand_new", name='<script>"新"</script>')
    assert begun.headers["Location"].endswith(f"/models/{kinds}/brand_new")
    content = _content(analyst, f"/models/{kinds}/brand_new")
    answer = analyst.send("POST", f"/models/{kinds}/brand_new/deploy", {"content": content, "base": 0})
    assert answer.get_json()["version"] == 1
    assert analyst.post("/models/new", kinds=kinds, id="brand_new").status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/models/check", {"kind": "nonsense", "content": "x"}, 400),
        ("/models/check", {"kind": "process", "content": 7}, 400),
        ("/models/check", {"kind": "process", "content": "a\x00b"}, 400),
        ("/models/check", [1], 400),
        (f"{HERE}/deploy", {"content": "", "base": 1}, 400),
        (f"{HERE}/deploy", {"content": "x", "base": -1}, 400),
        (f"{HERE}/deploy", {"content": "x", "base": True}, 400),
        ("/models/processes/nowhere/deploy", {"content": "x", "base": 0}, 404),
        ("/models/forms/look/deploy", {"content": "{", "base": 1}, 400),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    office: Office, visitor: Visiting, path: str, body: Any, status: int
) -> None:
    before = office.everything()
    answer = visitor(ANALYST).send("POST", path, body)
    assert answer.status_code == status
    assert answer.get_json()["detail"]
    assert office.everything() == before
    assert office.rows("SELECT 1 FROM model_drafts") == []


@pytest.mark.parametrize(
    "path", ["/models/processes/nowhere", "/models/nonsense/fault", f"{HERE}?version=0x", f"{HERE}?version=9"]
)
def test_what_is_not_there_is_not_found(visitor: Visiting, path: str) -> None:
    assert visitor(ANALYST).get(path).status_code == 404


def test_ids_that_are_none_are_refused(visitor: Visiting) -> None:
    for id in ("", "1a", "a b", "<x>", "a" * 81):  # noqa: A001
        assert visitor(ANALYST).post("/models/new", kinds="forms", id=id).status_code == 400


def _content(person: Visitor, path: str) -> str:
    """What the page hands its canvas."""
    file, _, asked = path.partition("?")
    return person.text(f"{file}/file?{asked}" if asked else f"{file}/file")


def test_a_draft_kept_in_another_window_is_not_written_over(visitor: Visiting) -> None:
    one, other = visitor(ANALYST), visitor(ANALYST)
    seen = one.send("PUT", f"{HERE}/draft", {"content": fault("甲"), "base": 1, "seen": None}).get_json()["kept"]
    newer = other.send("PUT", f"{HERE}/draft", {"content": fault("乙"), "base": 1, "seen": seen}).get_json()["kept"]
    for method, path in (("PUT", "draft"), ("POST", "deploy")):
        stale = one.send(method, f"{HERE}/{path}", {"content": fault("丙"), "base": 1, "seen": seen})
        assert (stale.status_code, stale.get_json()["code"]) == (409, "model_draft_kept_elsewhere")
    assert "乙" in _content(one, HERE)
    assert one.send("PUT", f"{HERE}/draft", {"content": fault("丙"), "base": 1, "seen": newer}).status_code == 200
    assert one.send("PUT", f"{HERE}/draft", {"content": fault("丁"), "base": 1, "seen": "x"}).status_code == 400
    assert "丙" in _content(other, HERE)


def test_somebody_elses_draft_is_told_of(visitor: Visiting) -> None:
    visitor("admin").send("PUT", f"{HERE}/draft", {"content": fault("甲"), "base": 1})
    analyst = visitor(ANALYST)
    assert "系统管理员 也有未部署的改动" in analyst.text(HERE)
    kept = analyst.send("PUT", f"{HERE}/draft", {"content": fault("乙"), "base": 1}).get_json()
    assert kept["others"] == ["系统管理员"]


def brought(visitor: Visitor, name: str, content: bytes, **more: str) -> Any:
    """Send a file as the form does; where it leads."""
    sent = {"csrf": visitor.word(), "file": (io.BytesIO(content), name), **more}
    return visitor.client.post("/models/import", data=sent, content_type="multipart/form-data")


def test_a_file_becomes_a_draft_of_what_it_defines(office: Office, visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    assert brought(analyst, "我的.bpmn", fault("带来的").encode()).location == HERE
    assert "带来的" in _content(analyst, HERE)
    new = b'{"id": "fresh", "type": "default", "components": []}'
    assert brought(analyst, "any.form", new).location == "/models/forms/fresh"
    table = blank_table("grade")
    assert brought(analyst, "x.dmn", table).location == "/models/decisions/grade"
    rows = office.rows("SELECT kind, id, base FROM model_drafts ORDER BY kind")
    assert [(row.kind, row.id, row.base) for row in rows] == [
        ("decision", "grade", 0),
        ("form", "fresh", 0),
        ("process", "fault", 1),
    ]


def test_a_draft_is_replaced_by_a_file_only_if_asked(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    analyst.send("PUT", f"{HERE}/draft", {"content": fault("原来的"), "base": 1})
    assert "未导入" in _after(analyst, brought(analyst, "f.bpmn", fault("带来的").encode()))
    assert "原来的" in _content(analyst, HERE)
    assert brought(analyst, "f.bpmn", fault("带来的").encode(), over="yes").location == HERE
    assert "带来的" in _content(analyst, HERE)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.bpmn", b"<nope"),
        ("x.bpmn", b"\xff\xfe\x00"),
        ("x.bpmn", b"<a/>"),
        ("x.bpmn", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'),
        ("x.bpmn", b'<d:definitions xmlns:d="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'),
        ("x.dmn", b"<nope"),
        ("x.dmn", b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'),
        ("x.form", b"[]"),
        ("x.form", b"{"),
        ("x.form", b'{"id": "../../x", "components": []}'),
        ("x.exe", b"MZ"),
        ("", b""),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(
    office: Office, visitor: Visiting, name: str, content: bytes
) -> None:
    analyst = visitor(ANALYST)
    answer = brought(analyst, name, content)
    shown = _after(analyst, answer)
    assert "alert-danger" in shown
    assert "root:" not in shown
    assert office.rows("SELECT 1 FROM model_drafts") == []


def test_versions_of_a_form_are_compared_by_lines_and_a_diagram_by_its_files(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    form = json.loads(analyst.text("/models/forms/look/file"))
    form["components"][0]["label"] = "<b>起因</b>"
    changed = json.dumps(form, ensure_ascii=False, indent=2)
    analyst.send("PUT", "/models/forms/look/draft", {"content": changed, "base": 1})
    page = analyst.text("/models/forms/look/compare")
    assert "&lt;b&gt;起因&lt;/b&gt;" in page
    assert "is-added" in page
    analyst.send("POST", f"{HERE}/deploy", {"content": fault("查看"), "base": 1})
    page = analyst.text(f"{HERE}/compare?old=1&new=2")
    assert "file?version=1" in page
    assert "file?version=2" in page


@pytest.mark.parametrize("asked", ["old=draft", "new=9", "old=x", "new=-1", "old=99999999999"])
def test_what_cannot_be_compared_is_not_found(visitor: Visiting, asked: str) -> None:
    assert visitor(ANALYST).get(f"{HERE}/compare?{asked}").status_code == 404


def test_tables_have_their_texts_by_element(visitor: Visiting) -> None:
    analyst = visitor(ANALYST)
    brought(analyst, "x.dmn", blank_table("grade", "等级"))
    assert "等级" in analyst.text("/models/decisions/grade/texts")
    analyst.post("/models/decisions/grade/texts", **{"text.grade": "Grade"})
    assert 'value="Grade"' in analyst.text("/models/decisions/grade/texts")


def blank_table(id: str, name: str = "") -> bytes:  # noqa: A002
    head = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
    return f'{head}<decision id="{id}" name="{name or id}"/></definitions>'.encode()


def _after(visitor: Visitor, answer: Any) -> str:
    assert answer.status_code == 302
    return visitor.text(answer.location)
