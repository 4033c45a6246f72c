"""Topic `notify.email`: a mail to people, as the diagram words it."""

from datetime import timedelta
from typing import Any

from engine import Handler, Job, Port
from handlers import variables
from handlers.answers import never
from handlers.mail.message import Letter, compose, filled, one_line, recipient, recipients
from handlers.mail.smtp import send

RECIPIENTS = {
    "type": "array",
    "items": {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "required": ["mail"],
                "properties": {"name": {"type": ["string", "null"]}, "mail": {"type": "string"}},
            },
        ]
    },
}

ANSWER = {
    "type": "object",
    "required": ["messageId", "refused"],
    "properties": {
        "messageId": {"type": ["string", "null"]},
        "acceptedAt": {"type": ["string", "null"], "format": "date-time"},
        "refused": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["mail", "reason", "temporary"],
                "properties": {
                    "mail": {"type": ["string", "null"]},
                    "code": {"type": ["integer", "null"]},
                    "reason": {"type": "string"},
                    "temporary": {"type": "boolean"},
                },
            },
        },
    },
}


def notify_email(job: Job, port: Port) -> dict[str, Any]:
    """Send the mail; nobody to send to, or nobody accepted, is adapter_failed (a notice's channel counts as failed)."""
    to = recipients(variables.sequence(job, "to"), "to")
    if not to:
        raise never("variable to: nobody to send to")
    cc = recipients(variables.sequence(job, "cc"), "cc") if job.variables.get("cc") is not None else []
    reply_to = job.variables.get("reply_to")
    subject, text = variables.text(job, "subject"), variables.text(job, "text")
    data = job.variables.get("data")
    # Only then: a text without template data may hold braces of its own.
    if data is not None:
        data = variables.mapping(job, "data")
        subject, text = filled(subject, data), filled(text, data)
    letter = Letter(to, one_line(subject), text, cc, recipient(reply_to, "reply_to") if reply_to else None)
    return send(compose(letter, job, port), letter.mailboxes, job, port)


HANDLER = Handler(
    topic="notify.email",
    version=1,
    function=notify_email,
    port="mail",
    input={
        "type": "object",
        "required": ["to", "subject", "text"],
        "properties": {
            "to": {**RECIPIENTS, "minItems": 1},
            "cc": {**RECIPIENTS, "type": ["array", "null"]},
            "reply_to": {"type": ["string", "object", "null"]},
            "subject": {"type": "string", "minLength": 1},
            "text": {"type": "string", "minLength": 1},
            "data": {"type": ["object", "null"]},
        },
    },
    output=ANSWER,
    texts={
        "zh": {
            "name": "发送邮件",
            "description": "通过 SMTP 向人员或客户联系人发送一封纯文本邮件。",
            "fields": {
                "to": {"label": "收件人", "description": "邮箱地址列表，或 {name, mail} 列表"},
                "cc": {"label": "抄送", "description": "格式与收件人相同"},
                "reply_to": {"label": "回复地址", "description": "客户回复时使用的邮箱"},
                "subject": {"label": "主题", "description": "可含 {{变量}}，取自模板数据"},
                "text": {"label": "正文", "description": "纯文本，可含 {{变量}}，取自模板数据"},
                "data": {"label": "模板数据", "description": "不填则主题和正文原样发送"},
            },
        },
        "en": {
            "name": "Send a mail",
            "description": "Sends a plain-text mail to people or customer contacts over SMTP.",
            "fields": {
                "to": {"label": "To", "description": "List of addresses or of {name, mail}"},
                "cc": {"label": "Cc", "description": "In the same form as To"},
                "reply_to": {"label": "Reply to", "description": "The mailbox that answers go to"},
                "subject": {"label": "Subject", "description": "May hold {{name}}, taken from the template data"},
                "text": {"label": "Text", "description": "Plain text; may hold {{name}}, taken from the template data"},
                "data": {"label": "Template data", "description": "Without it subject and text are sent as they are"},
            },
        },
    },
    timeout=timedelta(minutes=2),
)
