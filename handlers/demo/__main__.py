"""python -m handlers.demo --data DIR [--smtp-port N --http-port N --snmp-port N]: the demo set on loopback."""

import argparse
import asyncio
import signal
import sys
import threading
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from handlers.demo.agent import answers, start_agent
from handlers.demo.devices import Devices
from handlers.demo.inventory import Inventory
from handlers.demo.mailbox import Mailbox, serve_mail
from handlers.demo.ports_file import V3_USER, Addresses, Secrets, write_ports
from handlers.demo.server import DemoServer

_DATA = Path(__file__).parent / "data"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m handlers.demo", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for mails, secrets and ports.yaml")
    for name in ("smtp", "http", "snmp"):
        parser.add_argument(f"--{name}-port", type=int, default=0, help="0 takes a free port")
    return asyncio.run(_run(parser.parse_args()))


async def _run(arguments: argparse.Namespace) -> int:
    """0 when told to end; 1 when a port is taken or the SNMP agent ended by itself."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with AsyncExitStack() as stack:
        try:
            demo = await _start(arguments, stack)
        except OSError as error:
            sys.stderr.write(f"demo: cannot start: {error}\n")
            return 1
        told, gone = asyncio.create_task(ended.wait()), asyncio.create_task(demo.agent.wait())
        ready = asyncio.create_task(answers(demo.snmp_port, demo.community))
        await asyncio.wait((told, gone, ready), return_when=asyncio.FIRST_COMPLETED)
        if ready.done() and ready.result():
            ports_file = arguments.data / "ports.yaml"
            _say(f"demo ready: mails at http://127.0.0.1:{demo.http_port}/mail, ports file {ports_file}")
            await asyncio.wait((told, gone), return_when=asyncio.FIRST_COMPLETED)
        for task in (told, gone, ready):
            task.cancel()
    if ended.is_set():
        return 0
    sys.stderr.write(f"demo: the SNMP agent does not answer; see {arguments.data / 'snmp/agent.log'}\n")
    return 1


@dataclass(frozen=True)
class _Demo:
    """What runs: the agent's process, one community it knows, and where to find things."""

    agent: asyncio.subprocess.Process
    snmp_port: int
    community: str
    http_port: int


async def _start(arguments: argparse.Namespace, stack: AsyncExitStack) -> _Demo:
    """Start the three servers and write the ports file; the stack ends them. Raises OSError for a taken port."""
    folder: Path = arguments.data
    folder.mkdir(parents=True, exist_ok=True)
    store, mailbox = Secrets(folder / "secrets"), Mailbox(folder / "mail")
    entries: dict[str, dict[str, Any]] = _yaml("devices.yaml")["devices"]
    communities = {device: store.value(f"{device}.community") for device in entries}
    devices = Devices(entries, communities, folder / "snmp/devices")

    mail = await serve_mail(mailbox, arguments.smtp_port)
    stack.callback(mail.close)
    agent, snmp_port = await start_agent(folder / "snmp", arguments.snmp_port, V3_USER, store.value("snmp-v3"))
    stack.push_async_callback(_end, agent)
    records = {**_yaml("inventory.yaml"), "device": _device_records(entries, snmp_port)}
    inventory = Inventory(records, folder / "reservations.json")
    # Last, since its records tell where the agent is.
    http = DemoServer(arguments.http_port, inventory, devices, mailbox, store.value("inventory"))
    # `shutdown` waits for the next look at whether to end, and the demo is to end within a second.
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    stack.callback(http.shutdown)

    addresses = Addresses(mail.sockets[0].getsockname()[1], http.server_address[1], snmp_port)
    write_ports(folder / "ports.yaml", addresses, entries, store)
    return _Demo(agent, snmp_port, next(iter(communities.values())), addresses.http)


async def _end(agent: asyncio.subprocess.Process) -> None:
    if agent.returncode is None:
        agent.kill()
        await agent.wait()


def _yaml(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((_DATA / name).read_text(encoding="utf-8"))
    return found


def _device_records(entries: dict[str, dict[str, Any]], snmp_port: int) -> list[dict[str, Any]]:
    return [
        {
            "id": device,
            "name": entry["label"],
            "unit": entry["unit"],
            "interfaces": entry["interfaces"],
            "management": {"host": "127.0.0.1", "port": snmp_port},
        }
        for device, entry in entries.items()
    ]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    # Through a pipe the ready line would otherwise wait for more to be said.
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
