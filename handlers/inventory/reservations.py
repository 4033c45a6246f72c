"""Topics `inventory.reserve` and `inventory.release`: resources held for a case until a date."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine import Handler, Job, Port
from handlers import variables
from handlers.answers import never, not_now
from handlers.inventory.records import base, token
from handlers.web import call, path_segment


def reserve(job: Job, port: Port) -> dict[str, Any]:
    """Hold all the resources or none; `conflicts` are those that somebody else took meanwhile.

    The job's key goes along as idempotency key: a second run is answered with the first one's reservation.
    """
    resources = [_id(entry, number) for number, entry in enumerate(variables.sequence(job, "resources"), start=1)]
    if not resources:
        raise never("variable resources: there is nothing to reserve")
    body = {
        "externalId": variables.optional_text(job, "external_id") or job.case_no or str(job.instance_key),
        "resources": resources,
        "validUntil": variables.optional_text(job, "until"),
    }
    headers = {"Idempotency-Key": str(job.key)}
    status, answer = call("POST", _path(port), token(port), job, port, body=body, headers=headers, expected=(409,))
    if not isinstance(answer, dict):
        raise not_now(job, f"port {port.name}: the answer to a reservation is no object")
    # Somebody was faster: the diagram decides what then, so it is an answer and no error.
    if status == 409:
        return {"reserved": False, "reservation": None, "valid_until": None, "conflicts": answer.get("conflicts") or []}
    # Without one nobody could give it back; asked again under the same key, the inventory may tell it.
    if answer.get("id") in (None, ""):
        raise not_now(job, f"port {port.name}: a reservation without an id")
    reservation = {"id": str(answer["id"]), "label": str(answer["id"])}
    return {"reserved": True, "reservation": reservation, "valid_until": answer.get("validUntil"), "conflicts": []}


def release(job: Job, port: Port) -> dict[str, Any]:
    """Give the reservation back; one that is not there any more was given back before, which is no error."""
    reservation = variables.reference(job, "reservation")
    address = f"{_path(port)}/{path_segment(reservation)}"
    status, _ = call("DELETE", address, token(port), job, port, expected=(404, 410))
    return {"released": status < 300}


def _path(port: Port) -> str:
    return base(port) + str(port.options.get("records_path", "/inventory/v1")) + "/reservation"


def _id(entry: Any, number: int) -> str:
    """Of an id, a reference, or a resource as `inventory.query_segment` gives it."""
    while isinstance(entry, Mapping):
        entry = entry.get("ref") or entry.get("id")
    if not isinstance(entry, str) or not entry:
        raise never(f"variable resources[{number}]: a resource with an id is needed")
    return entry


RESERVE = Handler(
    topic="inventory.reserve",
    version=1,
    function=reserve,
    port="inventory",
    input={
        "type": "object",
        "required": ["resources"],
        "properties": {
            "resources": {"type": "array", "minItems": 1, "items": {"type": ["object", "string"]}},
            "until": {"type": ["string", "null"], "format": "date"},
            "external_id": {"type": ["string", "null"]},
        },
    },
    output={
        "type": "object",
        "required": ["reserved", "reservation", "valid_until", "conflicts"],
        "properties": {
            "reserved": {"type": "boolean"},
            "reservation": {"type": ["object", "null"]},
            "valid_until": {"type": ["string", "null"], "format": "date"},
            "conflicts": {"type": "array", "items": {"type": "string"}},
        },
    },
    texts={
        "zh": {
            "name": "预留资源",
            "description": "为本工单预留资源，全部成功或全部不预留。",
            "fields": {
                "resources": {"label": "资源", "description": "资源编号或查询结果的列表"},
                "until": {"label": "预留至", "description": "日期；不填则由资源库决定"},
                "external_id": {"label": "外部编号", "description": "不填则为工单号"},
            },
        },
        "en": {
            "name": "Reserve resources",
            "description": "Holds resources for this case: all of them or none.",
            "fields": {
                "resources": {"label": "Resources", "description": "List of resource ids or of a query's results"},
                "until": {"label": "Until", "description": "Date; left out: the inventory decides"},
                "external_id": {"label": "External id", "description": "Left out: the case number"},
            },
        },
    },
    timeout=timedelta(minutes=1),
)

RELEASE = Handler(
    topic="inventory.release",
    version=1,
    function=release,
    port="inventory",
    input={
        "type": "object",
        "required": ["reservation"],
        "properties": {"reservation": {"type": ["object", "string"]}},
    },
    output={"type": "object", "required": ["released"], "properties": {"released": {"type": "boolean"}}},
    texts={
        "zh": {
            "name": "释放预留资源",
            "description": "释放一项预留；已不存在的预留视为已释放。",
            "fields": {"reservation": {"label": "预留", "description": "预留编号或 {id, label}"}},
        },
        "en": {
            "name": "Release a reservation",
            "description": "Gives a reservation back; one that is gone counts as given back before.",
            "fields": {"reservation": {"label": "Reservation", "description": "Its id or {id, label}"}},
        },
    },
    timeout=timedelta(minutes=1),
)
