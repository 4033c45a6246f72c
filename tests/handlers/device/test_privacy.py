"""SNMPv3 with authentication and privacy, against a real agent that deciphers: every pair of ours that it knows."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import Port, Retry
from engine.work.contract import BpmnError, SecretReference

Run = Callable[..., dict[str, Any]]
ROOT = Path(__file__).parents[3]
# User → authentication and privacy, as our ports file names them.
USERS = {
    "first": ("SHA", "AES128"),
    "second": ("SHA256", "AES192"),
    "third": ("SHA512", "AES256"),
}
SECRETS = {"TEST_AUTH": "authentic authentic", "TEST_PRIVACY": "privacy privacy"}
RECORDS = "1.3.6.1.2.1.1.5.0|4|加密的路由器\n1.3.6.1.2.1.1.3.0|67|4711\n"


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The UDP port of an agent with a user for each pair."""
    folder = tmp_path_factory.mktemp("agent")
    for name in ("devices", "cache"):
        (folder / name).mkdir()
    (folder / "devices" / "ciphered.snmprec").write_text(RECORDS, encoding="utf-8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    names = {"AES128": "AES", "AES192": "AES192", "AES256": "AES256"}
    users = [
        argument
        for user, (auth, privacy) in USERS.items()
        for argument in (
            *("--v3-user", user, "--v3-auth-proto", auth, "--v3-auth-key", SECRETS["TEST_AUTH"]),
            *("--v3-priv-proto", names[privacy], "--v3-priv-key", SECRETS["TEST_PRIVACY"]),
        )
    ]
    command = [
        sys.executable,
        "-m",
        "snmpsim.commands.responder",
        "--quiet",
        "--log-level",
        "error",
        "--variation-modules-dir",
        str(folder),
    ]
    folders = ["--data-dir", str(folder / "devices"), "--cache-dir", str(folder / "cache")]
    process = subprocess.Popen(
        [*command, *folders, *users, "--agent-udpv4-endpoint", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env={**os.environ, "SNMPSIM_ALLOW_ROOT": "true"},
    )
    yield port
    process.kill()
    process.wait(10)


@pytest.fixture
def asked(agent: int, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Port]:
    """The ports file's part for a user of the agent; what is given goes before."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    def port(user: str, **credential: Any) -> Port:
        auth, privacy = USERS[user]
        account = {"version": "v3", "user": user, "auth": auth, "privacy": privacy, "context": "ciphered"}
        options = {
            "devices": {"DEV-1": {"host": "127.0.0.1", "port": agent, "credential": "account"}},
            "credentials": {"account": {**account, **credential}},
            # The agent answers once it has started.
            "timeout_s": 0.5,
            "retries": 40,
        }
        secrets = {"account.auth": SecretReference(env="TEST_AUTH")}
        return Port("device", options, {**secrets, "account.privacy": SecretReference(env="TEST_PRIVACY")})

    return port


@pytest.mark.parametrize("user", USERS)
def test_a_device_is_asked_in_cipher(run: Run, asked: Callable[..., Port], user: str) -> None:
    answer = run("device.snmp_get", asked(user), device="DEV-1", objects=["sys_name"])
    assert answer["values"]["sys_name"]["value"] == "加密的路由器"


def test_a_wrong_privacy_key_tells_nothing_and_shows_no_key(
    run: Run, asked: Callable[..., Port], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("device.snmp_get", asked("first"), device="DEV-1", objects=["sys_name"])
    port = asked("first")
    monkeypatch.setenv("TEST_PRIVACY", "guessed guessed")
    quick = replace(port, options={**port.options, "timeout_s": 0.2, "retries": 0})
    with pytest.raises((Retry, BpmnError)) as refused:
        run("device.snmp_get", quick, device="DEV-1", objects=["sys_name"])
    assert "guessed" not in str(refused.value)


def test_who_does_not_cipher_is_refused_by_a_user_who_must(run: Run, asked: Callable[..., Port]) -> None:
    run("device.snmp_get", asked("second"), device="DEV-1", objects=["sys_name"])
    plain = asked("second", privacy=None)
    quick = replace(plain, options={**plain.options, "timeout_s": 0.2, "retries": 0})
    with pytest.raises((Retry, BpmnError)):
        run("device.snmp_get", quick, device="DEV-1", objects=["sys_name"])
