"""Topic `inventory.lookup`: one record by its id, or a search."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine import Handler, Job, Lookup, Port
from handlers import variables
from handlers.answers import never
from handlers.inventory.records import KINDS, MOST, fetch, find, search


def lookup(job: Job, port: Port) -> dict[str, Any]:
    """`found`, `item` (the one record, or null) and `items`; nothing found is an answer, no error."""
    kind = variables.text(job, "kind")
    if job.variables.get("id") is not None:
        item = fetch(kind, variables.reference(job, "id"), job, port)
        return {"found": item is not None, "item": item, "items": [] if item is None else [item]}
    filters = {name: _word(value, name) for name, value in variables.optional_mapping(job, "filter").items()}
    text = variables.optional_text(job, "text")
    if text is None and not filters:
        raise never("one of the variables id, text and filter is needed")
    limit = variables.whole_number(job, "limit", 20, least=1, most=MOST)
    items = find(kind, {**filters, "text": text or ""}, limit, job, port)
    # Of several none is "the" record: taking the first would be a guess.
    return {"found": bool(items), "item": items[0] if len(items) == 1 else None, "items": items}


def _word(value: Any, name: str) -> str:
    """A filter's value as it stands in an address; of a reference its id."""
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return str(value)
    raise never(f"variable filter: {name} needs a text, a number, true or false, or a reference")


def _searching(kind: str) -> Lookup:
    # A function around it, since a lambda in the comprehension below would search the last kind for all of them.
    return Lookup("inventory", lambda text, limit, port: search(kind, text, limit, port))


# What the `ref` fields of forms search, kind → lookup.
LOOKUPS = {kind: _searching(kind) for kind in KINDS}

RECORD = {
    "type": "object",
    "required": ["id", "label"],
    "properties": {"id": {"type": "string"}, "label": {"type": "string"}},
}

HANDLER = Handler(
    topic="inventory.lookup",
    version=1,
    function=lookup,
    port="inventory",
    input={
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": list(KINDS)},
            "id": {"type": ["string", "object", "null"]},
            "text": {"type": ["string", "null"]},
            "filter": {"type": ["object", "null"]},
            "limit": {"type": ["integer", "null"], "minimum": 1, "maximum": MOST},
        },
    },
    output={
        "type": "object",
        "required": ["found", "item", "items"],
        "properties": {
            "found": {"type": "boolean"},
            "item": {"anyOf": [RECORD, {"type": "null"}]},
            "items": {"type": "array", "items": RECORD},
        },
    },
    texts={
        "zh": {
            "name": "查询资源库",
            "description": "按编号读取或按条件检索客户、联系人、合同、电路、网段、资源、设备和站点。",
            "fields": {
                "kind": {
                    "label": "类别",
                    "description": "customer 客户、contact 联系人、contract 合同、circuit 电路等",
                },
                "id": {"label": "编号", "description": "编号或 {id, label}；填写后只读取这一条"},
                "text": {"label": "检索词", "description": "名称或编号中包含的文字"},
                "filter": {"label": "条件", "description": '字段等于值，如 {customer: "C-1001"}'},
                "limit": {"label": "最多条数", "description": "1 到 200，默认 20"},
            },
        },
        "en": {
            "name": "Look up the inventory",
            "description": "Gets one record by id or searches customers, contacts, contracts, circuits and resources.",
            "fields": {
                "kind": {"label": "Kind", "description": "customer, contact, contract, circuit, segment, …"},
                "id": {"label": "Id", "description": "An id or {id, label}; if given, this one record is read"},
                "text": {"label": "Search text", "description": "What the name or number holds"},
                "filter": {"label": "Filter", "description": 'Field equals value, such as {customer: "C-1001"}'},
                "limit": {"label": "At most", "description": "1 to 200, by default 20"},
            },
        },
    },
    timeout=timedelta(minutes=1),
)
