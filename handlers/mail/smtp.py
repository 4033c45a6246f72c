"""Handing one mail to an SMTP server, and sorting its answers into sent, not now and never."""

import re
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from engine import BpmnError, Job, Port, Retry
from handlers.answers import never, not_now
from handlers.options import ca_file, needed, seconds, whole_number

_SECURITY = ("none", "starttls", "tls")
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")


def send(message: EmailMessage, mailboxes: list[str], job: Job, port: Port) -> dict[str, Any]:
    """Send it to all mailboxes in one go; gives `messageId`, `acceptedAt` and who was `refused`.

    A mail that one of them took counts as sent, since sending it again would reach that one twice.
    """
    try:
        connection = _connect(port)
        try:
            refused = connection.send_message(message, to_addrs=mailboxes)
        finally:
            # The mail is with the server by now or an error is on its way: a failing farewell must change neither.
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
    except smtplib.SMTPRecipientsRefused as error:
        raise _all_refused(error, job) from error
    except smtplib.SMTPNotSupportedError as error:
        raise never(f"port {port.name}: the mail server cannot do what the ports file asks: {error}") from error
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, _words(error.smtp_error), job) from error
    except ssl.SSLCertVerificationError as error:
        raise never(
            f"port {port.name}: the mail server's certificate is not trusted: {error.verify_message}"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise not_now(job, f"port {port.name}: mail server not reachable ({type(error).__name__}: {error})") from error
    return {
        "messageId": str(message["Message-ID"]),
        "acceptedAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "refused": _refusals(refused),
    }


def _connect(port: Port) -> smtplib.SMTP:
    options = port.options
    security = str(options.get("security", "starttls"))
    if security not in _SECURITY:
        raise never(f"port {port.name}: option security is one of {', '.join(_SECURITY)}")
    host, timeout = str(needed(port, "host")), seconds(port, "timeout_s", 20)
    if security == "tls":
        number = whole_number(port, "port", 465, most=65535)
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, number, timeout=timeout, context=_trust(port))
    else:
        connection = smtplib.SMTP(host, whole_number(port, "port", 587, most=65535), timeout=timeout)
    try:
        # smtplib raises if the server does not offer it: a password never goes over an open line by mistake.
        if security == "starttls":
            connection.starttls(context=_trust(port))
        if options.get("user"):
            connection.login(str(options["user"]), port.secret("password"))
    except BaseException:
        # Whatever it was: nobody else knows of the connection yet who could close it.
        connection.close()
        raise
    return connection


def _trust(port: Port) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file(port))


def _all_refused(error: smtplib.SMTPRecipientsRefused, job: Job) -> BpmnError | Retry:
    refused = _refusals(error.recipients)
    words = "; ".join(f"{entry['code']} {entry['reason']}" for entry in refused)
    # Nobody has it yet, so another try reaches nobody twice.
    if any(entry["temporary"] for entry in refused):
        return not_now(job, f"no recipient accepted for now: {words}")
    return never(f"every recipient was refused: {words}", {"refused": refused})


def _by_code(code: int, words: str, job: Job) -> BpmnError | Retry:
    """RFC 5321, 4.2.1: 4xx is transient, 5xx is permanent; -1 is a connection that broke off."""
    if code >= 500:
        return never(f"mail server: {code} {words}")
    return not_now(job, f"mail server: {code} {words}")


def _refusals(refused: dict[str, tuple[int, bytes]]) -> list[dict[str, Any]]:
    return [
        {"mail": mail, "code": code, "reason": _words(reply), "temporary": 400 <= code < 500}
        for mail, (code, reply) in refused.items()
    ]


def _words(reply: bytes | str) -> str:
    """The server's words without addresses: they go to history and logs, where nothing personal may stand."""
    return _ADDRESS.sub("…", reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)
