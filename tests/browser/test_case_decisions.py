"""The tab of a case's decisions in a real browser: the tables of the fault limits in both languages, themes, widths."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine import store
from engine.definitions import Resource, deploy
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import start as start_instance
from tests.browser.site import Site
from tests.browser.test_looks import AXE, LOOKS, RUN
from tests.engine.factories import decision, diagram, end, flows, start, user

TABLES = Path(__file__).parents[2] / "processes" / "decisions"
ASKS = diagram(
    start("s"),
    decision("d", "fault_limits", name="确定时限"),
    user("u", "GD-GZ.crc.duty", name="抢修"),
    end("e"),
    flows("s d u e"),
    process_id="limited",
    name="限时处理",
    unit='="GD-GZ"',
    starters="*.crc.duty",
)


@pytest.fixture
def case(site: Site) -> int:
    """A fault whose limits come from two tables of the regulation."""
    files = [Resource(path.name, path.read_bytes()) for path in sorted(TABLES.glob("fault_limits*"))]
    given = {"assurance": "none", "slaGrade": "AA", "scope": "inter", "contract": None}
    with store.transaction() as session:
        deploy(session, [Resource("limited.bpmn", ASKS), *files])
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        return start_instance(session, process_id="limited", variables=given).key


@pytest.mark.parametrize(("width", "language", "theme"), LOOKS)
def test_lit_tables_are_accessible_and_only_they_scroll(
    site: Site, case: int, width: int, language: str, theme: str
) -> None:
    context = site.context("li.na", width=width)
    for name, value in (("language", language), ("theme", theme)):
        context.add_cookies([{"name": f"trunkline_{name}", "value": value, "url": site.address}])
    page = context.new_page()
    page.goto(f"/cases/{case}?tab=decisions")
    lit = page.locator(".is-lit")
    expect(lit).to_have_count(2)
    # Another surface, and a word beside it.
    surfaces = [row.locator("td").first for row in (lit.first, page.locator("tr:not(.is-lit):has(td)").first)]
    assert len({cell.evaluate("cell => getComputedStyle(cell).backgroundColor") for cell in surfaces}) == 2
    expect(lit.first.locator(".lit-mark")).to_have_text("匹配" if language == "zh" else "Match")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Moved sideways, a table keeps the number of its rules in sight.
    box = page.locator(".lit-box").first
    box.evaluate("box => box.scrollTo(10000, 0)")
    number, edge = lit.first.locator(".lit-number").bounding_box(), box.bounding_box()
    assert number is not None
    assert edge is not None
    assert abs(number["x"] - edge["x"]) < 3
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN) == []
