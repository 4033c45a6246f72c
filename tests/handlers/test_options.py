"""Options of the ports file that are wrong: said once and by name, not tried again as if something were broken."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import BpmnError, Port
from engine.work.contract import SecretReference
from handlers.options import seconds, whole, whole_number


def test_numbers_are_read_from_numbers_and_from_texts() -> None:
    port = Port("p", {"timeout_s": "2.5", "retries": 3, "port": "587"})
    assert seconds(port, "timeout_s", 10) == 2.5
    assert seconds(port, "other_s", 10) == 10
    assert whole_number(port, "retries", 1) == 3
    assert whole_number(port, "port", 25, most=65535) == 587
    assert whole_number(port, "other", 25) == 25


@pytest.mark.parametrize("value", ["soon", "", 0, -1, True, [1], {"a": 1}, "nan", float("inf"), None])
def test_what_is_no_number_of_seconds_is_named(value: Any) -> None:
    with pytest.raises(BpmnError, match="port p: option timeout_s is no number of seconds") as refused:
        seconds(Port("p", {"timeout_s": value}), "timeout_s", 10)
    assert refused.value.code == "adapter_failed"


@pytest.mark.parametrize("value", ["many", "", 0, 65536, 1.5, True, [1], None])
def test_what_is_no_whole_number_is_named(value: Any) -> None:
    with pytest.raises(BpmnError, match="port p: option port is no whole number from 1 to 65535") as refused:
        whole_number(Port("p", {"port": value}), "port", 25, most=65535)
    assert refused.value.code == "adapter_failed"


def test_a_place_deeper_in_the_file_is_named_too() -> None:
    assert whole("161", "device d: port", least=1, most=65535) == 161
    with pytest.raises(BpmnError, match="device d: port is no whole number from 1 to 65535: x"):
        whole("x", "device d: port", least=1, most=65535)


NOTICE = {"to": ["duty@bank.example"], "subject": "s", "text": "t"}
MAIL = {"host": "127.0.0.1", "sender": "noc@operator.example", "security": "none"}
CIRCUIT = {"kind": "circuit", "id": "GD-P-0002"}
ASKED = {"device": "d", "objects": ["sys_name"]}
DEVICE = {"devices": {"d": {"host": "127.0.0.1"}}, "credential": "c", "credentials": {"c": {}}}
SECRETS = {"c.community": SecretReference(env="TEST_COMMUNITY")}


@pytest.mark.parametrize(
    ("topic", "options", "variables", "words"),
    [
        ("notify.email", {**MAIL, "timeout_s": "soon"}, NOTICE, "option timeout_s"),
        ("notify.email", {**MAIL, "port": "smtp"}, NOTICE, "option port"),
        ("inventory.lookup", {"url": "http://127.0.0.1:1", "timeout_s": "x"}, CIRCUIT, "option timeout_s"),
        ("device.snmp_get", {**DEVICE, "retries": "few"}, ASKED, "option retries"),
        ("device.snmp_get", {**DEVICE, "devices": {"d": {"host": "h", "port": "snmp"}}}, ASKED, "device d: port"),
    ],
)
def test_a_handler_that_meets_one_is_not_tried_again(
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    topic: str,
    options: dict[str, Any],
    variables: dict[str, Any],
    words: str,
) -> None:
    monkeypatch.setenv("TEST_COMMUNITY", "public")
    with pytest.raises(BpmnError, match=words) as refused:
        run(topic, Port("p", options, SECRETS), **variables)
    assert refused.value.code == "adapter_failed"
