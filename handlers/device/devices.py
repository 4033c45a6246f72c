"""From a device's id to its address and account: the ports file's table, or the inventory within allowed networks."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import Job, Port
from handlers.answers import never
from handlers.options import needed, whole
from handlers.web import get_json, path_segment


@dataclass(frozen=True)
class Device:
    """A network element that may be asked. `interfaces`: name → ifIndex; `metrics`: over those of the port."""

    id: str
    label: str
    host: str
    port: int
    credential: str
    interfaces: Mapping[str, int]
    metrics: Mapping[str, Any]

    def interface_index(self, interface: str | None) -> int | None:
        """The ifIndex of an interface's name, or of a number; with no interface the only one there is."""
        if interface is None:
            return next(iter(self.interfaces.values())) if len(self.interfaces) == 1 else None
        if interface in self.interfaces:
            return whole(
                self.interfaces[interface], f"device {self.id}: interface {interface}", least=1, most=2**31 - 1
            )
        if interface.isdecimal() and interface.isascii():
            return int(interface)
        known = ", ".join(self.interfaces) or "none"
        raise never(f"device {self.id}: no interface {interface} (known: {known})")


def find_device(device_id: str, job: Job, port: Port) -> Device:
    """Raises adapter_failed for a device that neither the ports file nor the inventory knows."""
    # The ports file goes before: an inventory entry of the same name cannot lead a job elsewhere.
    entry = (port.options.get("devices") or {}).get(device_id)
    if entry is None:
        entry = _from_inventory(device_id, job, port)
    if not isinstance(entry, Mapping) or not entry.get("host"):
        raise never(f"port {port.name}: device {device_id} has no host")
    return Device(
        id=device_id,
        label=str(entry.get("label") or device_id),
        host=str(entry["host"]),
        port=whole(entry.get("port") or 161, f"device {device_id}: port", least=1, most=65535),
        credential=str(entry.get("credential") or needed(port, "credential")),
        interfaces=entry.get("interfaces") or {},
        metrics=entry.get("metrics") or {},
    )


def _from_inventory(device_id: str, job: Job, port: Port) -> Mapping[str, Any]:
    """The inventory's management host; an address outside the allowed networks is never asked."""
    source = port.options.get("inventory_url")
    if not source:
        raise never(f"port {port.name}: device {device_id} is not under `devices` in the ports file")
    token = port.secret("inventory_token") if "inventory_token" in port.secrets else None
    found = get_json(f"{str(source).rstrip('/')}/{path_segment(device_id)}", {}, token, job, port)
    if found is None:
        raise never(f"device {device_id} is neither in the ports file nor in the inventory")
    management = found.get("management") if isinstance(found, Mapping) else None
    if not isinstance(management, Mapping):
        raise never(f"inventory: device {device_id} has no management address")
    _check_allowed(device_id, str(management.get("host")), port)
    # Account and metrics stay the ports file's business; of the inventory only the address is taken.
    return {
        "label": found.get("name"),
        "host": management.get("host"),
        "port": management.get("port"),
        "interfaces": found.get("interfaces"),
    }


def _check_allowed(device_id: str, host: str, port: Port) -> None:
    # A name would be resolved by whoever answers for it at that moment; the check needs the address itself.
    try:
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise never(f"inventory: device {device_id}: the management host must be an IP address") from error
    try:
        networks = [ipaddress.ip_network(str(network)) for network in port.options.get("allowed_networks") or []]
    except ValueError as error:
        raise never(f"port {port.name}: option allowed_networks has what is no network: {error}") from error
    if not any(address in network for network in networks):
        raise never(f"port {port.name}: device {device_id}: its address is in none of the allowed_networks")
