"""A fault the whole way in the browser: a start form, people who pass it on, the clock, an action, and its end."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from engine import store
from engine.directory.organisation import DEMO, load
from tests.browser.conftest import ROOT, served
from tests.browser.site import Site
from tests.scenarios.on_postgres import deploy

DESK, NETWORK, FIELD, OTHER_CITY = "li.na", "huang.lei", "liu.yang", "guo.jing"

PATIENCE = 30_000  # milliseconds


@pytest.fixture(scope="module")
def whole(server: store.EmbeddedServer, browser: Browser) -> Iterator[Site]:
    """A web server with the demo's clock and a worker, all processes deployed, and a world outside that answers."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE whole TEMPLATE trunkline STRATEGY wal_log")
    url, data = server.url("whole"), Path(tempfile.mkdtemp(prefix="trunkline-whole-"))
    store.configure(url)
    with store.transaction() as session:
        load(session, re.sub(r", password: \w+", "", DEMO.read_text(encoding="utf-8")), "demo.yaml")
    deploy(ROOT / "processes")
    given = {
        "TRUNKLINE_DATABASE_URL": url,
        "TRUNKLINE_DATA": str(data),
        "TRUNKLINE_HANDLERS": "tests.browser.plant",
        "TRUNKLINE_DEMO": "1",
        "TRUNKLINE_LOG_LEVEL": "WARNING",
    }
    worker = subprocess.Popen([sys.executable, "-m", "engine", "worker"], cwd=ROOT, env={**os.environ, **given})
    try:
        with served(given) as address:
            # Between two tasks a worker does its part.
            expect.set_options(timeout=PATIENCE)
            yield Site(address, browser)
    finally:
        expect.set_options(timeout=5_000)
        worker.terminate()
        worker.wait(20)
        store.dispose()
        shutil.rmtree(data)


def opened(page: Page, task: str) -> Page:
    """The first task of this name among those to claim, claimed; it comes into the list by itself."""
    page.goto("/inbox?tab=groups")
    line = page.locator(".task-table tbody tr").filter(has=page.get_by_role("link", name=task, exact=True)).first
    line.get_by_role("button", name="认领").click(timeout=PATIENCE)
    expect(page.get_by_role("heading", level=1)).to_have_text(task)
    expect(page.locator("#form[data-ready]")).to_be_attached()
    return page


def completed(page: Page) -> None:
    page.get_by_role("button", name="完成任务").click()
    expect(page.get_by_text("任务已完成")).to_be_visible()


def found(page: Page, label: str, text: str) -> None:
    """Search and choose the one record that there is."""
    search = page.get_by_role("combobox", name=label)
    search.fill(text)
    expect(page.locator(".reference-found li:visible")).to_have_count(1)
    search.press("Enter")


def moment(site: Site) -> str:
    """Now, as somebody types it."""
    return site.now().astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


def test_a_fault_goes_its_whole_way(whole: Site) -> None:
    desk, network, field = whole.page(DESK), whole.page(NETWORK), whole.page(FIELD)

    desk.goto("/start/fault_handling")
    desk.get_by_label("报障人").fill("王经理")
    desk.get_by_label("电话").fill("020-5550-0001")
    found(desk, "客户", "演示")
    found(desk, "电路", "GD-L")
    desk.get_by_label("故障现象").select_option(label="时断时续")
    desk.get_by_label("故障开始时间").fill(moment(whole))
    desk.get_by_role("button", name="发起", exact=True).click()
    expect(desk).to_have_url(re.compile(r"/cases/\d+"))
    case = desk.url

    opened(desk, "确认是否并案").get_by_label("判断").select_option(label="新故障")
    completed(desk)
    opened(desk, "受理").get_by_label("决定").select_option(label="受理")
    expect(desk.get_by_label("原因")).to_be_hidden()
    desk.get_by_label("影响程度").select_option(label="部分中断")
    completed(desk)

    # Nobody acknowledges the report: the clock of the demo bar goes on, and it goes up.
    desk.goto(case)
    past = desk.locator(".card", has=desk.get_by_role("heading", name="时限与升级"))
    expect(desk.get_by_role("link", name="确认收到上报").first).to_be_visible()
    desk.get_by_role("button", name="到下一个定时").click()
    expect(past.get_by_text("已提醒").first).to_be_visible()
    desk.get_by_role("button", name="到下一个定时").click()
    expect(desk.locator(".waits").get_by_text("响应中心值班长").first).to_be_visible()

    # An action brings another city in.
    desk.get_by_role("link", name="请求协查").click()
    desk.get_by_label("协查单位").select_option(label="深圳")
    desk.get_by_label("协查内容").fill("请查对端")
    desk.get_by_role("button", name="提交").click()
    expect(desk.get_by_text("“请求协查”已提交")).to_be_visible()
    other = whole.page(OTHER_CITY)
    opened(other, "协查").get_by_label("协查结果").fill("对端正常")
    completed(other)

    opened(network, "预判").get_by_role("button", name="添加").click()
    network.get_by_role("combobox", name="段", exact=True).select_option(label="接入段")
    network.get_by_label("专业").select_option(label="线路接入")
    network.get_by_label("单位").select_option(label="广州")
    completed(network)
    opened(desk, "派单").get_by_label("处理要求").fill("测光衰")
    completed(desk)
    opened(field, "处理")
    expect(field.get_by_label("光缆段")).to_be_visible()
    expect(field.get_by_label("机房（动力）")).to_be_hidden()
    field.get_by_label("处理结果").select_option(label="已修复")
    field.get_by_label("处理措施").fill("更换尾纤")
    field.get_by_label("恢复时间").fill(moment(whole))
    completed(field)
    opened(network, "人工判定").get_by_label("判定").select_option(label="合格")
    network.get_by_label("理由").fill("业务侧确认正常")
    completed(network)

    opened(desk, "回访确认").get_by_label("回访结果").select_option(label="已恢复")
    desk.get_by_label("时间").fill(moment(whole))
    completed(desk)
    opened(desk, "归档").get_by_label("原因代码").select_option(label="光模块")
    desk.get_by_label("责任归属").select_option(label="我方")
    completed(desk)
    # The time to reopen it is all that is left.
    desk.goto(case)
    expect(desk.locator(".waits")).to_contain_text("重开")
    desk.get_by_role("button", name="到下一个定时").click()
    expect(desk.get_by_text("已办结").first).to_be_visible()
    for name in ("李娜", "黄蕾", "刘洋"):
        expect(desk.locator(".happenings")).to_contain_text(name)
