"""The demo's inventory: records from a YAML file, reservations kept in a file of the data folder."""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

# How long the demo stands by what it says is free, in days.
_VALIDITY_D = 30


class Inventory:
    """Thread-safe. Records are by kind and id; a resource is free until a reservation holds it."""

    def __init__(self, records: Mapping[str, list[dict[str, Any]]], state: Path) -> None:
        self._records = {kind: {entry["id"]: entry for entry in entries} for kind, entries in records.items()}
        self._state = state
        self._lock = threading.Lock()
        self._reservations: dict[str, dict[str, Any]] = json.loads(state.read_text("utf-8")) if state.exists() else {}

    def kinds(self) -> set[str]:
        return set(self._records)

    def one(self, kind: str, record_id: str) -> dict[str, Any] | None:
        with self._lock:
            found = self._records.get(kind, {}).get(record_id)
            return self._seen(kind, found) if found else None

    def search(self, kind: str, query: Mapping[str, str], limit: int) -> list[dict[str, Any]]:
        """`text` is looked for in id and name; any other word of the query must equal the field of that name."""
        text = query.get("text", "").casefold()
        fields = {name: value for name, value in query.items() if name not in ("text", "limit")}
        with self._lock:
            seen = [self._seen(kind, entry) for entry in self._records.get(kind, {}).values()]
        found = [
            entry
            for entry in seen
            if text in f"{entry['id']} {entry.get('name', '')}".casefold()
            and all(str(entry.get(name)) == value for name, value in fields.items())
        ]
        return found[:limit]

    def free_resources(self, segment: Mapping[str, Any], rate: float) -> dict[str, Any]:
        """The answer to a segment's query: free resources of its kind and unit that carry the rate."""
        fitting = self.search("resource", {"state": "free", "segment": str(segment.get("kind"))}, 100)
        free = [entry for entry in fitting if entry["unit"] == segment.get("unit") and entry["rate"] >= rate]
        resources = [{"kind": entry["kind"], "ref": {"id": entry["id"], "label": entry["name"]}} for entry in free]
        return {"sufficient": bool(free), "resources": resources, "validUntil": _until(None)}

    def reserve(self, key: str, body: Mapping[str, Any]) -> tuple[bool, dict[str, Any]]:
        """True and the reservation, or False and the conflicts. The same key gives the same reservation again."""
        wanted = [str(resource) for resource in body.get("resources") or []]
        with self._lock:
            # A job that runs again gets what it got the first time, even if that was released meanwhile.
            for known in self._reservations.values():
                if key and known["key"] == key:
                    return True, known
            held = self._held()
            conflicts = [name for name in wanted if name not in self._records["resource"] or name in held]
            if conflicts:
                return False, {"conflicts": conflicts}
            number = max((int(name.rpartition("-")[2]) for name in self._reservations), default=7000) + 1
            made: dict[str, Any] = {
                "id": f"RV-{number}",
                "key": key,
                "externalId": body.get("externalId"),
                "resources": wanted,
                "validUntil": _until(body.get("validUntil")),
                "released": False,
            }
            self._reservations[made["id"]] = made
            self._save()
            return True, made

    def release(self, reservation_id: str) -> bool:
        """False if there is none, or it was released before."""
        with self._lock:
            found = self._reservations.get(reservation_id)
            if found is None or found["released"]:
                return False
            found["released"] = True
            self._save()
            return True

    def _held(self) -> set[str]:
        return {name for entry in self._reservations.values() if not entry["released"] for name in entry["resources"]}

    def _seen(self, kind: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        if kind != "resource":
            return dict(entry)
        return {**entry, "state": "reserved" if entry["id"] in self._held() else "free"}

    def _save(self) -> None:
        # Replaced as a whole: a demo that is killed while writing must start again.
        part = self._state.with_suffix(".part")
        part.write_text(json.dumps(self._reservations, ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(self._state)


def _until(wanted: Any) -> str:
    if isinstance(wanted, str) and wanted:
        return date.fromisoformat(wanted[:10]).isoformat()
    return (datetime.now(UTC).date() + timedelta(days=_VALIDITY_D)).isoformat()
