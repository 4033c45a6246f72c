"""Each page at desk and phone width, in both languages and themes: accessible, nothing cut, no script in the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from engine import store
from engine.definitions import Resource, deploy
from tests.browser.site import Site
from tests.browser.test_modeler import VISIT

AXE = Path(__file__).parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" | ")}`)"""
LOOKS = [(1440, "zh", "light"), (390, "zh", "dark"), (1440, "en", "dark"), (390, "en", "light")]
# Each of these with one look, in turn: opening an editor takes its second.
OF_ANALYSTS = [
    "/models",
    "/models/processes/drawn",
    "/models/processes/drawn/versions",
    "/models/processes/drawn/texts",
    "/models/processes/drawn/compare",
    "/models/processes/drawn/play",
    "/models/forms/look",
    "/models/forms/look/compare",
    "/models/decisions/grade",
    "/operations",
    "/operations/cases",
    "/operations/cases/{case}",
    "/operations/batches",
    "/operations/batches/new?kind=cancel&process=fault&version=1",
    "/operations/waiting",
    "/operations/workers",
    "/operations/people",
    "/operations/tokens",
]
READY = "#modeler[data-ready=true], #play[data-ready], #compare[data-ready]"
PAGES = [
    "/login",
    "/inbox",
    "/inbox?tab=groups",
    "/tasks/{task}",
    "/start",
    "/start/fault",
    "/cases/{case}",
    "/me",
    "/no",
]


@pytest.mark.parametrize(("width", "language", "theme"), LOOKS)
def test_every_page_is_accessible_and_fits(site: Site, width: int, language: str, theme: str) -> None:
    case = site.case(customer={"id": "C-1", "label": "羊城银行"})
    task = site.task(case)
    site.value("UPDATE tasks SET assignee = 'li.na' WHERE key = :key RETURNING 1", key=task)
    site.case()
    context = site.context("li.na", width=width)
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
    for address in PAGES:
        page.goto(address.format(task=task, case=case))
        if page.locator("#form").count():
            expect(page.locator("#form[data-ready]")).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        # The policy of the page holds for what a test adds, too: only evaluated code gets in.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN) == [], address
    assert complaints == []


@pytest.fixture
def drawn(site: Site) -> Iterator[Site]:
    """The site with a process that is drawn, in two versions, and a table; gone afterwards."""
    table = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
    table += '<decision id="grade" name="等级"><decisionTable id="t"><input id="i" label="级"><inputExpression id="x">'
    table += '<text>level</text></inputExpression></input><output id="o" name="grade" /></decisionTable></decision>'
    first = VISIT.replace('"visit"', '"drawn"')
    with store.transaction() as session:
        deploy(session, [Resource("drawn.bpmn", first.encode()), Resource("t.dmn", f"{table}</definitions>".encode())])
        deploy(session, [Resource("drawn.bpmn", first.replace("开始", "起").encode())])
    yield site
    with store.transaction() as session:
        session.execute(text("DELETE FROM definitions WHERE id IN ('drawn', 'grade')"))


@pytest.mark.parametrize(("width", "language", "theme", "first"), [(390, "en", "light", 0), (1440, "zh", "dark", 1)])
def test_the_pages_of_analysts_and_operators_are_accessible_and_fit(
    drawn: Site, width: int, language: str, theme: str, first: int
) -> None:
    case = drawn.case(customer={"id": "C-1"})
    context = drawn.context("admin", width=width)
    context.add_cookies(
        [
            {"name": "trunkline_language", "value": language, "url": drawn.address},
            {"name": "trunkline_theme", "value": theme, "url": drawn.address},
        ]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    for address in OF_ANALYSTS[first::2]:
        page.goto(address.format(case=case))
        if page.locator("#modeler, #play, #compare").count():
            expect(page.locator(READY)).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        page.evaluate(AXE.read_text(encoding="utf-8"))
        # What bpmn.io draws is bpmn.io's: our pages around it are what is looked at.
        found = page.evaluate(
            RUN.replace("axe.run(document", "axe.run({exclude: ['.modeler-canvas', '#panel', '.canvas']}")
        )
        assert found == [], address
    assert complaints == []


def test_no_page_has_a_script_of_its_own(site: Site) -> None:
    site.case()
    page = site.page("li.na")
    for address in ("/inbox", "/start/fault", "/me"):
        page.goto(address)
        kinds = page.locator("script:not([src])").evaluate_all("all => all.map((one) => one.type)")
        assert set(kinds) <= {"application/json"}, address
