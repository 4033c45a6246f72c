"""A task's form: checked in the browser and by the server in the same words, drafts, files, search-selects."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site


@pytest.fixture
def task(site: Site) -> tuple[Page, int]:
    """Li Na's page with the form of a task she has claimed, and the case."""
    case = site.case()
    page = site.page("li.na")
    page.goto(f"/tasks/{site.task(case)}")
    page.get_by_role("button", name="认领").click()
    expect(page.locator("#form[data-ready]")).to_be_attached()
    return page, case


def test_filled_in_and_completed_it_leads_to_the_next(site: Site, task: tuple[Page, int]) -> None:
    page, case = task
    site.value("UPDATE tasks SET assignee = 'li.na' WHERE key = :key RETURNING 1", key=site.task(site.case()))
    page.get_by_label("原因").fill("断纤")
    page.get_by_label("分钟").fill("12")
    page.get_by_label("已修复").check()
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_role("status").first).to_contain_text("任务已完成")
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))
    found = site.value("SELECT jsonb_object_agg(name, value) FROM variables WHERE instance_key = :case", case=case)
    assert (found["reason"], found["minutes"], found["result"]) == ("断纤", 12, "repaired")
    done = "SELECT completed_by FROM tasks WHERE instance_key = :case AND state = 'completed'"
    assert site.value(done, case=case) == "li.na"


def test_what_is_missing_is_said_at_the_field_and_nothing_changes(site: Site, task: tuple[Page, int]) -> None:
    page, case = task
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_text("“原因”为必填项。")).to_be_visible()
    expect(page.get_by_role("alert").first).to_contain_text("有字段需要更正")
    expect(page.get_by_label("原因")).to_be_focused()
    page.get_by_label("原因").fill("断纤")
    page.get_by_label("分钟").fill("90")
    page.keyboard.press("Tab")
    expect(page.get_by_text("“分钟”不能大于 60。")).to_be_visible()
    expect(page.get_by_text("“原因”为必填项。")).to_have_count(0)
    page.get_by_label("分钟").fill("一小时")
    page.keyboard.press("Tab")
    expect(page.get_by_text("“分钟”应为数字。")).to_be_visible()
    assert site.task(case)


def test_the_server_says_the_same_at_the_same_field(site: Site, task: tuple[Page, int]) -> None:
    page, case = task
    page.get_by_label("原因").fill("断纤")

    def tampered(route: object) -> None:
        route.continue_(post_data=json.dumps({"reason": "", "minutes": 90}))  # type: ignore[attr-defined]

    page.route("**/complete", tampered)
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_text("“原因”为必填项。")).to_be_visible()
    expect(page.get_by_text("“分钟”不能大于 60。")).to_be_visible()
    assert site.task(case)
    page.unroute("**/complete")
    page.get_by_label("原因").fill("断纤")
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_role("status").first).to_contain_text("任务已完成")


def test_both_speak_the_readers_language(site: Site, task: tuple[Page, int]) -> None:
    page, _ = task
    page.get_by_role("button", name="English").click()
    expect(page.locator("#form[data-ready]")).to_be_attached()
    page.get_by_label("Reason").fill("x")
    page.get_by_label("Reason").fill("")
    page.keyboard.press("Tab")
    expect(page.get_by_text("“Reason” is required.")).to_be_visible()
    page.route("**/complete", lambda route: route.continue_(post_data='{"reason": "cut", "minutes": 0}'))
    page.get_by_label("Reason").fill("cut")
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_text("“Minutes” may not be below 1.")).to_be_visible()


def test_a_draft_is_kept_and_can_be_discarded(site: Site, task: tuple[Page, int]) -> None:
    page, _ = task
    page.get_by_label("原因").fill("光缆")
    expect(page.locator("#draft-said")).to_contain_text("草稿已保存")
    page.reload()
    expect(page.get_by_label("原因")).to_have_value("光缆")
    with page.expect_navigation():
        page.get_by_role("button", name="放弃草稿").click()
    expect(page.locator("#form[data-ready]")).to_be_attached()
    expect(page.get_by_label("原因")).to_have_value("")


def test_a_draft_is_kept_by_leaving_the_page(site: Site, task: tuple[Page, int]) -> None:
    page, _ = task
    page.get_by_label("原因").fill("走了")
    address = page.url
    page.goto("/inbox")
    # The browser sends it while the page goes, and the server may answer the next page first.
    page.wait_for_function("async (task) => (await (await fetch(task)).text()).includes('走了')", arg=address)
    page.go_back()
    expect(page.get_by_label("原因")).to_have_value("走了")


def test_a_reference_is_searched_and_chosen_by_keyboard(site: Site, task: tuple[Page, int]) -> None:
    page, case = task
    search = page.get_by_role("combobox", name="客户")
    search.fill("羊城")
    expect(page.get_by_role("option")).to_have_count(1)
    search.press("ArrowDown")
    search.press("Enter")
    expect(page.locator(".reference-one")).to_contain_text("羊城银行")
    page.get_by_label("原因").fill("断纤")
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_role("status").first).to_contain_text("任务已完成")
    stored = site.value("SELECT value FROM variables WHERE instance_key = :case AND name = 'customer'", case=case)
    assert stored == {"id": "C-1", "label": "羊城银行"}


def test_a_search_finds_nothing_of_foreign_units_and_shows_no_markup(site: Site, task: tuple[Page, int]) -> None:
    page, _ = task
    page.get_by_role("combobox", name="客户").click()
    options = page.get_by_role("option")
    expect(options).to_have_count(3)
    expect(page.get_by_role("option", name="<b>粗体</b>公司")).to_be_visible()
    expect(page.get_by_text("鹏城制造")).to_have_count(0)


def test_a_field_comes_and_goes_with_what_is_chosen_before(site: Site, task: tuple[Page, int]) -> None:
    page, case = task
    field = page.get_by_label("查过什么")
    expect(field).to_be_hidden()
    page.get_by_label("未发现").check()
    expect(field).to_be_visible()
    field.fill("光功率")
    page.get_by_label("已修复").check()
    expect(field).to_be_hidden()
    page.get_by_label("原因").fill("断纤")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("任务已完成")
    kept = site.value("SELECT array_agg(name) FROM variables WHERE instance_key = :c", c=case)
    assert "checked" not in kept


def test_enter_in_a_field_sends_nothing(site: Site, task: tuple[Page, int]) -> None:
    page, case = task
    page.get_by_label("原因").fill("断纤")
    page.keyboard.press("Enter")
    expect(page.locator("#draft-said")).to_contain_text("草稿已保存")
    assert site.task(case)


def test_a_file_is_handed_in_and_fetched_again(site: Site, task: tuple[Page, int], tmp_path: Path) -> None:
    page, case = task
    report = tmp_path / "测试报告.txt"
    report.write_text("全部合格", encoding="utf-8")
    page.get_by_label("报告").set_input_files(report)
    expect(page.get_by_role("link", name="测试报告.txt")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="测试报告.txt").click()
    assert Path(fetched.value.path()).read_text(encoding="utf-8") == "全部合格"
    page.get_by_label("原因").fill("断纤")
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_role("status").first).to_contain_text("任务已完成")
    stored = site.value("SELECT value FROM variables WHERE instance_key = :case AND name = 'report'", case=case)
    assert stored[0]["camunda.document.type"] == "camunda"
    assert site.value("SELECT instance_key FROM documents") == case


def test_a_file_of_a_kind_that_is_not_taken_is_told(site: Site, task: tuple[Page, int], tmp_path: Path) -> None:
    page, _ = task
    program = tmp_path / "setup.html"
    program.write_text("<script>alert(1)</script>")
    page.get_by_label("报告").set_input_files(program)
    expect(page.get_by_text("不接受类型为“text/html”的文件")).to_be_visible()


def test_a_list_takes_rows_and_tells_which_row_is_wrong(site: Site, task: tuple[Page, int]) -> None:
    page, case = task
    page.get_by_role("button", name="添加").click()
    page.get_by_label("步骤名").fill("长得放不下了")
    page.get_by_label("原因").fill("断纤")
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_text("“步骤名”不能超过 5 个字符。")).to_be_visible()
    page.get_by_label("步骤名").fill("熔接")
    # An empty row at the end is none.
    page.get_by_role("button", name="添加").click()
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_role("status").first).to_contain_text("任务已完成")
    assert site.value("SELECT value FROM variables WHERE instance_key = :c AND name = 'steps'", c=case) == [
        {"step": "熔接"}
    ]


def test_a_task_that_was_completed_meanwhile_is_told(site: Site, task: tuple[Page, int]) -> None:
    page, case = task
    page.get_by_label("原因").fill("断纤")
    other = page.context.new_page()
    site.open_form(other, page.url)
    other.get_by_label("原因").fill("断纤")
    other.get_by_role("button", name="完成任务").click()
    expect(other.get_by_role("status").first).to_contain_text("任务已完成")
    page.get_by_role("button", name="完成任务").click()
    expect(page.locator("#form-said")).not_to_be_empty()
    assert site.value("SELECT count(*) FROM tasks WHERE state = 'completed' AND instance_key = :c", c=case) == 1
