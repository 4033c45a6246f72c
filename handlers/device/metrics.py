"""What can be asked of a device by name: a metric's objects, unit and way of reading."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from engine import Port
from handlers.answers import never
from handlers.device.devices import Device

# A part of an OID is below 2³², so it has at most ten digits, and there are at most 128 of them (RFC 2578).
_OID = re.compile(r"1(\.\d{1,10}){2,100}")
_WAYS = ("value", "change", "is_zero")

# SNMPv2-MIB and IF-MIB (RFC 3418, RFC 2863). Optical power and alarms have no object that devices agree on: the
# ports file names them.
_STANDARD: dict[str, dict[str, Any]] = {
    "sys_up_time": {"oids": ["1.3.6.1.2.1.1.3.0"], "unit": "s"},
    "sys_name": {"oids": ["1.3.6.1.2.1.1.5.0"]},
    "if_admin_status": {
        "oids": ["1.3.6.1.2.1.2.2.1.7.{index}"],
        "words": {1: "up", 2: "down", 3: "testing"},
    },
    "if_oper_status": {
        "oids": ["1.3.6.1.2.1.2.2.1.8.{index}"],
        "words": {
            1: "up",
            2: "down",
            3: "testing",
            4: "unknown",
            5: "dormant",
            6: "not_present",
            7: "lower_layer_down",
        },
    },
    "if_in_errors": {"oids": ["1.3.6.1.2.1.2.2.1.14.{index}"], "unit": "errors"},
    "if_out_errors": {"oids": ["1.3.6.1.2.1.2.2.1.20.{index}"], "unit": "errors"},
    "interface_errors": {
        "oids": ["1.3.6.1.2.1.2.2.1.14.{index}", "1.3.6.1.2.1.2.2.1.20.{index}"],
        "unit": "new errors",
        "way": "change",
    },
}
_SPELLINGS = {"sysUpTime": "sys_up_time", "sysName": "sys_name", "ifOperStatus": "if_oper_status"}
_COUNTER32 = 2**32


@dataclass(frozen=True)
class Metric:
    """Several OIDs are added; `way` takes their value, its change over the interval, or 1 for zero and else 0."""

    name: str
    oids: tuple[str, ...]
    unit: str | None = None
    way: str = "value"
    scale: Decimal = Decimal(1)
    words: Mapping[int, str] = field(default_factory=dict)

    def reading(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> Any:
        """The value out of one or two answers of the device; None where the device has no such object."""
        if self.way == "change":
            changes = [_growth(first.get(oid), second.get(oid)) for oid in self.oids]
            return None if any(change is None for change in changes) else self._scaled(sum(c for c in changes if c))
        values = [first.get(oid) for oid in self.oids]
        if any(value is None for value in values):
            return None
        if len(values) == 1 and not isinstance(values[0], int | Decimal):
            return values[0]
        total: Any = sum(value for value in values if value is not None)
        # Tests judge by 1 and 0 (D10); a device counts its alarms.
        if self.way == "is_zero":
            return 1 if total == 0 else 0
        return self.words.get(int(total), str(total)) if self.words else self._scaled(total)

    def _scaled(self, value: Any) -> Any:
        return value if self.scale == 1 else Decimal(value) * self.scale


def known_metrics(device: Device, port: Port) -> set[str]:
    return {*_STANDARD, *(port.options.get("metrics") or {}), *device.metrics}


def metric(name: str, device: Device, port: Port, index: int | None) -> Metric:
    """The metric by name, or the object itself by OID. Raises adapter_failed for an unknown name or a missing index."""
    if _OID.fullmatch(name):
        return Metric(name, (name,))
    # Under the name asked for, so that the answer has it too.
    key = _SPELLINGS.get(name, name)
    entry = device.metrics.get(key) or (port.options.get("metrics") or {}).get(key) or _STANDARD.get(key)
    if not isinstance(entry, Mapping):
        raise never(
            f"device {device.id}: unknown object {name}; known: {', '.join(sorted(known_metrics(device, port)))}"
        )
    oids = tuple(_placed(str(oid), name, device, index) for oid in entry.get("oids") or [])
    way = str(entry.get("way", "value"))
    if not oids or way not in _WAYS:
        raise never(f"port {port.name}: metric {name} needs `oids` and a `way` of {', '.join(_WAYS)}")
    try:
        scale = Decimal(str(entry.get("scale", 1)))
    except InvalidOperation as error:
        raise never(f"port {port.name}: metric {name}: `scale` is no number") from error
    return Metric(name, oids, entry.get("unit"), way, scale, entry.get("words") or {})


def _placed(oid: str, name: str, device: Device, index: int | None) -> str:
    if "{index}" in oid:
        if index is None:
            raise never(f"device {device.id}: {name} is asked of an interface; give the variable interface")
        oid = oid.replace("{index}", str(index))
    if not _OID.fullmatch(oid):
        raise never(f"metric {name}: {oid} is no OID")
    return oid


def _growth(before: Any, after: Any) -> int | None:
    """A counter's growth; one that is smaller than before has passed 2³² (RFC 2578, 7.1.6).

    None where that would be a leap by half the range or more: then somebody cleared the counter.
    """
    if not isinstance(before, int) or not isinstance(after, int):
        return None
    growth = after - before if after >= before else after - before + _COUNTER32
    return growth if growth < _COUNTER32 // 2 or after >= before else None
