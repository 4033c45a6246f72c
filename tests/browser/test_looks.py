"""Each page at desk and phone width, in both languages and themes: accessible, nothing cut, no script in the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from engine import store
from engine.definitions import Resource, deploy
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import apply_due_commands, start
from engine.work.batches import create_batch
from tests.browser.site import Site
from tests.browser.test_modeler import VISIT
from tests.web.pages.busy_office import ACTING, STUCK, TABLE, walk

AXE = Path(__file__).parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# What bpmn.io draws is bpmn.io's: our pages around it are what is looked at.
OURS = '{exclude: [".modeler-canvas", "#panel", ".canvas"]}'
RUN = (
    f"async () => (await axe.run({OURS}, {{resultTypes: ['violations']}})).violations"
    + """
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" | ")}`)"""
)
HIDDEN_TAB = """[...document.querySelectorAll(".card-header-tabs .active")].some((one) => {
    const [tab, strip] = [one, one.closest(".card-header-tabs")].map((part) => part.getBoundingClientRect());
    return tab.left < strip.left - 1 || tab.right > strip.right + 1;
})"""
# Whatever may be scrolled by itself: tabs on a phone, decision tables, lists of lines, canvases.
SCROLLED = """(allowed) => [...document.querySelectorAll("main *")]
    .filter((one) => one.scrollWidth > one.clientWidth + 2 && /auto|scroll/.test(getComputedStyle(one).overflowX))
    .filter((one) => !one.closest(allowed)).map((one) => one.className || one.tagName)"""
ALLOWED = ".card-header-tabs, .lit-box, .compare-lines, .canvas, #modeler, #play, #compare"
Look = tuple[int, str, str]
LOOKS: list[Look] = [(1440, "zh", "light"), (390, "zh", "dark"), (1440, "en", "dark"), (390, "en", "light")]
# Opening an editor takes its second: these are seen at both widths, in both languages and themes, by two looks.
LOOKS_OF_ANALYSTS: list[Look] = [(390, "en", "light"), (1440, "zh", "dark")]
PAGES = [
    "/login",
    "/inbox",
    "/inbox?tab=groups",
    "/inbox?tab=done",
    "/inbox?tab=overdue",
    "/tasks/{task}",
    "/start",
    "/start/fault",
    "/cases",
    "/cases?text=nothing",
    "/cases/{case}",
    "/cases/{case}?tab=comments",
    "/cases/{acting}/actions/{action}",
    "/me",
    "/no",
    "/operations",
]
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
    "/operations/incidents/{incident}",
    "/operations/cases",
    "/operations/cases/{walk}?version=2",
    "/cases/{stuck}",
    "/operations/batches",
    "/operations/batches/{batch}",
    "/operations/batches/new?kind=cancel&process=fault&version=1",
    "/operations/batches/new?kind=migrate&process=walk&version=1",
    "/operations/waiting",
    "/operations/workers",
    "/operations/people",
    "/operations/tokens",
]
READY = "#modeler[data-ready=true], #play[data-ready], #compare[data-ready]"
MADE = "('drawn', 'grade', 'acting', 'stuck', 'walk')"


@pytest.fixture
def keys(site: Site) -> Iterator[dict[str, int]]:
    """Something stands on every page: keys of cases and of what belongs to them. Gone afterwards."""
    drawn = VISIT.replace('"visit"', '"drawn"')
    with store.transaction() as session:
        files = {"drawn.bpmn": drawn.encode(), "t.dmn": TABLE.encode(), "acting.bpmn": ACTING, "stuck.bpmn": STUCK}
        deploy(session, [Resource(name, content) for name, content in {**files, "walk.bpmn": walk("look")}.items()])
    found = {name: started(name) for name in ("acting", "stuck", "walk")}
    with store.transaction() as session:
        deploy(session, [Resource("drawn.bpmn", drawn.replace("开始", "起").encode())])
        [newer] = deploy(session, [Resource("walk.bpmn", walk("see"))]).definitions
        with acting(principal_of(session, "admin")):
            plan = {"definition_key": newer.key, "mapping": {}}
            found["batch"] = create_batch(session, "migrate", [found["walk"]], plan)
    apply_due_commands()
    found["action"] = site.value("SELECT key FROM subscriptions WHERE action IS NOT NULL")
    found["incident"] = site.value("SELECT key FROM incidents WHERE state = 'active'")
    yield found
    with store.transaction() as session:
        session.execute(text("TRUNCATE batches, instances CASCADE"))
        session.execute(text(f"DELETE FROM definitions WHERE id IN {MADE}"))


def started(process_id: str) -> int:
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        return start(session, process_id=process_id).key


def looked_at(site: Site, person: str | None, look: Look, addresses: list[str]) -> list[str]:
    """What there is to complain of, by address."""
    width, language, theme = look
    context = site.context(person, width=width)
    cookies = {"trunkline_language": language, "trunkline_theme": theme}
    context.add_cookies([{"name": name, "value": value, "url": site.address} for name, value in cookies.items()])
    page = context.new_page()
    # A colour on its way to another has the contrast of neither.
    page.emulate_media(reduced_motion="reduce")
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if "Content Security Policy" in said.text else None)
    for address in addresses:
        page.goto(address)
        if page.locator("#form").count():
            expect(page.locator("#form[data-ready]")).to_be_attached()
        if page.locator("#modeler, #play, #compare").count():
            expect(page.locator(READY)).to_be_attached()
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{address}: wider than the screen")
        found += [f"{address}: scrolls in a page that scrolls: {part}" for part in page.evaluate(SCROLLED, ALLOWED)]
        if page.evaluate(HIDDEN_TAB):
            found.append(f"{address}: the open tab is out of sight")
        # The policy of the page holds for what a test adds, too: only evaluated code gets in.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found += [f"{address}: {told}" for told in page.evaluate(RUN)]
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_fits(site: Site, keys: dict[str, int], look: Look) -> None:
    case = site.case(customer={"id": "C-1", "label": "羊城银行"})
    task = site.task(case)
    site.value("UPDATE tasks SET assignee = 'li.na' WHERE key = :key RETURNING 1", key=task)
    site.case()
    addresses = [one.format(task=task, case=case, **keys) for one in PAGES]
    # Who is logged in never sees the login.
    assert looked_at(site, None, look, addresses[:1]) == []
    assert looked_at(site, "li.na", look, addresses[1:]) == []


@pytest.mark.parametrize("look", LOOKS_OF_ANALYSTS)
def test_the_pages_of_analysts_and_operators_are_accessible_and_fit(
    site: Site, keys: dict[str, int], look: Look
) -> None:
    site.case(customer={"id": "C-1"})
    assert looked_at(site, "admin", look, [one.format(**keys) for one in OF_ANALYSTS]) == []


def test_no_page_has_a_script_of_its_own(site: Site) -> None:
    site.case()
    page = site.page("li.na")
    for address in ("/inbox", "/start/fault", "/me"):
        page.goto(address)
        kinds = page.locator("script:not([src])").evaluate_all("all => all.map((one) => one.type)")
        assert set(kinds) <= {"application/json"}, address
