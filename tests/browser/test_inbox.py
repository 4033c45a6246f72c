"""The inbox: what is in it, claiming, giving back, time left, and lists that renew themselves."""

import re

from playwright.sync_api import expect

from tests.browser.site import Site


def test_a_task_shows_its_case_customer_process_and_time_left(site: Site) -> None:
    site.case(customer={"id": "C-1", "label": "羊城银行"})
    page = site.page("li.na")
    page.goto("/inbox?tab=groups")
    line = page.locator(".task-table tbody tr")
    expect(line).to_have_count(1)
    for shown in ("查看", "故障", "羊城银行", "广州市分公司"):
        expect(line).to_contain_text(shown)
    expect(line).to_contain_text(re.compile(r"FLT-GD-\d{8}-\d{4}"))
    expect(line.locator("[data-left]")).to_have_text(re.compile(r"^剩 (29|30):\d\d$"))


def test_time_left_ticks_and_tells_what_is_late(site: Site) -> None:
    site.case()
    page = site.page("li.na")
    page.clock.install()
    page.goto("/inbox?tab=groups")
    left = page.locator("[data-due]")
    expect(left).to_have_text(re.compile("剩"))
    page.clock.run_for(31 * 60 * 1000)
    expect(left).to_have_text(re.compile(r"超时 1:\d\d|超时 0:\d\d"))
    expect(left).to_have_class(re.compile("is-overdue"))


def test_what_is_overdue_has_a_tab_of_its_own(site: Site) -> None:
    site.case()
    page = site.page("li.na")
    page.goto("/inbox?tab=overdue")
    expect(page.get_by_text("没有超时的任务")).to_be_visible()
    site.pass_time(31)
    page.reload()
    expect(page.locator(".task-table tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="已超时 1")).to_be_visible()


def test_a_claimed_task_opens_and_is_given_back(site: Site) -> None:
    site.case()
    page = site.page("li.na")
    page.goto("/inbox?tab=groups")
    page.get_by_role("button", name="认领").click()
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))
    expect(page.locator("#form[data-ready]")).to_be_attached()
    page.goto("/inbox")
    expect(page.locator(".task-table tbody tr")).to_have_count(1)
    page.get_by_role("link", name="查看", exact=True).click()
    page.get_by_role("button", name="退回").click()
    expect(page.get_by_role("status").first).to_contain_text("任务已退回群组")
    expect(page.get_by_role("button", name="认领")).to_be_visible()


def test_tasks_are_picked_and_claimed_together_while_the_list_renews_itself(site: Site) -> None:
    for _ in range(2):
        site.case()
    page = site.page("li.na")
    page.goto("/inbox?tab=groups")
    boxes = page.locator('[name="task"]')
    page.get_by_role("button", name="认领所选任务").click()
    expect(page.locator(".form-said")).to_contain_text("请先勾选")
    boxes.first.check()
    site.case()
    expect(page.locator(".task-table tbody tr")).to_have_count(3)
    expect(page.locator('[name="task"]:checked')).to_have_count(1)
    page.get_by_label("全部选择").check()
    expect(page.locator('[name="task"]:checked')).to_have_count(3)
    boxes.last.uncheck()
    expect(page.get_by_label("全部选择")).not_to_be_checked()
    page.get_by_role("button", name="认领所选任务").click()
    expect(page).to_have_url(re.compile("tab=mine"))
    expect(page.get_by_role("status").first).to_contain_text("已认领 2 个任务")
    expect(page.locator(".task-table tbody tr")).to_have_count(2)


def test_of_two_who_claim_the_same_task_one_is_told_who_has_it(site: Site) -> None:
    site.case()
    first, second = site.page("li.na"), site.page("chen.chen")
    # As on a slow network: neither list renews itself in time.
    for page in (first, second):
        page.route("**/events?*", lambda route: route.abort())
        page.goto("/inbox?tab=groups")
    first.get_by_role("button", name="认领").click()
    first.wait_for_url("**/tasks/*")
    second.get_by_role("button", name="认领").click()
    expect(second.get_by_role("alert")).to_contain_text("“查看”已由李娜认领")
    assert site.value("SELECT assignee FROM tasks") == "li.na"


def test_new_tasks_come_into_the_list_by_themselves_and_claimed_ones_leave(site: Site) -> None:
    page, colleague = site.page("li.na"), site.page("chen.chen")
    with page.expect_response("**/events?*"):
        page.goto("/inbox?tab=groups")
    expect(page.get_by_text("没有待认领的任务")).to_be_visible()
    case = site.case()
    expect(page.locator(".task-table tbody tr")).to_have_count(1)
    colleague.goto(f"/tasks/{site.task(case)}")
    colleague.get_by_role("button", name="认领").click()
    expect(page.get_by_text("没有待认领的任务")).to_be_visible()


def test_names_of_a_diagram_stay_text(site: Site) -> None:
    case = site.case()
    page = site.page("li.na")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"/tasks/{site.task(case)}")
    page.get_by_role("button", name="认领").click()
    page.get_by_label("原因").fill("断纤")
    page.get_by_role("button", name="完成任务").click()
    page.wait_for_url("**/inbox")
    page.goto("/inbox?tab=groups")
    expect(page.locator(".task-name")).to_have_text("<script>alert(1)</script>确认")
    assert dialogs == []


def test_a_phone_shows_each_task_whole(site: Site) -> None:
    site.case(customer={"id": "C-1", "label": "羊城银行广东省广州市天河区分行营业部"})
    page = site.page("li.na", width=390)
    page.goto("/inbox?tab=groups")
    expect(page.get_by_role("button", name="认领")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="菜单", exact=True).click()
    expect(page.get_by_role("link", name="发起")).to_be_visible()


def test_the_inbox_is_worked_with_single_keys(site: Site) -> None:
    """From line to line, also while the list renews itself; claiming, picking, searching; not while one types."""
    for _ in range(2):
        site.case()
    page = site.page("li.na")
    page.goto("/inbox?tab=groups")
    lines = page.locator("[data-line]")
    page.keyboard.press("j")
    expect(lines.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(lines.nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator('[name="task"]').nth(1)).to_be_checked()
    site.case()
    expect(lines).to_have_count(3)
    page.keyboard.press("k")
    expect(lines.nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("jc?")
    expect(page.get_by_role("searchbox")).to_have_value("jc?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto("/inbox?tab=groups")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile(r"/inbox\?tab=groups$"))
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))
    page.locator("h1").click()
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile(r"/cases/\d+"))


def test_keys_are_told_and_can_be_switched_off(site: Site) -> None:
    site.case()
    page = site.page("li.na")
    page.goto("/inbox?tab=groups")
    page.keyboard.press("?")
    told = page.get_by_role("dialog", name="键盘快捷键")
    expect(told).to_contain_text("认领所在行")
    told.get_by_label("使用单键快捷键").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(told).to_be_hidden()
    expect(page.locator("[data-line]").first).not_to_be_focused()
    page.get_by_role("button", name="键盘快捷键").click()
    expect(told).to_be_visible()
