"""Writes the demo's ports file with the addresses it really listens on, and the secrets it refers to."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from handlers.demo.devices import METRICS

V3_USER = "trunkline"


@dataclass(frozen=True)
class Addresses:
    """UDP and TCP ports on 127.0.0.1."""

    smtp: int
    http: int
    snmp: int


class Secrets:
    """A folder of secrets, one a file, made on first use and kept, so that a running worker's stay right."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def value(self, name: str) -> str:
        path = self._folder / name
        if not path.exists():
            # The mode comes before the content.
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(16), encoding="utf-8")
        return path.read_text(encoding="utf-8")

    def reference(self, name: str) -> dict[str, str]:
        self.value(name)
        return {"file": str((self._folder / name).resolve())}


def write_ports(path: Path, addresses: Addresses, devices: Mapping[str, Mapping[str, Any]], store: Secrets) -> None:
    """In the format of `handlers/README.md`; replaces an older file as a whole."""
    document = {
        "ports": {
            "mail": {
                "options": {
                    "host": "127.0.0.1",
                    "port": addresses.smtp,
                    "security": "none",
                    "sender": {"name": "Trunkline 演示", "mail": "trunkline@demo.example"},
                }
            },
            "device": _device_port(addresses, devices, store),
            "inventory": {
                "options": {"url": f"http://127.0.0.1:{addresses.http}"},
                "secrets": {"token": store.reference("inventory")},
            },
        }
    }
    part = path.with_suffix(".part")
    part.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    part.replace(path)


def _device_port(addresses: Addresses, devices: Mapping[str, Mapping[str, Any]], store: Secrets) -> dict[str, Any]:
    """The simulator tells its devices apart by community (v2c) or context (v3)."""
    credentials: dict[str, Any] = {}
    references: dict[str, Any] = {}
    for device, entry in devices.items():
        if entry["snmp"] == "v3":
            context = store.value(f"{device}.community")
            credentials[device] = {"version": "v3", "user": V3_USER, "auth": "SHA256", "context": context}
            references[f"{device}.auth"] = store.reference("snmp-v3")
        else:
            credentials[device] = {"version": "v2c"}
            references[f"{device}.community"] = store.reference(f"{device}.community")
    table = {
        device: {
            "label": entry["label"],
            "host": "127.0.0.1",
            "port": addresses.snmp,
            "credential": device,
            "interfaces": entry["interfaces"],
        }
        for device, entry in devices.items()
    }
    options = {"timeout_s": 1, "retries": 1, "interval_s": 2, "metrics": METRICS}
    return {"options": {**options, "credentials": credentials, "devices": table}, "secrets": references}
