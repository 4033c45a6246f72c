"""`device.snmp_get` against a real SNMP agent (snmpsim, v2c and v3): values, counters, accounts, and silence."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import requests

from engine import BpmnError, Port, Retry
from engine.work.contract import SecretReference, SecretUnavailable

Run = Callable[..., dict[str, Any]]
GZ, SZ, CPE = "DEV-GZ-PE1", "DEV-SZ-PE1", "DEV-GZ-CPE1"


@pytest.fixture
def port(demo: Any) -> Port:
    found: Port = demo.ports["device"]
    return found


@pytest.fixture
def in_condition(demo: Any) -> Iterator[Callable[[str, str], None]]:
    """in_condition(device, condition) for the length of a test."""
    changed: list[str] = []

    def change(device: str, condition: str) -> None:
        changed.append(device)
        requests.post(f"{demo.url}/devices/{device}", data={"condition": condition}, timeout=5).raise_for_status()

    yield change
    for device in list(changed):
        change(device, "normal")


def with_options(port: Port, **options: Any) -> Port:
    return replace(port, options={**port.options, **options})


def values(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: reading["value"] for name, reading in answer["values"].items()}


@pytest.mark.parametrize("device", [GZ, SZ], ids=["v2c", "v3"])
def test_a_device_tells_its_state(run: Run, port: Port, device: str) -> None:
    answer = run(
        "device.snmp_get",
        port,
        device={"id": device, "label": "…"},
        objects=["if_oper_status", "rx_power", "alarm_free"],
    )
    assert answer["device"]["id"] == device
    assert values(answer) == {"if_oper_status": "up", "rx_power": Decimal("-7.12"), "alarm_free": 1}
    assert answer["values"]["rx_power"]["unit"] == "dBm"
    assert answer["values"]["rx_power"]["time"].endswith("+00:00")


def test_objects_by_oid_and_one_the_device_does_not_have(run: Run, port: Port) -> None:
    name, absent = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.99.1.1.1.4.1"
    assert values(run("device.snmp_get", port, device=GZ, objects=[name, absent, "sys_name"])) == {
        name: GZ,
        absent: None,
        "sys_name": GZ,
    }


def test_up_time_is_in_seconds_and_known_by_its_mib_name(run: Run, port: Port) -> None:
    reading = run("device.snmp_get", port, device=GZ, objects=["sysUpTime"])["values"]["sysUpTime"]
    assert isinstance(reading["value"], Decimal)
    assert 86_400 <= reading["value"] < 90_000
    assert reading["unit"] == "s"


def test_more_objects_than_fit_into_one_question(run: Run, port: Port) -> None:
    oids = [f"1.3.6.1.2.1.2.2.1.8.{index}" for index in range(1, 46)]
    found = values(run("device.snmp_get", port, device=GZ, objects=oids))
    assert len(found) == 45
    assert found[oids[0]] == 1
    assert found[oids[44]] is None


def test_a_device_that_fails_shows_it(run: Run, port: Port, in_condition: Callable[[str, str], None]) -> None:
    in_condition(GZ, "down")
    objects = ["if_oper_status", "rx_power", "alarm_free"]
    assert values(run("device.snmp_get", port, device=GZ, objects=objects)) == {
        "if_oper_status": "down",
        "rx_power": Decimal("-40.00"),
        "alarm_free": 0,
    }
    in_condition(GZ, "normal")
    assert values(run("device.snmp_get", port, device=GZ, objects=objects))["if_oper_status"] == "up"


def test_new_errors_are_counted_between_two_readings(
    run: Run, port: Port, in_condition: Callable[[str, str], None]
) -> None:
    in_condition(CPE, "errors")
    began = time.monotonic()
    answer = run("device.snmp_get", port, device=CPE, interface="WAN", objects=["interface_errors"], interval=1)
    # Seven a second, as the agent's clock has it, which goes on while the machine is busy.
    assert 4 <= answer["values"]["interface_errors"]["value"] <= 7 * (time.monotonic() - began + 1)
    assert answer["values"]["interface_errors"]["unit"] == "new errors"


def test_an_interval_that_does_not_fit_into_the_lease_is_not_begun(run: Run, port: Port) -> None:
    with pytest.raises(BpmnError, match="an interval of 120 s does not fit"):
        run("device.snmp_get", port, device=GZ, objects=["interface_errors"], interval=120, lease_s=60)


@pytest.mark.parametrize("interface", ["GE0/0/1", "1", 1, Decimal(1), None])
def test_an_interface_by_name_or_index_or_the_only_one(run: Run, port: Port, interface: Any) -> None:
    assert values(run("device.snmp_get", port, device=GZ, interface=interface, objects=["ifOperStatus"])) == {
        "ifOperStatus": "up"
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"device": "DEV-XX"}, "device DEV-XX is not under `devices` in the ports file"),
        ({"device": "127.0.0.1"}, "device 127.0.0.1 is not under `devices`"),
        ({"device": {"label": "no id"}}, "variable device: a reference"),
        ({"objects": []}, "variable objects: a list of metric names or OIDs"),
        ({"objects": [3]}, "variable objects: a list of metric names or OIDs"),
        ({"objects": ["temperature"]}, "unknown object temperature; known: alarm_free, if_admin_status"),
        ({"objects": ["1.3.6.1; rm"]}, "unknown object"),
        ({"interface": "GE9/9/9"}, r"no interface GE9/9/9 \(known: GE0/0/1\)"),
        ({"interval": 0}, "variable interval: a whole number from 1 to 540"),
        ({"interval": Decimal("1.5")}, "variable interval: a whole number"),
    ],
)
def test_what_cannot_be_asked_is_said(run: Run, port: Port, change: dict[str, Any], words: str) -> None:
    with pytest.raises(BpmnError, match=words):
        run("device.snmp_get", port, **{"device": GZ, "objects": ["if_oper_status"], **change})


def test_a_device_with_several_interfaces_needs_one_named(run: Run, port: Port) -> None:
    devices = {GZ: {**port.options["devices"][GZ], "interfaces": {"a": 1, "b": 2}}}
    with pytest.raises(BpmnError, match="is asked of an interface"):
        run("device.snmp_get", with_options(port, devices=devices), device=GZ, objects=["rx_power"])


def test_a_device_that_is_silent_is_asked_again_later(run: Run, port: Port, closed_port: int) -> None:
    devices = {GZ: {**port.options["devices"][GZ], "port": closed_port}}
    silent = with_options(port, devices=devices, timeout_s=0.1, retries=0)
    with pytest.raises(Retry, match=f"device {GZ}: No SNMP response"):
        run("device.snmp_get", silent, device=GZ, objects=["sys_name"])


def test_a_wrong_community_looks_like_silence(run: Run, port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_COMMUNITY", "guessed")
    wrong = replace(
        with_options(port, timeout_s=0.1, retries=0),
        secrets={f"{GZ}.community": SecretReference(env="TEST_COMMUNITY")},
    )
    with pytest.raises(Retry):
        run("device.snmp_get", wrong, device=GZ, objects=["sys_name"])


def test_a_wrong_v3_key_is_an_account_to_correct(run: Run, port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_V3_KEY", "guessed guessed")
    wrong = replace(port, secrets={f"{SZ}.auth": SecretReference(env="TEST_V3_KEY")})
    with pytest.raises(BpmnError, match="check its credential in the ports file") as caught:
        run("device.snmp_get", wrong, device=SZ, objects=["sys_name"])
    assert "guessed" not in str(caught.value)


def test_an_agent_that_cannot_decipher_stays_silent_and_is_asked_again(
    run: Run, port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo's agent has no privacy key; SNMPv3 lets it drop what it cannot read."""
    monkeypatch.setenv("TEST_V3_KEY", "privacy privacy")
    credentials = {SZ: {**port.options["credentials"][SZ], "privacy": "AES128"}}
    ciphered = replace(
        with_options(port, credentials=credentials),
        secrets={**port.secrets, f"{SZ}.privacy": SecretReference(env="TEST_V3_KEY")},
    )
    with pytest.raises(Retry, match="No SNMP response"):
        run("device.snmp_get", ciphered, device=SZ, objects=["sys_name"])


@pytest.mark.parametrize(
    ("credential", "error", "words"),
    [
        (None, BpmnError, "is not under `credentials`"),
        ({"version": "v1"}, BpmnError, "version is v2c or v3"),
        ({"version": "v3", "user": "u", "auth": "ROT13"}, BpmnError, "auth is one of SHA, SHA256"),
        ({"version": "v2c"}, SecretUnavailable, f"no secret '{SZ}.community'"),
    ],
)
def test_a_wrong_credential_in_the_ports_file_is_said(
    run: Run, port: Port, credential: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        run("device.snmp_get", with_options(port, credentials={SZ: credential}), device=SZ, objects=["sys_name"])


@pytest.fixture
def babbling_port() -> Iterator[int]:
    """A UDP port that answers whatever it gets with bytes that are no SNMP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)

        def babble() -> None:
            _, sender = server.recvfrom(4096)
            server.sendto(b"\x30\x82nonsense", sender)

        thread = threading.Thread(target=babble)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_an_answer_that_is_no_snmp_counts_as_none(run: Run, port: Port, babbling_port: int) -> None:
    devices = {GZ: {**port.options["devices"][GZ], "port": babbling_port}}
    with pytest.raises(Retry):
        run(
            "device.snmp_get",
            with_options(port, devices=devices, timeout_s=0.2, retries=0),
            device=GZ,
            objects=["sys_name"],
        )


class TestDeviceFromTheInventory:
    """A device that the ports file does not list: its address comes from the inventory, within allowed networks."""

    @pytest.fixture
    def port(self, demo: Any) -> Port:
        listed: Port = demo.ports["device"]
        options = {name: value for name, value in listed.options.items() if name != "devices"}
        options |= {
            "inventory_url": f"{demo.url}/inventory/v1/device",
            "credential": GZ,
            "allowed_networks": ["127.0.0.0/8"],
        }
        return Port("device", options, {**listed.secrets, "inventory_token": demo.ports["inventory"].secrets["token"]})

    def test_it_is_asked_at_its_management_address(self, run: Run, port: Port) -> None:
        answer = run("device.snmp_get", port, device=GZ, interface="GE0/0/1", objects=["sys_name", "if_oper_status"])
        assert values(answer) == {"sys_name": GZ, "if_oper_status": "up"}
        assert answer["device"]["label"] == "广州天河核心路由器 PE1"

    @pytest.mark.parametrize("networks", [None, [], ["10.0.0.0/8", "::1/128"]])
    def test_an_address_outside_the_allowed_networks_is_never_asked(self, run: Run, port: Port, networks: Any) -> None:
        with pytest.raises(BpmnError, match="in none of the allowed_networks"):
            run("device.snmp_get", with_options(port, allowed_networks=networks), device=GZ, objects=["sys_name"])

    def test_a_device_nobody_knows(self, run: Run, port: Port) -> None:
        with pytest.raises(BpmnError, match="neither in the ports file nor in the inventory"):
            run("device.snmp_get", port, device="../customer/C-1001", objects=["sys_name"])

    @pytest.mark.parametrize("device", [".", ".."])
    def test_an_id_of_dots_leads_nowhere_else(self, run: Run, port: Port, script: Any, device: str) -> None:
        with pytest.raises(BpmnError, match="another place"):
            run("device.snmp_get", with_options(port, inventory_url=script.url), device=device, objects=["sys_name"])
        assert script.asked == []

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b'{"id": "x"}', "has no management address"),
            (b'{"management": {"host": "router.example"}}', "must be an IP address"),
            (b'{"management": {"port": 161}}', "must be an IP address"),
        ],
    )
    def test_an_inventory_without_a_usable_address(
        self, run: Run, port: Port, script: Any, body: bytes, words: str
    ) -> None:
        script.body = body
        with pytest.raises(BpmnError, match=words):
            run("device.snmp_get", with_options(port, inventory_url=script.url), device="x", objects=["sys_name"])
