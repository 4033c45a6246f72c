"""From variables to a mail: recipients checked, header lines closed against injection, the job's key as identity."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from engine import Job, Port
from handlers.answers import never

# RFC 5322, 3.2.3, without quoted local parts.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]{{1,63}}(\.[A-Za-z0-9-]{{1,63}})*")
# The last three end a line for Python's splitlines, too.
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")


@dataclass(frozen=True)
class Recipient:
    """One mailbox; the name is empty where only the address is known."""

    mail: str
    name: str = ""

    def header(self) -> Address:
        return Address(self.name, addr_spec=self.mail)


@dataclass(frozen=True)
class Letter:
    """A mail before it has a sender and an identity. `text` is plain text."""

    to: list[Recipient]
    subject: str
    text: str
    cc: list[Recipient]
    reply_to: Recipient | None = None

    @property
    def mailboxes(self) -> list[str]:
        """Each address once, in the order given."""
        return list(dict.fromkeys(person.mail for person in [*self.to, *self.cc]))


def recipients(values: Iterable[Any], variable: str) -> list[Recipient]:
    """Addresses, or contexts with `mail` and perhaps `name`. Raises adapter_failed for what is no mailbox."""
    return [recipient(value, f"{variable}[{number}]") for number, value in enumerate(values, start=1)]


def recipient(value: Any, place: str) -> Recipient:
    """One of them; `place` is for the error's text, which never quotes the address."""
    mail, name = (value.get("mail"), value.get("name")) if isinstance(value, Mapping) else (value, None)
    if not isinstance(mail, str) or not _MAILBOX.fullmatch(mail.strip()):
        raise never(f"variable {place}: a mail address such as duty@example.cn is needed")
    return Recipient(mail.strip(), one_line(name) if isinstance(name, str) else "")


def one_line(value: str) -> str:
    """What may stand in a header: a line break in a subject or a name would start a header of its own."""
    return _NOT_PRINTABLE.sub(" ", value).strip()


def filled(template: str, data: Mapping[str, Any]) -> str:
    """The text with each {{name}} or {{name.part}} replaced from `data`; one that is not there is an error."""

    def value(match: re.Match[str]) -> str:
        found: Any = data
        for part in match[1].split("."):
            if not isinstance(found, Mapping) or found.get(part) is None:
                raise never(f"variable data: the text asks for {{{{{match[1]}}}}}, which is not there")
            found = found[part]
        return str(found)

    return _PLACEHOLDER.sub(value, template)


def compose(letter: Letter, job: Job, port: Port) -> EmailMessage:
    """The finished mail, with the same Message-ID whenever the job runs again."""
    sender = recipient(port.options.get("sender"), f"port {port.name}: option sender")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender.header()
    message["To"] = [person.header() for person in letter.to]
    if letter.cc:
        message["Cc"] = [person.header() for person in letter.cc]
    if letter.reply_to:
        message["Reply-To"] = letter.reply_to.header()
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = _message_id(letter, job, sender)
    # Without it, holiday replies would come back to the sending account.
    message["Auto-Submitted"] = "auto-generated"
    if job.case_no:
        message["X-Trunkline-Case"] = one_line(job.case_no)
    message.set_content(letter.text)
    return message


def _message_id(letter: Letter, job: Job, sender: Recipient) -> str:
    """Of the job's key (a second sending is known as the same mail) and the words (a new database counts keys anew)."""
    words = "\n".join([*letter.mailboxes, letter.subject, letter.text])
    digest = hashlib.sha256(words.encode()).hexdigest()[:16]
    return f"<trunkline.{job.key}.{digest}@{sender.mail.partition('@')[2]}>"
