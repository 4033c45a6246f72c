"""The server under test, and what tests do with it beside looking: cases, clocks, people."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from engine import clock, store
from engine.definitions import Resource
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.directory.sessions import open_session
from engine.instances import start as start_instance
from engine.store import case_clock
from tests.engine.factories import diagram, end, flows, start, user

FORM = {
    "id": "look",
    "type": "default",
    "schemaVersion": 19,
    "components": [
        {"type": "textfield", "id": "f1", "key": "reason", "label": "原因", "validate": {"required": True}},
        {"type": "number", "id": "f2", "key": "minutes", "label": "分钟", "validate": {"min": 1, "max": 60}},
        {"type": "select", "id": "f3", "key": "customer", "label": "客户", "properties": {"ref": "customer"}},
        {
            "type": "radio",
            "id": "f4",
            "key": "result",
            "label": "结果",
            "values": [{"label": "已修复", "value": "repaired"}, {"label": "未发现", "value": "nothing"}],
        },
        {
            "type": "textarea",
            "id": "f8",
            "key": "checked",
            "label": "查过什么",
            "conditional": {"hide": '=result != "nothing"'},
            "validate": {"required": True},
        },
        {"type": "filepicker", "id": "f5", "key": "report", "label": "报告"},
        {
            "type": "dynamiclist",
            "id": "f6",
            "path": "steps",
            "label": "步骤",
            "isRepeating": True,
            "allowAddRemove": True,
            "defaultRepetitions": 0,
            "components": [
                {"type": "textfield", "id": "f7", "key": "step", "label": "步骤名", "validate": {"maxLength": 5}}
            ],
        },
    ],
}
ENGLISH = """reason: Reason
minutes: Minutes
customer: Customer
result: Result
result.repaired: Repaired
result.nothing: Nothing found
checked: What was checked
report: Report
steps: Steps
steps.step: Step
"""
NAMES = "fault: Fault\nlook: Look into it\nconfirm: Confirm\n"
FAULT = diagram(
    start("s", properties={"form": "look"}),
    user("look", "GD-GZ.crc.duty", form="look", name="查看", properties={"limit": '={value: 30, unit: "min"}'}),
    user("confirm", "GD-GZ.crc.duty", name="<script>alert(1)</script>确认"),
    end("e"),
    flows("s look confirm e"),
    process_id="fault",
    name="故障",
    prefix="FLT",
    unit='="GD-GZ"',
    starters="*.crc.duty",
)


def files() -> list[Resource]:
    """What the site has deployed."""
    return [
        Resource("fault.bpmn", FAULT),
        Resource("fault.en.yaml", NAMES.encode()),
        Resource("look.form", json.dumps(FORM).encode()),
        Resource("look.en.yaml", ENGLISH.encode()),
    ]


@dataclass
class Site:
    """The server's address, and its database for arranging what people find."""

    address: str
    browser: Browser

    def case(self, **variables: Any) -> int:
        """Start a fault; its key."""
        with store.transaction() as session, acting(principal_of(session, "li.na")):
            return start_instance(session, process_id="fault", variables=variables).key

    def task(self, case: int) -> int:
        """The case's open task."""
        return int(self.value("SELECT key FROM tasks WHERE instance_key = :case AND state = 'created'", case=case))

    def value(self, statement: str, **values: Any) -> Any:
        with store.transaction() as session:
            return session.execute(text(statement), values).scalar()

    def pass_time(self, minutes: int) -> None:
        with store.transaction() as session:
            case_clock.move_by(session, timedelta(minutes=minutes))

    def now(self) -> datetime:
        with store.transaction():
            return clock.now()

    def clear(self) -> None:
        """Forget all cases, and let time be as it was."""
        tables = "tasks, timers, variables, involved_units, history, form_drafts, documents, login_attempts, instances"
        with store.transaction() as session:
            session.execute(text(f"TRUNCATE {tables} CASCADE"))
            session.execute(text("UPDATE people SET language = 'zh'"))
            case_clock.reset(session)

    def context(self, person: str | None = None, *, width: int = 1280, locale: str = "zh-CN") -> BrowserContext:
        """A browser of its own, in which a person is logged in."""
        context = self.browser.new_context(
            base_url=self.address, viewport={"width": width, "height": 860}, locale=locale, timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(10_000)
        if person is not None:
            with store.transaction() as session:
                token = open_session(session, person)
            context.add_cookies([{"name": "trunkline_session", "value": token, "url": self.address}])
        return context

    def page(self, person: str | None = None, **more: Any) -> Page:
        return self.context(person, **more).new_page()

    def open_form(self, page: Page, address: str) -> None:
        """Go to a page with a form and wait until it can be filled in."""
        page.goto(address)
        expect(page.locator("#form[data-ready]")).to_be_attached()
