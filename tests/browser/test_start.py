"""Starting a process by its form."""

import re

from playwright.sync_api import expect

from tests.browser.site import Site


def test_a_process_is_started_by_its_form_and_the_case_opens(site: Site) -> None:
    page = site.page("li.na")
    page.goto("/start")
    page.get_by_role("link", name="故障").click()
    expect(page.locator("#form[data-ready]")).to_be_attached()
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_text("“原因”为必填项。")).to_be_visible()
    page.get_by_label("原因").fill("中断")
    expect(page.locator("#draft-said")).to_contain_text("草稿已保存")
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page).to_have_url(re.compile(r"/cases/\d+"))
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"工单 FLT-GD-\d{8}-\d{4} 已生成"))
    expect(page.locator("main")).to_contain_text("查看")
    assert site.value("SELECT starter FROM instances") == "li.na"
    assert site.value("SELECT count(*) FROM form_drafts") == 0


def test_who_may_start_nothing_is_told_whom_to_ask(site: Site) -> None:
    page = site.page("luo.fei", locale="en-GB")
    page.goto("/start")
    expect(page.get_by_text("没有您可以发起的流程")).to_be_visible()
    page.goto("/start/fault")
    expect(page.get_by_role("heading", level=1)).to_have_text("您没有此权限")
    assert site.value("SELECT count(*) FROM instances") == 0
