"""The demo set as people meet it: it starts, shows mails and devices, keeps to loopback, and ends when told."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.work.ports import load_ports

Run = Callable[..., dict[str, Any]]
ROOT = Path(__file__).parents[3]


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "handlers.demo", "--data", str(folder), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ready_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def send(run: Run, demo: Any, key: int, **change: Any) -> str:
    mail = {"to": ["duty@bank.demo.example"], "subject": "演示通知", "text": "您好", **change}
    return str(run("notify.email", demo.ports["mail"], key=key, **mail)["messageId"])


def shown(demo: Any, message_id: str) -> list[dict[str, str]]:
    mails = requests.get(f"{demo.url}/mail.json", timeout=5).json()
    return [mail for mail in mails if mail["message_id"] == message_id]


def test_the_ready_line_names_the_mail_page_and_the_ports_file(demo: Any) -> None:
    match = re.fullmatch(r"demo ready: mails at (http://127\.0\.0\.1:\d+/mail), ports file (.*)\n", demo.ready)
    assert match is not None
    assert requests.get(match[1], timeout=5).status_code == 200
    assert Path(match[2]) == demo.folder / "ports.yaml"


def test_a_mail_that_was_sent_can_be_read(run: Run, demo: Any) -> None:
    message_id = send(run, demo, 1001, to=[{"name": "黄演示", "mail": "huang@bank.demo.example"}])
    (mail,) = shown(demo, message_id)
    assert (mail["subject"], mail["to"], mail["text"].strip()) == (
        "演示通知",
        "黄演示 <huang@bank.demo.example>",
        "您好",
    )
    page = requests.get(f"{demo.url}/mail", timeout=5).text
    assert f'<a href="/mail/{mail["id"]}">演示通知</a>' in page
    assert "<pre>您好" in requests.get(f"{demo.url}/mail/{mail['id']}", timeout=5).text
    assert requests.get(f"{demo.url}/mail/none", timeout=5).status_code == 404


def test_a_mail_is_text_and_never_a_page(run: Run, demo: Any) -> None:
    evil = "<script>alert(1)</script>"
    (mail,) = shown(demo, send(run, demo, 1002, subject=evil, text=evil))
    for path in ("/mail", f"/mail/{mail['id']}"):
        answer = requests.get(demo.url + path, timeout=5)
        assert "&lt;script&gt;" in answer.text
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_mail_that_is_sent_twice_is_kept_once(run: Run, demo: Any) -> None:
    assert len(shown(demo, send(run, demo, 1003))) == 1
    assert len(shown(demo, send(run, demo, 1003))) == 1
    assert len(shown(demo, send(run, demo, 1004))) == 1


def test_the_newest_mail_is_first(run: Run, demo: Any) -> None:
    send(run, demo, 1005)
    newest = send(run, demo, 1006)
    assert requests.get(f"{demo.url}/mail.json", timeout=5).json()[0]["message_id"] == newest


def test_devices_are_shown_and_changed(demo: Any) -> None:
    address = f"{demo.url}/devices"
    page = requests.post(f"{address}/DEV-SZ-PE1", data={"condition": "errors"}, timeout=5).text
    assert "<td>DEV-SZ-PE1</td><td>深圳福田核心路由器 PE1</td><td>errors</td>" in page
    page = requests.post(f"{address}/DEV-SZ-PE1", data={"condition": "normal"}, timeout=5).text
    assert "<td>DEV-SZ-PE1</td><td>深圳福田核心路由器 PE1</td><td>normal</td>" in page
    assert requests.post(f"{address}/DEV-XX", data={"condition": "down"}, timeout=5).status_code == 404
    assert requests.post(f"{address}/DEV-SZ-PE1", data={"condition": "odd"}, timeout=5).status_code == 400
    foreign = {"Origin": "http://evil.example"}
    answer = requests.post(f"{address}/DEV-SZ-PE1", data={"condition": "down"}, headers=foreign, timeout=5)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/inventory/v1/customer", None, 401),
        ("GET", "/tmf-api/serviceInventory/v4/service/GD-L-0001", None, 401),
        ("DELETE", "/inventory/v1/reservation/RV-7001", None, 401),
    ],
)
def test_what_is_not_there_or_not_allowed(demo: Any, method: str, path: str, body: Any, status: int) -> None:
    assert requests.request(method, demo.url + path, data=body, timeout=5).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/inventory/v1/secret", None, 404),
        ("GET", "/inventory/v1/customer?limit=x", None, 400),
        ("GET", "/tmf-api/serviceInventory/v4/service?limit=x", None, 400),
        ("POST", "/inventory/v1/free-resources", b"nonsense", 400),
        ("POST", "/inventory/v1/free-resources", b"[]", 400),
        ("POST", "/inventory/v1/free-resources", b'{"segment": {}, "rate": "fast"}', 400),
        ("POST", "/inventory/v1/reservation", b"x" * 1_000_001, 413),
    ],
)
def test_a_wrong_question_gets_a_sentence(demo: Any, method: str, path: str, body: Any, status: int) -> None:
    token = demo.ports["inventory"].secret("token")
    answer = requests.request(
        method, demo.url + path, data=body, headers={"Authorization": f"Bearer {token}"}, timeout=5
    )
    assert answer.status_code == status
    assert answer.json()["message"]


def test_a_name_of_the_outside_world_for_loopback_is_refused(demo: Any) -> None:
    assert requests.get(f"{demo.url}/mail", headers={"Host": "evil.example:80"}, timeout=5).status_code == 403


def test_circuits_are_services_of_tmf638(demo: Any) -> None:
    token = demo.ports["inventory"].secret("token")
    address = f"{demo.url}/tmf-api/serviceInventory/v4/service/CN-I-0003"
    service = requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=5).json()
    assert service["@type"] == "Service"
    assert service["state"] in {"feasibilityChecked", "designed", "reserved", "inactive", "active", "terminated"}
    assert all(entry.keys() >= {"name", "value"} for entry in service["serviceCharacteristic"])
    assert all(entry.keys() >= {"id", "@referredType"} for entry in service["relatedParty"])
    assert [entry["role"] for entry in service["place"]] == ["a_end", "z_end"]


def test_secrets_are_files_for_the_owner_alone_and_no_part_of_the_ports_file(demo: Any) -> None:
    written = (demo.folder / "ports.yaml").read_text(encoding="utf-8")
    files = list((demo.folder / "secrets").iterdir())
    assert files
    for path in files:
        assert path.stat().st_mode & 0o077 == 0
    for port, name in (("inventory", "token"), ("device", "DEV-SZ-PE1.auth")):
        assert demo.ports[port].secret(name) not in written


def test_all_of_it_listens_on_loopback(demo: Any) -> None:
    options = [demo.ports["mail"].options, *demo.ports["device"].options["devices"].values()]
    assert {entry["host"] for entry in options} == {"127.0.0.1"}
    with socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.2", demo.ports["mail"].options["port"]))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked_and_starts_again_with_its_data(tmp_path: Path, number: signal.Signals, run: Run) -> None:
    process = start(tmp_path)
    assert ready_line(process).startswith("demo ready")
    before = load_ports(tmp_path / "ports.yaml")
    run("notify.email", before["mail"], to=["duty@bank.demo.example"], subject="before", text="x")
    run("inventory.reserve", before["inventory"], resources=["R-5001"])
    process.send_signal(number)
    assert process.wait(timeout=10) == 0
    assert process.communicate() == ("", "")

    again = start(tmp_path)
    try:
        assert ready_line(again).startswith("demo ready")
        after = load_ports(tmp_path / "ports.yaml")
        assert after["inventory"].secret("token") == before["inventory"].secret("token")
        mails = requests.get(f"{after['inventory'].options['url']}/mail.json", timeout=5).json()
        assert [mail["subject"] for mail in mails] == ["before"]
        assert run("inventory.reserve", after["inventory"], key=2, resources=["R-5001"])["conflicts"] == ["R-5001"]
    finally:
        again.terminate()
        again.communicate(timeout=10)
    assert again.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and pidfd")
def test_the_agent_does_not_outlive_a_demo_that_was_killed(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert ready_line(process).startswith("demo ready")
    (agent,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    agents_end = os.pidfd_open(int(agent))
    try:
        process.kill()
        process.communicate(timeout=10)
        assert select.select([agents_end], [], [], 10)[0], "the agent is still there"
    finally:
        os.close(agents_end)


@pytest.mark.parametrize("option", ["--smtp-port", "--http-port", "--snmp-port"])
def test_a_port_that_is_taken_is_said(tmp_path: Path, option: str) -> None:
    kind = socket.SOCK_DGRAM if option == "--snmp-port" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        process = start(tmp_path, option, str(taken.getsockname()[1]))
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("demo: ")
    assert err.count("\n") == 1


def test_its_data_is_whole(demo: Any) -> None:
    """Every reference between records leads somewhere."""
    token = demo.ports["inventory"].secret("token")

    def all_of(kind: str) -> dict[str, dict[str, Any]]:
        address = f"{demo.url}/inventory/v1/{kind}?limit=200"
        found = requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=5).json()
        assert found, kind
        return {entry["id"]: entry for entry in found}

    records = {
        kind: all_of(kind) for kind in ("customer", "contact", "contract", "site", "segment", "circuit", "device")
    }
    for circuit in records["circuit"].values():
        assert circuit["customer"] in records["customer"]
        assert records["contract"][circuit["contract"]]["customer"] == circuit["customer"]
        assert {circuit["a_end"], circuit["z_end"]} <= records["site"].keys()
        assert set(circuit["segments"]) <= records["segment"].keys()
        for device, interface in circuit["interfaces"].items():
            assert interface in records["device"][device]["interfaces"]
    for contact in records["contact"].values():
        assert contact["customer"] in records["customer"]
    assert json.dumps(records, ensure_ascii=False).count("demo.example") > 5
