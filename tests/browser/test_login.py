"""Logging in and out, the own password, language and theme."""

import re

from playwright.sync_api import expect

from tests.browser.site import Site


def test_a_person_logs_in_and_comes_to_the_page_asked_for(site: Site) -> None:
    page = site.page()
    page.goto("/start")
    expect(page).to_have_url(re.compile(r"/login\?next=/start"))
    page.get_by_label("用户名").fill("li.na")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    expect(page.get_by_label("用户名")).to_have_value("li.na")
    page.get_by_label("密码").fill("demo")
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/start$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("发起流程")


def test_logging_out_ends_the_session_and_not_only_the_cookie(site: Site) -> None:
    page = site.page("li.na")
    page.goto("/inbox")
    cookies = page.context.cookies()
    page.get_by_role("button", name="个人菜单").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/login$"))
    page.context.add_cookies([one for one in cookies if one["name"] == "trunkline_session"])  # type: ignore[misc]
    page.goto("/inbox")
    expect(page).to_have_url(re.compile("/login"))


def test_the_session_cookie_is_out_of_reach_of_scripts(site: Site) -> None:
    page = site.page()
    page.goto("/login")
    page.get_by_label("用户名").fill("li.na")
    page.get_by_label("密码").fill("demo")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/inbox")
    cookie = next(one for one in page.context.cookies() if one["name"] == "trunkline_session")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert "trunkline_session" not in page.evaluate("document.cookie")


def test_the_language_is_switched_and_kept_for_the_person(site: Site) -> None:
    page = site.page("li.na")
    page.goto("/inbox?tab=groups")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    expect(page).to_have_url(re.compile("tab=groups"))
    assert page.locator("html").get_attribute("lang") == "en"
    elsewhere = site.page("li.na")
    elsewhere.goto("/inbox")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Inbox")


def test_the_theme_follows_the_system_until_one_is_chosen(site: Site) -> None:
    page = site.page("li.na")
    page.emulate_media(color_scheme="dark")
    page.goto("/inbox")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="外观").click()
    page.get_by_role("button", name="深色").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_a_page_is_used_by_keyboard_alone(site: Site) -> None:
    page = site.page("li.na")
    page.goto("/inbox")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    button = page.get_by_role("button", name="外观")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="跟随系统")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
