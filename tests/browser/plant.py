"""The world outside of a whole case: TRUNKLINE_HANDLERS of the server and the worker under test."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine import Handler, Job, Lookup, Port
from handlers.device import measure
from handlers.inventory import lookup
from handlers.mail import email_notice, reminder

CUSTOMER = {"id": "C-1001", "label": "演示银行广东省分行", "grade": "AAA"}
CIRCUIT = {
    "id": "GD-L-0001",
    "label": "GD-L-0001 演示银行 天河–番禺",
    "sla_grade": "AAA",
    "scope": "local",
    "unit": "GD-GZ",
    "product": "Ethernet line",
    "rate": 100,
    "state": "active",
    "devices": [{"id": "DEV-GZ-PE1", "label": "PE1", "interface": "GE0/0/1"}],
}
RECORDS: Mapping[str, list[dict[str, Any]]] = {
    "customer": [CUSTOMER],
    "circuit": [CIRCUIT],
    "contract": [{"id": "K-3001", "label": "K-3001", "limits": {}}],
    "contact": [{"id": "P-1", "label": "王经理", "name": "王经理", "mail": "wang@bank.example"}],
}


def find(job: Job, port: Port) -> dict[str, Any]:
    """The one record of its kind."""
    items = RECORDS.get(job.variables["kind"], [])
    return {"found": bool(items), "item": items[0] if items else None, "items": items}


def sent(job: Job, port: Port) -> dict[str, Any]:
    """A mail nobody gets."""
    return {"sent": True}


def measured(job: Job, port: Port) -> dict[str, Any]:
    """Devices that answer nothing."""
    return {"results": []}


def searching(kind: str) -> Lookup:
    return Lookup(None, lambda text, limit, port: [one for one in RECORDS[kind] if text in one["label"]])


def instead(handler: Handler, function: Any) -> Handler:
    return replace(handler, function=function, port=None, output={"type": "object"})


HANDLERS: dict[str, Handler] = {
    one.topic: one
    for one in (
        instead(lookup.HANDLER, find),
        instead(measure.HANDLER, measured),
        instead(email_notice.HANDLER, sent),
        instead(reminder.HANDLER, sent),
    )
}
LOOKUPS = {kind: searching(kind) for kind in ("customer", "circuit")}
