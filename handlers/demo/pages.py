"""The demo's readable pages: the mails that were sent, and the devices with their conditions. All text is escaped."""

from collections.abc import Mapping
from html import escape
from typing import Any

from handlers.demo.devices import CONDITIONS
from handlers.demo.mailbox import Mail

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
:root{color-scheme:light dark}
table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;border-bottom:1px solid #8884;text-align:left}
pre{white-space:pre-wrap;border:1px solid #8884;padding:1rem}button{font:inherit}"""


def mail_list(mails: list[Mail]) -> str:
    rows = "".join(
        f'<tr><td>{escape(mail.date)}</td><td>{escape(mail.to)}</td><td><a href="/mail/{escape(mail.id)}">'
        f"{escape(mail.subject) or '—'}</a></td></tr>"
        for mail in mails
    )
    empty = "<p>还没有邮件。No mail yet.</p>" if not mails else ""
    head = "<tr><th>时间 Date</th><th>收件人 To</th><th>主题 Subject</th></tr>"
    return _page("演示邮箱 Demo mailbox", f"<table>{head}{rows}</table>{empty}")


def one_mail(mail: Mail) -> str:
    head = "".join(
        f"<tr><th>{label}</th><td>{escape(value)}</td></tr>"
        for label, value in (
            ("发件人 From", mail.sender),
            ("收件人 To", mail.to),
            ("时间 Date", mail.date),
            ("编号 Message-ID", mail.message_id),
        )
    )
    back = '<p><a href="/mail">← 演示邮箱 Demo mailbox</a></p>'
    return _page(mail.subject or "—", f"<table>{head}</table><pre>{escape(mail.text)}</pre>{back}")


def device_list(entries: Mapping[str, Mapping[str, Any]], conditions: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><td>{escape(device)}</td><td>{escape(str(entry['label']))}</td><td>{escape(conditions[device])}</td>"
        f'<td><form method="post" action="/devices/{escape(device)}">{_buttons(conditions[device])}</form></td></tr>'
        for device, entry in entries.items()
    )
    head = "<tr><th>编号 Id</th><th>设备 Device</th><th>状态 Condition</th><th>改为 Change to</th></tr>"
    return _page("演示设备 Demo devices", f"<table>{head}{rows}</table>")


def _buttons(present: str) -> str:
    return " ".join(
        f'<button name="condition" value="{condition}">{condition}</button>'
        for condition in CONDITIONS
        if condition != present
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}"
        f'<p><a href="/mail">邮件 Mails</a> · <a href="/devices">设备 Devices</a></p></html>'
    )
