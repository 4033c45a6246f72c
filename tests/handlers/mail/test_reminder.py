"""`notify.reminder`: what people read of a task's limit, in both languages, and who gets it."""

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from engine import BpmnError, Port, Retry

Run = Callable[..., dict[str, Any]]
StartMail = Callable[..., Any]

DUTY = {"name": "值班员", "mail": "duty@operator.example"}
REMINDER: dict[str, Any] = {
    "kind": "warning",
    "task": {"key": "2814749767106561", "name": "受理", "element": "accept"},
    "case_no": "FLT-GD-20261123-0001",
    "process": "集团客户业务故障处理",
    "due": "2026-11-23T10:30:00Z",
    "recipients": [DUTY],
}


def text_of(server: Any) -> tuple[str, str]:
    mail: Any = message_from_bytes(server.taken[-1][1], policy=default)
    return mail["Subject"], mail.get_content().replace("\r\n", "\n")


def test_it_says_in_both_languages_what_is_due_when_and_where(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    run("notify.reminder", server.as_port(task_url="http://127.0.0.1:8080/tasks/{key}"), **REMINDER)
    subject, text = text_of(server)
    assert subject == "[FLT-GD-20261123-0001] 预警：任务即将到期 · 受理"
    assert text == (
        "预警：任务即将到期\n工单号：FLT-GD-20261123-0001\n流程：集团客户业务故障处理\n任务：受理\n"
        "时限：2026-11-23 18:30 CST\n办理：http://127.0.0.1:8080/tasks/2814749767106561\n"
        "\n"
        "Warning: task is due soon\nCase: FLT-GD-20261123-0001\nProcess: 集团客户业务故障处理\nTask: 受理\n"
        "Due: 2026-11-23 18:30 CST\nOpen: http://127.0.0.1:8080/tasks/2814749767106561\n"
    )


@pytest.mark.parametrize(
    ("kind", "chinese", "english"),
    [
        ("due", "任务已到处理时限", "has reached its limit"),
        ("reminder", "任务已超时", "overdue"),
        ("escalation", "任务超时上报", "overdue task reported"),
    ],
)
def test_each_kind_has_its_words(run: Run, mail_server: StartMail, kind: str, chinese: str, english: str) -> None:
    server = mail_server()
    run("notify.reminder", server.as_port(), **{**REMINDER, "kind": kind})
    subject, text = text_of(server)
    assert chinese in subject
    assert english in text


def test_what_is_not_known_is_left_out_and_the_job_knows_its_case(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    run("notify.reminder", server.as_port(), kind="due", task={"element": "accept"}, recipients=[DUTY])
    subject, text = text_of(server)
    assert subject == "[FLT-GD-20261123-0007] 到期：任务已到处理时限 · accept"
    assert "时限：" not in text
    assert "流程：" not in text


def test_a_due_time_with_its_zone_named_is_read(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    due = "2026-11-23T18:30:00+08:00@Asia/Shanghai"
    run("notify.reminder", server.as_port(timezone="UTC"), **{**REMINDER, "due": due})
    assert "2026-11-23 10:30 UTC" in text_of(server)[1]


def test_who_has_no_mailbox_is_skipped_and_told(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    without = {"name": "值班长", "mail": None}
    answer = run("notify.reminder", server.as_port(), **{**REMINDER, "recipients": [without, DUTY]})
    assert server.taken[0][0] == ["duty@operator.example"]
    assert [entry["reason"] for entry in answer["refused"]] == ["no mail address"]


def test_nobody_with_a_mailbox_stops_no_case(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    answer = run("notify.reminder", server.as_port(), **{**REMINDER, "recipients": [{"name": "值班长"}]})
    assert (answer["messageId"], len(answer["refused"]), server.taken) == (None, 1, [])
    assert run("notify.reminder", server.as_port(), **{**REMINDER, "recipients": []})["refused"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "panic"}, "one of warning, due, reminder, escalation"),
        ({"due": "tomorrow"}, "variable due: an ISO date and time"),
        ({"task": "accept"}, "variable task: a context is needed"),
        ({"recipients": [{"mail": "a b"}]}, r"recipients\[1\]: a mail address"),
    ],
)
def test_a_wrong_variable_is_named(run: Run, mail_server: StartMail, change: dict[str, Any], words: str) -> None:
    with pytest.raises(BpmnError, match=words):
        run("notify.reminder", mail_server().as_port(), **{**REMINDER, **change})


@pytest.mark.parametrize("zone", ["Asia/Guangzhou", "Asia", "../etc/passwd", "", 8])
def test_a_time_zone_that_is_none_is_a_wrong_ports_file(run: Run, mail_server: StartMail, zone: Any) -> None:
    server = mail_server()
    with pytest.raises(BpmnError, match="port mail: option timezone names no time zone") as refused:
        run("notify.reminder", server.as_port(timezone=zone), **REMINDER)
    assert (refused.value.code, server.taken) == ("adapter_failed", [])


def test_a_task_name_with_line_breaks_starts_no_header(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    run("notify.reminder", server.as_port(), **{**REMINDER, "task": {"name": "x\r\nBcc: thief@evil.example"}})
    mail = message_from_bytes(server.taken[0][1], policy=default)
    assert mail["Bcc"] is None


def test_an_unreachable_server_is_tried_again(run: Run, mail_at: Callable[..., Port], closed_port: int) -> None:
    with pytest.raises(Retry):
        run("notify.reminder", mail_at(closed_port), **REMINDER)
