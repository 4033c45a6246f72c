"""Topic `inventory.query_segment`: the free resources along one segment of a resource check (P04)."""

from datetime import timedelta
from typing import Any

from engine import Handler, Job, Port
from handlers import variables
from handlers.answers import not_now
from handlers.inventory.lookup import RECORD
from handlers.inventory.records import base, token
from handlers.web import call


def query_segment(job: Job, port: Port) -> dict[str, Any]:
    """`found` tells that the free resources suffice; `valid_until` (a date) is how long the inventory stands by it."""
    segment = variables.mapping(job, "segment")
    # The segment goes as the diagram has it: what an inventory needs of it (ends, address) differs between them.
    asked = {"segment": segment, **{name: job.variables.get(name) for name in ("product", "rate", "sla_grade")}}
    path = str(port.options.get("records_path", "/inventory/v1")) + "/free-resources"
    # Not even a 404 is expected: it means a wrong path in the ports file, not that nothing is free.
    _, answer = call("POST", base(port) + path, token(port), job, port, body=asked, expected=())
    if not isinstance(answer, dict) or not isinstance(answer.get("resources"), list):
        raise not_now(job, f"port {port.name}: the answer to a question for free resources has no list of them")
    return {
        "found": bool(answer.get("sufficient")),
        "resources": answer["resources"],
        "valid_until": answer.get("validUntil"),
    }


RESOURCES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["kind", "ref"],
        "properties": {"kind": {"type": "string"}, "ref": RECORD},
    },
}

HANDLER = Handler(
    topic="inventory.query_segment",
    version=1,
    function=query_segment,
    port="inventory",
    input={
        "type": "object",
        "required": ["segment"],
        "properties": {
            "segment": {
                "type": "object",
                "properties": {"key": {"type": "string"}, "kind": {"type": "string"}, "unit": {"type": "string"}},
            },
            "product": {"type": ["string", "null"]},
            "rate": {"type": ["number", "null"]},
            "sla_grade": {"type": ["string", "null"]},
        },
    },
    output={
        "type": "object",
        "required": ["found", "resources", "valid_until"],
        "properties": {
            "found": {"type": "boolean"},
            "resources": RESOURCES,
            "valid_until": {"type": ["string", "null"], "format": "date"},
        },
    },
    texts={
        "zh": {
            "name": "查询网段空闲资源",
            "description": "查询一个网段是否有足够的空闲资源，以及结果的有效期。",
            "fields": {
                "segment": {"label": "网段", "description": "{key, kind, unit, …}"},
                "product": {"label": "产品", "description": "产品类型"},
                "rate": {"label": "速率", "description": "Mbit/s"},
                "sla_grade": {"label": "SLA 等级", "description": "AAA、AA、A 或 ordinary"},
            },
        },
        "en": {
            "name": "Query a segment's free resources",
            "description": "Asks whether a segment has enough free resources, and how long that answer holds.",
            "fields": {
                "segment": {"label": "Segment", "description": "{key, kind, unit, …}"},
                "product": {"label": "Product", "description": "The kind of product"},
                "rate": {"label": "Rate", "description": "Mbit/s"},
                "sla_grade": {"label": "SLA grade", "description": "AAA, AA, A or ordinary"},
            },
        },
    },
    timeout=timedelta(minutes=1),
)
