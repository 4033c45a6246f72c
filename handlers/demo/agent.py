"""The demo's SNMP agent: snmpsim in a process of its own, which ends when the demo does.

`python -m handlers.demo.agent …` takes the arguments of snmpsim's command responder; the v3 key is its first line of
input.
"""

import asyncio
import importlib.util
import os
import socket
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import cast

from pysnmp.hlapi.v3arch import asyncio as snmp


async def start_agent(folder: Path, port: int, user: str, auth_key: str) -> tuple[asyncio.subprocess.Process, int]:
    """Start it on loopback; gives the process and its UDP port. Port 0 takes a free one. Its words go to agent.log.

    Raises OSError for a port that is taken.
    """
    chosen = _free_port(port)
    cache = folder / "index"
    cache.mkdir(parents=True, exist_ok=True)
    with (folder / "agent.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "handlers.demo.agent", "--quiet", "--log-level", "error"),
            *("--data-dir", str(folder / "devices"), "--cache-dir", str(cache)),
            *("--agent-udpv4-endpoint", f"127.0.0.1:{chosen}"),
            *("--v3-user", user, "--v3-auth-proto", "SHA256"),
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            # It would not start as root without being told so; what it serves stays on loopback.
            env={**os.environ, "SNMPSIM_ALLOW_ROOT": "true"},
        )
    # By the pipe, since anybody on the machine can read a command line.
    cast(asyncio.StreamWriter, process.stdin).write(f"{auth_key}\n".encode())
    return process, chosen


async def answers(port: int, community: str, tries: int = 50) -> bool:
    """Whether the agent on this port is ours and answers, asked a few times a second."""
    engine = snmp.SnmpEngine()
    try:
        target = await snmp.UdpTransportTarget.create(("127.0.0.1", port), timeout=0.2, retries=0)
        up_time = snmp.ObjectType(snmp.ObjectIdentity("1.3.6.1.2.1.1.3.0"))
        for _ in range(tries):
            account = snmp.CommunityData(community, mpModel=1)
            answer = await snmp.get_cmd(engine, account, target, snmp.ContextData(), up_time, lookupMib=False)
            if answer[0] is None:
                return True
        return False
    finally:
        engine.close_dispatcher()


def _free_port(wanted: int) -> int:
    """The simulator tells neither which port it took nor that it got none, so both are found out beforehand."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", wanted))
        return int(probe.getsockname()[1])


def _end_with_parent() -> None:
    """The pipe from the demo closes when the demo is gone, even if it was killed."""
    sys.stdin.buffer.read()
    os._exit(0)


def _run() -> int:
    sys.argv += ["--v3-auth-key", sys.stdin.readline().strip()]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if importlib.util.find_spec("pysmi") is None:
        # snmpsim 1.2.2 imports pysmi for the words of --version alone and does not name it as a requirement.
        absent = ModuleType("pysmi")
        absent.__dict__["__version__"] = "absent"
        sys.modules["pysmi"] = absent
    from snmpsim.commands.responder import main

    return int(main() or 0)


if __name__ == "__main__":
    sys.exit(_run())
