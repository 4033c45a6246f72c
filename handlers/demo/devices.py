"""The demo's devices: what each answers in its present condition, as the data files of the SNMP simulator."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONDITIONS = ("normal", "errors", "down")

# 32473 is the enterprise number for documentation (RFC 5612): optical power and alarms have no common object.
_OPTICAL = "1.3.6.1.4.1.32473.1.1"
_ALARMS = "1.3.6.1.4.1.32473.1.2.0"

METRICS = {
    "rx_power": {"oids": [f"{_OPTICAL}.{{index}}"], "unit": "dBm", "scale": "0.01"},
    "alarm_free": {"oids": [_ALARMS], "unit": "1/0", "way": "is_zero"},
}

# Condition → ifOperStatus, new input errors a second, optical power in 0.01 dBm, alarms.
_STATES = {"normal": (1, 0, -712, 0), "errors": (1, 7, -2480, 1), "down": (2, 0, -4000, 2)}


class Devices:
    """Holds the devices' conditions; the agent reads a changed data file at the next question."""

    def __init__(self, entries: Mapping[str, Mapping[str, Any]], communities: Mapping[str, str], folder: Path) -> None:
        self.entries = entries
        self._communities = communities
        self._folder = folder
        self._conditions = {device: str(entry["condition"]) for device, entry in entries.items()}
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        # The simulator serves every file it finds: one of an earlier start would stay a device.
        for old in folder.glob("*.snmprec"):
            old.unlink()
        for device in entries:
            self._write(device)

    def conditions(self) -> dict[str, str]:
        with self._lock:
            return dict(self._conditions)

    def set_condition(self, device: str, condition: str) -> None:
        """Raises KeyError for an unknown device, ValueError for an unknown condition."""
        if condition not in CONDITIONS:
            raise ValueError(condition)
        with self._lock:
            if device not in self._conditions:
                raise KeyError(device)
            self._conditions[device] = condition
            self._write(device)

    def _write(self, device: str) -> None:
        path = self._folder / f"{self._communities[device]}.snmprec"
        last = int(path.stat().st_mtime) if path.exists() else 0
        part = path.with_suffix(".part")
        part.write_text(_records(device, self.entries[device], self._conditions[device]), encoding="utf-8")
        # The simulator sees a change by whole seconds of the file's time: two within a second must differ too.
        time = max(int(part.stat().st_mtime), last + 1)
        os.utime(part, (time, time))
        part.replace(path)


def _records(device: str, entry: Mapping[str, Any], condition: str) -> str:
    """snmprec lines `OID|type|value` in the order of OIDs; types: 2 integer, 4 text, 65 counter, 67 time ticks."""
    oper_status, growth, power, alarms = _STATES[condition]
    records: dict[str, str] = {
        "1.3.6.1.2.1.1.3.0": "67:numeric|rate=100,initial=8640000",
        "1.3.6.1.2.1.1.5.0": f"4|{device}",
        _ALARMS: f"2|{alarms}",
    }
    for index in entry["interfaces"].values():
        records |= {
            f"1.3.6.1.2.1.2.2.1.7.{index}": "2|1",
            f"1.3.6.1.2.1.2.2.1.8.{index}": f"2|{oper_status}",
            f"1.3.6.1.2.1.2.2.1.14.{index}": f"65:numeric|rate={growth},initial=17" if growth else "65|17",
            f"1.3.6.1.2.1.2.2.1.20.{index}": "65|3",
            f"{_OPTICAL}.{index}": f"2|{power}",
        }
    ordered = sorted(records, key=lambda oid: [int(part) for part in oid.split(".")])
    return "".join(f"{oid}|{records[oid]}\n" for oid in ordered)
