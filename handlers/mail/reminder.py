"""Topic `notify.reminder`: what the engine tells people of a task's limit, in Chinese and English in one mail."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine import Handler, Job, Port
from handlers import variables
from handlers.answers import never
from handlers.mail.email_notice import ANSWER
from handlers.mail.message import Letter, Recipient, compose, one_line, recipient
from handlers.mail.smtp import send

_HEADLINES = {
    "warning": ("预警：任务即将到期", "Warning: task is due soon"),
    "due": ("到期：任务已到处理时限", "Due: task has reached its limit"),
    "reminder": ("催办：任务已超时", "Reminder: task is overdue"),
    "escalation": ("升级：任务超时上报", "Escalation: overdue task reported"),
}


def notify_reminder(job: Job, port: Port) -> dict[str, Any]:
    """Send it to those recipients who have a mailbox; the others are in `refused`.

    Nobody with a mailbox is no error: a reminder must not bring the case it reminds of to a stop.
    """
    people: list[Recipient] = []
    without: list[dict[str, Any]] = []
    for number, person in enumerate(variables.sequence(job, "recipients"), start=1):
        # A directory has people without a mailbox; that is no mistake of the diagram.
        if isinstance(person, Mapping) and not person.get("mail"):
            without.append({"mail": None, "code": None, "reason": "no mail address", "temporary": False})
        else:
            people.append(recipient(person, f"recipients[{number}]"))
    # Before the way out below, so that a wrong variable is seen even if nobody can be reached.
    letter = Letter(people, *_words(job, port), cc=[])
    if not people:
        return {"messageId": None, "acceptedAt": None, "refused": without}
    answer = send(compose(letter, job, port), letter.mailboxes, job, port)
    return {**answer, "refused": [*answer["refused"], *without]}


def _words(job: Job, port: Port) -> tuple[str, str]:
    """Subject and text."""
    kind = variables.text(job, "kind")
    if kind not in _HEADLINES:
        raise never(f"variable kind: one of {', '.join(_HEADLINES)} is needed")
    chinese, english = _HEADLINES[kind]
    task = variables.mapping(job, "task")
    name = one_line(str(task.get("name") or task.get("element") or ""))
    case_no = one_line(str(job.variables.get("case_no") or job.case_no or ""))
    rows = [
        ("工单号", "Case", case_no),
        ("流程", "Process", one_line(str(job.variables.get("process") or ""))),
        ("任务", "Task", name),
        ("时限", "Due", _local(variables.optional_text(job, "due"), port)),
        ("办理", "Open", _address(task, port)),
    ]
    filled = [row for row in rows if row[2]]
    text = "\n".join(
        [
            chinese,
            *(f"{label}：{value}" for label, _, value in filled),
            "",
            english,
            *(f"{label}: {value}" for _, label, value in filled),
            "",
        ]
    )
    return " ".join(
        part for part in (f"[{case_no}]" if case_no else "", chinese, f"· {name}" if name else "") if part
    ), text


def _local(due: str | None, port: Port) -> str:
    """The due time as people's clocks show it."""
    if due is None:
        return ""
    # FEEL may write the zone's name behind the offset: 2026-11-23T18:00:00+08:00@Asia/Shanghai.
    try:
        moment = datetime.fromisoformat(due.partition("@")[0])
    except ValueError as error:
        raise never("variable due: an ISO date and time is needed") from error
    zone = _zone(port)
    return (moment.astimezone(zone) if moment.tzinfo else moment).strftime("%Y-%m-%d %H:%M %Z").strip()


def _zone(port: Port) -> ZoneInfo:
    name = str(port.options.get("timezone", "Asia/Shanghai"))
    try:
        return ZoneInfo(name)
    # A folder of zones or a path is no key either, and refused by other errors.
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise never(f"port {port.name}: option timezone names no time zone: {name}") from error


def _address(task: Mapping[str, Any], port: Port) -> str:
    base = port.options.get("task_url")
    return str(base).replace("{key}", quote(str(task.get("key")), safe="")) if base and task.get("key") else ""


HANDLER = Handler(
    topic="notify.reminder",
    version=1,
    function=notify_reminder,
    port="mail",
    input={
        "type": "object",
        "required": ["kind", "task", "recipients"],
        "properties": {
            "kind": {"enum": list(_HEADLINES)},
            "task": {
                "type": "object",
                "properties": {
                    "key": {"type": ["string", "integer"]},
                    "name": {"type": ["string", "null"]},
                    "element": {"type": "string"},
                },
            },
            "case_no": {"type": ["string", "null"]},
            "process": {"type": ["string", "null"]},
            "due": {"type": ["string", "null"], "format": "date-time"},
            "recipients": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": ["string", "null"]}, "mail": {"type": ["string", "null"]}},
                },
            },
        },
    },
    output=ANSWER,
    texts={
        "zh": {
            "name": "任务时限提醒",
            "description": "向任务的候选人发送预警、到期、催办或升级邮件（中英文）。",
            "fields": {
                "kind": {"label": "提醒类别", "description": "warning 预警、due 到期、reminder 催办、escalation 升级"},
                "task": {"label": "任务", "description": "{key, name, element}"},
                "case_no": {"label": "工单号", "description": "不填则取本工单号"},
                "process": {"label": "流程", "description": "流程名称"},
                "due": {"label": "时限", "description": "ISO 日期时间"},
                "recipients": {"label": "收件人", "description": "{name, mail} 列表；无邮箱者跳过"},
            },
        },
        "en": {
            "name": "Remind of a task's limit",
            "description": "Mails a task's people a warning, due notice, reminder or escalation in two languages.",
            "fields": {
                "kind": {"label": "Kind", "description": "warning, due, reminder or escalation"},
                "task": {"label": "Task", "description": "{key, name, element}"},
                "case_no": {"label": "Case number", "description": "Left out: this case's own"},
                "process": {"label": "Process", "description": "The process's name"},
                "due": {"label": "Due", "description": "ISO date and time"},
                "recipients": {
                    "label": "Recipients",
                    "description": "List of {name, mail}; one without mail is skipped",
                },
            },
        },
    },
    timeout=timedelta(minutes=2),
)
