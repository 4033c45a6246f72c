"""`notify.email` against real mail servers: what arrives, who is refused, and how each failure is answered."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from engine import BpmnError, Port, Retry
from engine.work.contract import SecretUnavailable

Run = Callable[..., dict[str, Any]]
StartMail = Callable[..., Any]

DUTY = "duty@bank.example"
NOTICE = {"to": [DUTY], "subject": "故障已修复", "text": "您好，\n电路 GD-P-0002 已恢复。\n"}


def received(server: Any, number: int = -1) -> EmailMessage:
    message = message_from_bytes(server.taken[number][1], policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_arrives_as_the_diagram_words_it(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    answer = run(
        "notify.email",
        server.as_port(),
        to=[DUTY, {"name": "黄演示", "mail": "huang@bank.example"}],
        cc=[{"name": None, "mail": "nsm@operator.example"}],
        reply_to={"name": "回复台", "mail": "reply@operator.example"},
        subject="电路 {{circuit.id}} 故障",
        text="第 {{ n }} 次通知",
        data={"circuit": {"id": "GD-P-0002"}, "n": 2},
    )
    mail = received(server)
    assert mail["From"] == "集团客户响应中心 <crc@operator.example>"
    assert mail["To"] == "duty@bank.example, 黄演示 <huang@bank.example>"
    assert mail["Cc"] == "nsm@operator.example"
    assert mail["Reply-To"] == "回复台 <reply@operator.example>"
    assert mail["Subject"] == "电路 GD-P-0002 故障"
    assert mail["X-Trunkline-Case"] == "FLT-GD-20261123-0007"
    assert mail.get_content().strip() == "第 2 次通知"
    assert server.taken[0][0] == [DUTY, "huang@bank.example", "nsm@operator.example"]
    assert answer["messageId"] == mail["Message-ID"]
    assert answer["refused"] == []


def test_a_second_run_of_the_job_sends_the_same_mail_and_another_job_another(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    ids = [
        run("notify.email", server.as_port(), key=key, attempt=n, **NOTICE)["messageId"]
        for key, n in ((7, 1), (7, 2), (8, 1))
    ]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("<trunkline.7.")
    assert ids[0].endswith("@operator.example>")


def test_braces_stay_as_they_are_without_data(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    run("notify.email", server.as_port(), **{**NOTICE, "text": "set {{a}}"})
    assert received(server).get_content().strip() == "set {{a}}"


def test_a_placeholder_without_data_is_said_not_sent(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    with pytest.raises(BpmnError, match=r"asks for \{\{customer.name\}\}"):
        run("notify.email", server.as_port(), **{**NOTICE, "text": "{{customer.name}}", "data": {"customer": {}}})
    assert server.taken == []


@pytest.mark.parametrize("breaking", ["\r\n", "\n", "\r", "\u2028", "\x00", "\x85", "\x0b"])
def test_no_line_break_in_subject_or_name_starts_a_header(run: Run, mail_server: StartMail, breaking: str) -> None:
    server = mail_server()
    evil = f"x{breaking}Bcc: thief@evil.example{breaking}{breaking}body"
    run("notify.email", server.as_port(), to=[{"name": evil, "mail": DUTY}], subject=evil, text="hello")
    mail = received(server)
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("x Bcc: thief")
    assert mail.get_content().strip() == "hello"
    assert server.taken[0][0] == [DUTY]


def test_a_line_break_that_comes_with_the_data_is_closed_too(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    run(
        "notify.email",
        server.as_port(),
        **{**NOTICE, "subject": "{{a}}", "data": {"a": "x\r\nBcc: thief@evil.example"}},
    )
    assert received(server)["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a b@c.example",
        ".a@c.example",
        "a..b@c.example",
        "a@-b@c.example",
        "nobody",
        "王@b.example",
        "",
        None,
        {"name": "no mail"},
        7,
    ],
)
def test_what_is_no_mailbox_is_refused_before_anything_is_sent(run: Run, mail_server: StartMail, address: Any) -> None:
    server = mail_server()
    with pytest.raises(BpmnError, match=r"^adapter_failed: variable to\[2\]: a mail address") as caught:
        run("notify.email", server.as_port(), **{**NOTICE, "to": [DUTY, address]})
    assert not isinstance(address, str) or not address or address not in str(caught.value)
    assert server.taken == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": []}, "nobody to send to"),
        ({"to": DUTY}, "variable to: a list is needed, got a text"),
        ({"to": None}, "variable to: a list is needed, got nothing"),
        ({"subject": "  "}, "variable subject: a text is needed, got a blank text"),
        ({"text": {"a": 1}}, "variable text: a text is needed, got a context"),
        ({"data": [1]}, "variable data: a context is needed, got a list"),
        ({"cc": True}, "variable cc: a list is needed, got true or false"),
    ],
)
def test_a_wrong_variable_is_named(run: Run, mail_server: StartMail, change: dict[str, Any], words: str) -> None:
    with pytest.raises(BpmnError, match=words):
        run("notify.email", mail_server().as_port(), **{**NOTICE, **change})


def test_who_is_refused_is_told_and_the_others_get_it_once(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    server.rcpt = {"gone@bank.example": "550 5.1.1 no gone@bank.example here", "full@bank.example": "452 4.2.2 full"}
    answer = run("notify.email", server.as_port(), **{**NOTICE, "to": [DUTY, "gone@bank.example", "full@bank.example"]})
    assert answer["refused"] == [
        {"mail": "gone@bank.example", "code": 550, "reason": "5.1.1 no … here", "temporary": False},
        {"mail": "full@bank.example", "code": 452, "reason": "4.2.2 full", "temporary": True},
    ]
    assert [to for to, _ in server.taken] == [[DUTY]]


def test_all_refused_for_good_is_an_error_the_diagram_can_catch(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    server.rcpt = {DUTY: f"550 5.1.1 <{DUTY}> unknown"}
    with pytest.raises(BpmnError) as caught:
        run("notify.email", server.as_port(), **NOTICE)
    assert caught.value.code == "adapter_failed"
    assert caught.value.variables["refused"][0]["mail"] == DUTY
    # The sentence goes to history, where no address may stand.
    assert DUTY not in str(caught.value)


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 10), (2, 60), (3, 300), (4, 300)])
def test_one_refused_for_now_is_tried_again_later(run: Run, mail_server: StartMail, attempt: int, seconds: int) -> None:
    server = mail_server()
    server.rcpt = {DUTY: "451 4.3.2 busy", "gone@bank.example": "550 no"}
    with pytest.raises(Retry, match="451") as caught:
        run("notify.email", server.as_port(), attempt=attempt, **{**NOTICE, "to": [DUTY, "gone@bank.example"]})
    assert caught.value.after == timedelta(seconds=seconds)


@pytest.mark.parametrize(("reply", "error"), [("452 4.3.1 full", Retry), ("554 5.7.1 spam", BpmnError)])
def test_a_refused_text_counts_by_its_code(
    run: Run, mail_server: StartMail, reply: str, error: type[Exception]
) -> None:
    server = mail_server()
    server.data = reply
    with pytest.raises(error, match=reply):
        run("notify.email", server.as_port(), **NOTICE)


def test_nobody_listening_is_tried_again(run: Run, mail_at: Callable[..., Port], closed_port: int) -> None:
    with pytest.raises(Retry, match="port mail: mail server not reachable"):
        run("notify.email", mail_at(closed_port), **NOTICE)


def test_a_server_that_says_nothing_is_tried_again(run: Run, mail_at: Callable[..., Port], silent_port: int) -> None:
    with pytest.raises(Retry, match="not reachable"):
        run("notify.email", mail_at(silent_port, timeout_s=0.2), **NOTICE)


def test_a_port_without_host_or_sender_says_so(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    with pytest.raises(BpmnError, match="port mail: option host is missing"):
        run("notify.email", server.as_port(host=None), **NOTICE)
    with pytest.raises(BpmnError, match="port mail: option sender"):
        run("notify.email", server.as_port(sender="nobody"), **NOTICE)
    with pytest.raises(BpmnError, match="security is one of none, starttls, tls"):
        run("notify.email", server.as_port(security="ssl"), **NOTICE)


def test_a_server_without_starttls_never_gets_the_mail_in_plain(run: Run, mail_server: StartMail) -> None:
    server = mail_server()
    with pytest.raises(BpmnError, match="cannot do what the ports file asks"):
        run("notify.email", server.as_port(security="starttls"), **NOTICE)
    assert server.taken == []


# The test's server warns that it lets people sign in without STARTTLS: it is TLS from the first byte there.
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_login_over_tls(
    run: Run,
    mail_server: StartMail,
    tls_context: ssl.SSLContext,
    certificate: Path,
    security: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = mail_server(tls=security, context=tls_context, login=True)
    port = server.as_port(security=security, ca_file=str(certificate), user="trunkline")
    with pytest.raises(SecretUnavailable, match="TEST_MAIL_PASSWORD"):
        run("notify.email", port, **NOTICE)
    monkeypatch.setenv("TEST_MAIL_PASSWORD", "wrong")
    with pytest.raises(BpmnError, match="535") as caught:
        run("notify.email", port, **NOTICE)
    assert "wrong" not in str(caught.value)
    monkeypatch.setenv("TEST_MAIL_PASSWORD", "open sesame")
    run("notify.email", port, **NOTICE)
    assert set(server.logins[:-1]) == {("trunkline", "wrong")}
    assert server.logins[-1] == ("trunkline", "open sesame")
    assert len(server.taken) == 1


def test_a_missing_file_of_authorities_is_said(run: Run, mail_at: Callable[..., Port], closed_port: int) -> None:
    with pytest.raises(BpmnError, match="option ca_file names no file"):
        run("notify.email", mail_at(closed_port, security="tls", ca_file="/nonexistent/ca.pem"), **NOTICE)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_we_trust_ends_it(
    run: Run, mail_server: StartMail, tls_context: ssl.SSLContext, security: str
) -> None:
    server = mail_server(tls=security, context=tls_context)
    with pytest.raises(BpmnError, match="certificate is not trusted"):
        run("notify.email", server.as_port(security=security), **NOTICE)
    assert server.taken == []
