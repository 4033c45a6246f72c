"""python -m tests.demo.pictures: the README's pictures, taken in Chromium beside a running `make serve`.

A fault is reported and accepted first, so that there is something to see; it is left as it is.
"""

import base64
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import engine
from tests.demo.office import PASSWORD, Office
from tests.demo.story import Story

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESK, PHONE = (1280, 800), (390, 780)
QUALITY = 82  # of WebP, in percent


@dataclass(frozen=True)
class Picture:
    """What is shown, to whom and how.

    `shown` is there when the page is ready; `pressed` is a button, `below` a part that is brought to the top then.
    """

    name: str
    person: str
    address: str
    size: tuple[int, int] = DESK
    language: str = "zh"
    theme: str = "light"
    shown: str = "main"
    below: str = ""
    pressed: str = ""


DRAWN = "#canvas svg .djs-shape"
CHECKED = "#findings-said[data-errors]"
MODEL = "/models/processes/fault_escalation"
PICTURES = (
    Picture("inbox", "li.na", "/inbox?tab=groups", shown=".task-table"),
    Picture("case", "li.na", "/cases/{case}", language="en", shown=DRAWN),
    Picture("decision", "li.na", "/cases/{case}?tab=decisions", theme="dark", shown=DRAWN, below=".card-header-tabs"),
    Picture("modeler", "zhou.yu", MODEL, language="en", shown=CHECKED, pressed="#fit"),
    Picture("inbox_phone", "li.na", "/inbox?tab=groups", PHONE, shown=".task-table"),
    Picture("task_phone", "li.na", "/tasks/{task}", PHONE, theme="dark", shown="#form[data-ready]"),
    Picture("case_phone", "li.na", "/cases/{case}", PHONE, language="en", shown=DRAWN),
)


def main() -> int:
    """1 where no Trunkline with its demo answers, or no Chromium is here."""
    settings = engine.load_settings()
    address = f"http://{settings.host}:{settings.port}"
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.stderr.write("No Chromium: apt-get install chromium fonts-noto-cjk\n")
        return 1
    keys = _arranged(address, settings)
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        for picture in PICTURES:
            (FOLDER / f"{picture.name}.webp").write_bytes(_taken(browser, address, picture, keys))
            sys.stdout.write(f"docs/pictures/{picture.name}.webp\n")
        browser.close()
    return 0


def _arranged(address: str, settings: engine.Settings) -> dict[str, str]:
    """An accepted fault, and a task of it that Li Na has claimed."""
    office = Office(address)
    story = Story(office, settings.data / "demo" / "mail", lambda line: None)
    story.report("P-2")
    key = story.report("P-1")
    story.accept(key)
    office.task(key, "prejudge")
    task = office.task(key, "feedback")
    office.claim(task, "li.na")
    return {"case": key, "task": str(task.user_task_key)}


def _taken(browser: Browser, address: str, picture: Picture, keys: dict[str, str]) -> bytes:
    width, height = picture.size
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, device_scale_factor=1.5
    )
    cookies = {"trunkline_language": picture.language, "trunkline_theme": picture.theme}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    page = context.new_page()
    page.goto("/login")
    page.locator("#person").fill(picture.person)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox*")
    page.goto(picture.address.format(**keys))
    page.locator(picture.shown).first.wait_for(state="attached")
    if picture.pressed:
        page.locator(picture.pressed).click()
    if picture.below:
        page.locator(picture.below).first.evaluate('part => part.scrollIntoView({behavior: "instant"})')
    page.wait_for_function("document.fonts.status === 'loaded'")
    content = _shot(page)
    context.close()
    return content


def _shot(page: Page) -> bytes:
    """As WebP, which is a third of what PNG is here."""
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(answer["data"])


if __name__ == "__main__":
    sys.exit(main())
