"""A case in a real browser: its diagram with where it stands, live renewal, looks of cases and operations."""

import re

import pytest
from playwright.sync_api import expect

from engine import store
from engine.definitions import Resource, deploy
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import start as start_instance
from tests.browser.site import Site
from tests.browser.test_looks import AXE, LOOKS, RUN
from tests.engine.factories import diagram, end, flows, start, user

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'
PLACES = {"s": (100, 100, 36, 36), "first": (200, 78, 100, 80), "second": (360, 78, 100, 80), "e": (520, 100, 36, 36)}
WAYS = {"s_first": (136, 200), "first_second": (300, 360), "second_e": (460, 520)}


def drawn() -> bytes:
    """Two tasks with hostile names, laid out."""
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{id}_di" bpmnElement="{id}"><dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'
        "</bpmndi:BPMNShape>"
        for id, (x, y, w, h) in PLACES.items()  # noqa: A001 - BPMN's own name
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{id}_di" bpmnElement="{id}"><di:waypoint x="{a}" y="118"/><di:waypoint x="{b}" y="118"/>'
        "</bpmndi:BPMNEdge>"
        for id, (a, b) in WAYS.items()  # noqa: A001 - BPMN's own name
    )
    plane = f'<bpmndi:BPMNPlane id="plane" bpmnElement="drawn">{shapes}{edges}</bpmndi:BPMNPlane>'
    spaces = (
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
        ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    )
    plain = diagram(
        start("s"),
        user("first", "GD-GZ.crc.duty", name=HOSTILE),
        user("second", "GD-GZ.crc.duty", name="第二步"),
        end("e"),
        flows("s first second e"),
        process_id="drawn",
        name=HOSTILE,
        unit='="GD-GZ"',
        starters="*.crc.*",
    ).decode()
    plain = plain.replace("<bpmn:definitions ", f"<bpmn:definitions {spaces}", 1)
    drawing = f'<bpmndi:BPMNDiagram id="diagram">{plane}</bpmndi:BPMNDiagram></bpmn:definitions>'
    return plain.replace("</bpmn:definitions>", drawing).encode()


@pytest.fixture
def case(site: Site) -> int:
    """A case of that process."""
    with store.transaction() as session:
        deploy(session, [Resource("drawn.bpmn", drawn())])
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        return start_instance(session, process_id="drawn").key


def test_the_diagram_shows_where_the_case_stands_and_the_path_it_took(site: Site, case: int) -> None:
    page = site.page("li.na")
    page.goto(f"/cases/{case}")
    expect(page.locator("#canvas[data-ready=true]")).to_be_attached()
    expect(page.locator('.djs-shape.tl-now[data-element-id="first"]')).to_be_attached()
    expect(page.locator('.djs-connection.tl-done[data-element-id="s_first"]')).to_be_attached()
    expect(page.locator('[data-element-id="second"]')).not_to_have_class(re.compile("tl-"))
    before = page.locator(".viewport").get_attribute("transform")
    page.get_by_role("button", name="放大").click()
    assert page.locator(".viewport").get_attribute("transform") != before


def test_hostile_names_stay_text(site: Site, case: int) -> None:
    page = site.page("li.na")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for tab in ("timeline", "variables", "forms", "called", "comments"):
        page.goto(f"/cases/{case}?tab={tab}")
        expect(page.locator("#canvas[data-ready=true]")).to_be_attached()
        assert page.locator("main script:not([type='application/json'])").count() == 0
        assert page.locator("main img[src=x]").count() == 0
    shown = page.locator('[data-element-id="first"] text').first.text_content() or ""
    assert "<script>" in shown.replace("\n", "")
    expect(page.locator(".page-pretitle")).to_have_text(HOSTILE)
    assert dialogs == []


def test_the_page_renews_itself_and_leaves_what_one_writes(site: Site, case: int) -> None:
    page, colleague = site.page("li.na"), site.page("chen.chen")
    with page.expect_response(re.compile(r"/cases/\d+/events")):
        page.goto(f"/cases/{case}?tab=comments")
    expect(page.locator("#canvas[data-ready=true]")).to_be_attached()
    page.get_by_label("写评论").fill("写到一半")
    # The watch has seen the case once before anything happens in it.
    page.wait_for_timeout(1500)
    task = site.task(case)
    colleague.goto(f"/tasks/{task}")
    colleague.get_by_role("button", name="认领").click()
    expect(page.locator(".waits")).to_contain_text("陈晨 正在办理")
    colleague.get_by_role("button", name="完成任务").click()
    expect(page.locator('.djs-shape.tl-now[data-element-id="second"]')).to_be_attached()
    expect(page.locator(".waits")).to_contain_text("第二步")
    expect(page.get_by_label("写评论")).to_have_value("写到一半")


def test_tabs_change_without_drawing_the_diagram_anew(site: Site, case: int) -> None:
    page = site.page("li.na")
    page.goto(f"/cases/{case}")
    expect(page.locator("#canvas[data-ready=true]")).to_be_attached()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.get_by_role("link", name="变量", exact=True).click()
    expect(page).to_have_url(re.compile("tab=variables"))
    expect(page.get_by_role("link", name="变量", exact=True)).to_have_attribute("aria-current", "page")
    expect(page.locator(".djs-container")).to_be_visible()
    assert not [address for address in fetched if address.endswith("diagram.bpmn")]


def test_a_version_without_drawing_says_so(site: Site) -> None:
    page = site.page("li.na")
    page.goto(f"/cases/{site.case()}")
    expect(page.get_by_text("没有画图信息")).to_be_visible()


@pytest.mark.parametrize(("width", "language", "theme"), LOOKS)
def test_every_page_is_accessible_and_fits(site: Site, case: int, width: int, language: str, theme: str) -> None:
    context = site.context("admin", width=width)
    context.add_cookies(
        [
            {"name": "trunkline_language", "value": language, "url": site.address},
            {"name": "trunkline_theme", "value": theme, "url": site.address},
        ]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    tabs = [f"/cases/{case}?tab={tab}" for tab in ("timeline", "variables", "forms", "called", "comments")]
    for address in (*tabs, "/cases", "/operations", "/operations/cases", "/operations/workers", "/operations/people"):
        page.goto(address)
        if page.locator("#canvas").count():
            expect(page.locator("#canvas[data-ready=true]")).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN) == [], address
    assert complaints == []
