"""Forms of pages that are refused: what was typed stays, with the sentence beside it; then they are taken as ever."""

from playwright.sync_api import expect

from tests.browser.site import Site


def test_a_refused_form_keeps_what_was_typed_and_is_taken_once_it_is_right(site: Site) -> None:
    page = site.page("admin")
    page.goto("/operations/tokens")
    page.locator("summary").click()
    page.locator("#token-name").fill("工单系统")
    page.locator("#token-group").fill("不是群组")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator(".form-said")).to_contain_text("“不是群组”不是群组")
    expect(page.locator("#token-name")).to_have_value("工单系统")
    page.locator("#token-group").fill("GD-GZ.crc.duty")
    page.get_by_role("button", name="添加", exact=True).click()
    # It stands on the page that answers, and nowhere else: whoever reloads sees the list.
    expect(page.locator("#secret")).to_contain_text("tl_")
    page.reload()
    expect(page.locator("#secret")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("工单系统")
    assert site.value("SELECT count(*) FROM api_tokens WHERE name = '工单系统'") == 1
    site.value("DELETE FROM api_tokens WHERE name = '工单系统' RETURNING 1")


def test_a_taken_form_goes_on_with_what_is_said_of_it(site: Site) -> None:
    case = site.case()
    page = site.page("li.na")
    page.goto(f"/cases/{case}?tab=comments")
    page.locator("#comment-text").fill("已联系客户")
    page.get_by_role("button", name="发表").click()
    expect(page.locator(".alert-success")).to_contain_text("评论已发表")
    expect(page.locator("main")).to_contain_text("已联系客户")
    expect(page.locator("#comment-text")).to_have_value("")


def test_a_form_is_sent_by_the_browser_itself_where_no_script_runs(site: Site) -> None:
    case = site.case()
    context = site.browser.new_context(base_url=site.address, java_script_enabled=False, locale="zh-CN")
    context.add_cookies(site.context("li.na").cookies())
    page = context.new_page()
    page.goto(f"/cases/{case}?tab=comments")
    page.locator("#comment-text").fill("没有脚本")
    page.get_by_role("button", name="发表").click()
    expect(page.locator("main")).to_contain_text("没有脚本")
