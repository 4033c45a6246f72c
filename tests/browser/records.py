"""What the `ref` fields of these tests find: the module that TRUNKLINE_HANDLERS names for the server under test."""

from typing import Any

from engine import Handler, Lookup, Port

CUSTOMERS: list[dict[str, Any]] = [
    {"id": "C-1", "label": "羊城银行", "unit": "GD-GZ"},
    {"id": "C-2", "label": "鹏城制造", "unit": "GD-SZ"},
    {"id": "C-3", "label": "全国物流", "unit": "HQ"},
    {"id": "C-4", "label": "<b>粗体</b>公司"},
]


def search(text: str, limit: int, port: Port) -> list[dict[str, Any]]:
    return [one for one in CUSTOMERS if text in one["label"] or text in one["id"]][:limit]


HANDLERS: dict[str, Handler] = {}
LOOKUPS = {"customer": Lookup(None, search)}
