"""Each page at desk and phone width, in both languages and themes: accessible, nothing cut, no script in the page."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.site import Site

AXE = Path(__file__).parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" | ")}`)"""
LOOKS = [(1440, "zh", "light"), (390, "zh", "dark"), (1440, "en", "dark"), (390, "en", "light")]
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


def test_no_page_has_a_script_of_its_own(site: Site) -> None:
    site.case()
    page = site.page("li.na")
    for address in ("/inbox", "/start/fault", "/me"):
        page.goto(address)
        kinds = page.locator("script:not([src])").evaluate_all("all => all.map((one) => one.type)")
        assert set(kinds) <= {"application/json"}, address
