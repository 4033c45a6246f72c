"""The demo mail server: takes mail over SMTP and keeps each as a file that people can read."""

import asyncio
import hashlib
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

# Domains that show how a failing channel looks; RFC 5321's codes for "for good" and "for now".
_REFUSALS = {
    "refused.demo.example": "550 5.1.1 no such mailbox here",
    "busy.demo.example": "451 4.3.2 mailbox is busy, try again later",
}


@dataclass(frozen=True)
class Mail:
    """A mail that was taken, decoded."""

    id: str
    message_id: str
    sender: str
    to: str
    subject: str
    date: str
    text: str

    def summary(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("id", "message_id", "sender", "to", "subject", "date")}


class Mailbox:
    """A folder of mails, newest first. One that comes again (same Message-ID) is kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> None:
        message_id = str(message_from_bytes(content, policy=default)["Message-ID"] or "")
        # Hashed: a Message-ID may hold what no file name can.
        identity = hashlib.sha256(message_id.encode() or content).hexdigest()[:12]
        if any(self._folder.glob(f"*-{identity}.eml")):
            return
        last = max((int(path.name.partition("-")[0]) for path in self._folder.glob("*-*.eml")), default=0)
        path = self._folder / f"{last + 1:06d}-{identity}.eml"
        # A reader sees whole files only.
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.rename(path)

    def mails(self) -> list[Mail]:
        return [_read(path) for path in sorted(self._folder.glob("*-*.eml"), reverse=True)]

    def mail(self, mail_id: str) -> Mail | None:
        # Looked for among the files: the id comes from an address, and put into a path it could lead out of the folder.
        return next((_read(path) for path in self._folder.glob("*-*.eml") if path.stem == mail_id), None)


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=default)
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return Mail(
        id=path.stem,
        message_id=str(message["Message-ID"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        date=str(message["Date"] or ""),
        text=body.get_content() if body else "",
    )


class _Door:
    """aiosmtpd's hooks; their names and arguments are its interface."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[Any]
    ) -> str:
        refusal = _REFUSALS.get(address.rpartition("@")[2].lower())
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        self._mailbox.keep(content.encode() if isinstance(content, str) else content)
        return "250 kept"


async def serve_mail(mailbox: Mailbox, port: int) -> asyncio.Server:
    """Listens on loopback; port 0 takes a free one."""
    door = _Door(mailbox)
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SMTP(door, hostname="demo.trunkline.example"), "127.0.0.1", port)
