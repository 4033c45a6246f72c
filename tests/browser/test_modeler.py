"""The modeler: an analyst changes a diagram and the next case follows it; words of a file stay words; phones look."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from engine import store
from engine.definitions import Resource, deploy
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import start
from engine.sandbox.scenarios.reading import read
from tests.browser.site import Site

PROCESSES = Path(__file__).parents[2] / "processes"
ANALYST = "zhou.yu"
HOSTILE = "&lt;img src=x onerror=&#34;document.title='hurt'&#34;&gt;&lt;script&gt;document.title='hurt'&lt;/script&gt;"
SHOWN = "<img src=x onerror=\"document.title='hurt'\"><script>document.title='hurt'</script>"
VISIT = f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    id="d" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="visit" name="上门" isExecutable="true">
    <bpmn:startEvent id="begin" name="开始"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="go" />
    <bpmn:userTask id="go" name="{HOSTILE}">
      <bpmn:extensionElements><zeebe:userTask /><zeebe:assignmentDefinition candidateGroups="GD-GZ.crc.duty" />
      </bpmn:extensionElements><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="f2" sourceRef="go" targetRef="done" />
    <bpmn:endEvent id="done" name="结束"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="visit">
    <bpmndi:BPMNShape id="b" bpmnElement="begin"><dc:Bounds x="150" y="182" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="g" bpmnElement="go"><dc:Bounds x="480" y="160" width="100" height="80" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="e" bpmnElement="done"><dc:Bounds x="650" y="182" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="e1" bpmnElement="f1"><di:waypoint x="186" y="200" /><di:waypoint x="480" y="200" />
    </bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="e2" bpmnElement="f2"><di:waypoint x="580" y="200" /><di:waypoint x="650" y="200" />
    </bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""

LITERAL = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="twice" name="两倍"><variable name="twice" typeRef="number" />
<literalExpression id="l"><text>2 * n</text></literalExpression></decision></definitions>"""


@pytest.fixture
def visit(site: Site) -> Iterator[Site]:
    """The site with the process `visit`, gone afterwards."""
    with store.transaction() as session:
        deploy(session, [Resource("visit.bpmn", VISIT.encode())])
    yield site
    with store.transaction() as session:
        session.execute(text("DELETE FROM model_drafts"))
        session.execute(text("TRUNCATE instances CASCADE"))
        session.execute(text("DELETE FROM definitions WHERE id <> 'fault' AND id <> 'look'"))


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#modeler[data-ready=true]")).to_be_attached()
    expect(page.locator("#findings-said[data-errors]")).to_be_attached()


def drafted(process: str, base: int, content: str) -> None:
    """The analyst has this draft, made from version `base`."""
    row = "(:person, 'process', :process, :process || '.bpmn', :base, :content, '{}', now())"
    given = {"person": ANALYST, "process": process, "base": base, "content": content}
    with store.transaction() as session:
        session.execute(text(f"INSERT INTO model_drafts VALUES {row}"), given)


def test_an_analyst_adds_a_user_task_deploys_and_the_next_case_has_it(visit: Site) -> None:
    page = visit.page(ANALYST)
    opened(page, "/models/processes/visit")
    # As its keyboard does it: `n`, what it is, where it goes; a task dropped on a flow is put into it.
    page.locator("#canvas svg[tabindex]").focus()
    page.keyboard.press("n")
    # An input method puts words there without a key for each.
    page.keyboard.insert_text("用户任务")
    expect(page.locator(".djs-popup .entry")).to_have_count(1)
    expect(page.locator(".djs-popup-search-count")).to_have_text("1 项结果")
    page.keyboard.press("Enter")
    box = page.locator('[data-element-id="f1"]').bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(middle[0] - 5, middle[1], steps=3)
    page.mouse.move(*middle, steps=3)
    page.mouse.click(*middle)
    page.keyboard.type("电话预约")
    page.locator("#findings-title").click()
    expect(page.locator("#kept")).to_contain_text("草稿已保存")
    expect(page.locator("#findings")).not_to_contain_text("重复的连线")
    page.get_by_role("button", name="部署…").click()
    page.get_by_label("改了什么").fill("上门前先预约")
    page.get_by_role("button", name="部署", exact=True).click()
    expect(page.locator("#kept")).to_have_text("已部署为 v2，新工单将使用此版本。")
    page.goto("/models/processes/visit/versions")
    expect(page.get_by_text("上门前先预约")).to_be_visible()
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        case = start(session, process_id="visit").key
    task = visit.value("SELECT element FROM tasks WHERE instance_key = :case", case=case)
    assert task != "go"
    page.goto(f"/tasks/{visit.task(case)}")
    expect(page.get_by_role("heading", name="电话预约")).to_be_visible()


def test_hostile_words_of_a_diagram_stay_words(visit: Site) -> None:
    page = visit.page(ANALYST)
    opened(page, "/models/processes/visit")
    page.locator('[data-element-id="go"]').click()
    expect(page.locator(".bio-properties-panel-header-label")).to_have_text(SHOWN)
    page.goto("/models/processes/visit/texts")
    expect(page.locator("label", has_text="<img src=x")).to_have_text(SHOWN)
    assert page.locator("img[src=x]").count() == 0
    assert "hurt" not in page.title()


def test_findings_lead_to_their_elements_and_a_refused_deployment_says_why(visit: Site) -> None:
    broken = VISIT.replace("<zeebe:userTask />", '<zeebe:userTask /><zeebe:taskSchedule dueDate="=1 +" />')
    page = visit.page(ANALYST)
    drafted("visit", 1, broken)
    opened(page, "/models/processes/visit")
    error = page.locator(".finding.is-error").first
    expect(error).to_contain_text(SHOWN)
    error.get_by_role("button").click()
    expect(page.locator('[data-element-id="go"].selected')).to_be_attached()
    expect(page.locator(".finding-dot.is-error")).to_have_count(1)
    page.get_by_role("button", name="部署…").click()
    page.get_by_role("button", name="部署", exact=True).click()
    expect(page.locator("#deploy-said")).to_contain_text("go")
    assert visit.value("SELECT max(version) FROM definitions WHERE id = 'visit'") == 1


def test_a_phone_looks_and_changes_nothing(visit: Site) -> None:
    page = visit.page(ANALYST, width=390)
    page.goto("/models/processes/visit")
    expect(page.locator("#modeler[data-ready=true]")).to_be_attached()
    expect(page.get_by_text("手机上只能查看")).to_be_visible()
    expect(page.locator('[data-element-id="go"]')).to_be_attached()
    expect(page.get_by_role("button", name="部署…")).to_be_hidden()
    assert page.locator(".djs-palette").count() == 0
    # The editors of forms and tables have no viewer beside them: nothing in them answers.
    page.goto("/models/forms/look")
    expect(page.locator("#modeler[data-ready=true]")).to_be_attached()
    page.locator(".fjs-element").nth(1).click(force=True)
    assert page.locator(".fjs-editor-selected").count() == 0


def test_forms_and_decisions_open_in_their_editors(visit: Site) -> None:
    page = visit.page(ANALYST)
    opened(page, "/models/forms/look")
    expect(page.locator("#canvas")).to_contain_text("原因")
    page.goto("/models")
    page.get_by_label("类型").select_option("decisions")
    page.get_by_role("textbox", name="标识").fill("grade")
    page.get_by_role("button", name="新建草稿").click()
    expect(page.locator("#modeler[data-ready=true]")).to_be_attached()
    expect(page.locator("#canvas .dmn-decision-table-container")).to_be_visible()
    expect(page).to_have_url(re.compile("/models/decisions/grade$"))


def test_the_largest_process_opens_where_it_begins(visit: Site) -> None:
    content = (PROCESSES / "fault_handling" / "fault_handling.bpmn").read_text(encoding="utf-8")
    drafted("fault_handling", 0, content)
    page = visit.page(ANALYST)
    opened(page, "/models/processes/fault_handling")
    assert page.locator(".djs-shape").count() > 200
    # Readable, and not as a whole in a corner: how long it takes, `make bench` prints.
    scale = page.evaluate("document.querySelector('.viewport').transform.baseVal.consolidate().matrix.a")
    assert scale >= 0.6


def test_an_analyst_plays_a_draft_goes_a_step_back_and_keeps_it_as_a_scenario(visit: Site) -> None:
    drafted("visit", 1, VISIT.replace('name="结束"', 'name="办完"'))
    page = visit.page(ANALYST)
    page.goto("/models/processes/visit/play")
    expect(page.locator("#play[data-ready]")).to_be_attached()
    page.get_by_label("变量（JSON）").first.fill("{")
    page.get_by_role("button", name="开始演练").click()
    expect(page.get_by_text("不是有效的 JSON")).to_be_visible()
    page.get_by_label("变量（JSON）").first.fill('{"who": "李"}')
    page.get_by_role("button", name="开始演练").click()
    expect(page.locator('.tl-now[data-element-id="go"]')).to_be_attached()
    expect(page.locator(".play-item strong")).to_have_text(SHOWN)
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_text("流程已走完")).to_be_visible()
    expect(page.locator('.tl-done[data-element-id="done"]')).to_be_attached()
    with page.expect_download() as saved:
        page.get_by_role("button", name="存为场景").click()
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    assert 'complete: {"element":"go","case":"visit","variables":{}}' in text
    # What was kept is a scenario as the command line plays them.
    assert read(text.encode(), "visit.yaml")["expected"] == {"state": "completed", "path": ["begin", "go", "done"]}
    page.get_by_role("button", name="退回一步").click()
    expect(page.locator('.tl-now[data-element-id="go"]')).to_be_attached()
    page.reload()
    expect(page.locator("#play-tab")).to_contain_text("who")
    assert visit.value("SELECT count(*) FROM instances") == 0


def test_versions_lie_beside_each_other_with_their_changes_marked(visit: Site) -> None:
    with store.transaction() as session:
        deploy(session, [Resource("visit.bpmn", VISIT.replace('name="开始"', 'name="起"').encode())])
    page = visit.page(ANALYST)
    page.goto("/models/processes/visit/compare")
    expect(page.locator("#compare[data-ready=true]")).to_be_attached()
    expect(page.locator("#compare-list")).to_contain_text("name: 开始 → 起")
    expect(page.locator('#canvas-new .diff-changed[data-element-id="begin"]')).to_be_attached()


def test_the_comparison_is_drawn_in_the_readers_language_and_finds_what_the_file_has_changed(visit: Site) -> None:
    place = '<di:waypoint x="650" y="200" />'
    narrow = f'{place}<bpmndi:BPMNLabel><dc:Bounds x="605" y="182" width="14" height="14" /></bpmndi:BPMNLabel>'
    changed = {'name="开始"': 'name="起"', 'id="f2"': 'id="f2" name="是"', place: narrow}
    renamed = VISIT
    for old, new in changed.items():
        renamed = renamed.replace(old, new)
    texts = b"begin: Begin\ndone: Done\nf2: 'Yes'\n"
    with store.transaction() as session:
        deploy(session, [Resource("visit.bpmn", renamed.encode()), Resource("visit.en.yaml", texts)])
    context = visit.context(ANALYST)
    context.add_cookies([{"name": "trunkline_language", "value": "en", "url": visit.address}])
    page = context.new_page()
    page.goto("/models/processes/visit/compare")
    expect(page.locator("#compare[data-ready=true]")).to_be_attached()
    expect(page.locator("#canvas-new")).to_contain_text("Done")
    # In one line, though its place was drawn for one sign.
    expect(page.locator('#canvas-new [data-element-id="f2_label"] tspan')).to_have_text(["Yes"])
    expect(page.locator("#canvas-old")).to_contain_text("结束")
    expect(page.locator("#compare-list")).to_contain_text("Begin")
    expect(page.locator("#compare-list")).to_contain_text("name: 开始 → 起")


def test_a_second_window_does_not_write_over_the_first(visit: Site) -> None:
    drafted("visit", 1, VISIT)
    page = visit.page(ANALYST)
    opened(page, "/models/processes/visit")
    visit.value("UPDATE model_drafts SET saved_at = now() + interval '1 minute' RETURNING 1")
    page.locator('[data-element-id="done"]').click()
    page.keyboard.press("Delete")
    expect(page.locator("#kept-elsewhere")).to_contain_text("已在另一个窗口中保存")
    page.get_by_role("button", name="以这里的为准").click()
    expect(page.locator("#kept")).to_contain_text("草稿已保存")
    assert visit.value("SELECT content FROM model_drafts") != VISIT


def test_the_panel_of_properties_is_chinese(visit: Site) -> None:
    page = visit.page(ANALYST)
    opened(page, "/models/processes/visit")
    page.locator('[data-element-id="go"]').click()
    closed = page.locator("#panel .bio-properties-panel-group-header:not(.open):not(.empty)")
    while closed.count():
        closed.first.click()
    told = ".bio-properties-panel-header-type, .bio-properties-panel-group-header-title, .bio-properties-panel-label"
    words = page.locator("#panel").locator(told).all_inner_texts()
    assert len(words) > 10
    # "FEEL" and "JSON" are what they are called.
    assert [word for word in words if re.search("[A-Za-z]{3}", re.sub("FEEL|JSON|topic", "", word))] == []


@pytest.mark.parametrize(("theme", "light"), [("dark", True), ("light", False)])
def test_expressions_can_be_read_on_dark_paper(visit: Site, theme: str, light: bool) -> None:
    """The editor of expressions knows no theme; its words are turned over, as the browser shows them."""
    with store.transaction() as session:
        deploy(session, [Resource("twice.dmn", LITERAL.encode())])
    context = visit.context(ANALYST)
    context.add_cookies([{"name": "trunkline_theme", "value": theme, "url": visit.address}])
    page = context.new_page()
    opened(page, "/models/decisions/twice")
    colour, turned = page.locator(".cm-content").evaluate(
        "part => [getComputedStyle(part).color, getComputedStyle(part).filter]"
    )
    brightness = sum(int(one) for one in re.findall(r"\d+", colour)[:3]) / 765
    assert ((1 - brightness if "invert(1)" in turned else brightness) > 0.5) is light
