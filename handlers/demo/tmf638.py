"""A demo circuit in the shape of TMF638 v4 `Service`, as an operator's inventory would publish it."""

from collections.abc import Mapping
from typing import Any

from handlers.demo.inventory import Inventory

PATH = "/tmf-api/serviceInventory/v4/service"


def service(circuit: Mapping[str, Any], inventory: Inventory) -> dict[str, Any]:
    said = ("product", "rate", "scope", "sla_grade", "unit", "interfaces")
    return {
        "@type": "Service",
        "id": circuit["id"],
        "href": f"{PATH}/{circuit['id']}",
        "name": circuit["name"],
        "category": "CFS",
        "state": circuit["state"],
        "serviceCharacteristic": [
            *({"name": name, "value": circuit[name]} for name in said),
            {"name": "customer_grade", "value": (inventory.one("customer", circuit["customer"]) or {}).get("grade")},
        ],
        "relatedParty": [
            {
                **_reference("customer", circuit["customer"], inventory),
                "role": "customer",
                "@referredType": "Organization",
            }
        ],
        "place": [{**_reference("site", circuit[end], inventory), "role": end} for end in ("a_end", "z_end")],
        "supportingService": [
            {**_reference("segment", segment, inventory), "@type": "Service"} for segment in circuit["segments"]
        ],
        "supportingResource": [
            {**_reference("device", device, inventory), "@referredType": "Device"} for device in circuit["interfaces"]
        ],
    }


def _reference(kind: str, record_id: str, inventory: Inventory) -> dict[str, Any]:
    record = inventory.one(kind, record_id) or {}
    return {"id": record_id, "name": record.get("name", record_id)}
