"""A circuit as a TM Forum service (TMF638 v4, `Service`), read into the flat record that diagrams work with."""

from collections.abc import Mapping
from typing import Any

_CHARACTERISTICS = ("product", "rate", "scope", "sla_grade", "unit", "customer_grade")


def circuit(service: Mapping[str, Any]) -> dict[str, Any]:
    """`product`, `rate` (Mbit/s), `scope`, `sla_grade`, `unit` are null where the inventory does not say them.

    `ends` are the places with role a_end or z_end, `segments` the supporting services, `devices` the supporting
    resources that are devices, each with the interface its characteristic names.
    """
    said = {entry.get("name"): entry.get("value") for entry in _entries(service, "serviceCharacteristic")}
    customer = next((party for party in _entries(service, "relatedParty") if party.get("role") == "customer"), None)
    interfaces = said.get("interfaces")
    return {
        "id": str(service["id"]),
        "label": " ".join(str(part) for part in (service["id"], service.get("name")) if part),
        "name": service.get("name"),
        "state": service.get("state"),
        "customer": _reference(customer) if customer else None,
        **{name: said.get(name) for name in _CHARACTERISTICS},
        "ends": [{**_reference(place), "role": place.get("role")} for place in _entries(service, "place")],
        "segments": [_reference(part) for part in _entries(service, "supportingService")],
        "devices": [
            {
                **_reference(part),
                "interface": interfaces.get(part.get("id")) if isinstance(interfaces, Mapping) else None,
            }
            for part in _entries(service, "supportingResource")
            if part.get("@referredType") == "Device"
        ],
    }


def _entries(service: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    entries = service.get(name)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _reference(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": entry.get("id"), "label": entry.get("name") or entry.get("id")}
