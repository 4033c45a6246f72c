"""Searching and getting the inventory's records; circuits are services in the shape of TMF638.

Every record that comes out has `id` and `label`, so that it can stand in a `ref` field as it is.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import Job, Port
from handlers.answers import never, not_now
from handlers.inventory.tmf638 import circuit
from handlers.options import needed
from handlers.web import get_json, path_segment

KINDS = ("customer", "contact", "contract", "circuit", "segment", "resource", "device", "site")
# More is no answer to a question but a copy of the inventory.
MOST = 200


def search(kind: str, text: str, limit: int, port: Port) -> list[dict[str, Any]]:
    """Records of a kind that hold the text, for a search-select. Raises as a handler does."""
    return find(kind, {"text": text}, limit, _asking(), port)


def get(kind: str, id: str, port: Port) -> dict[str, Any] | None:  # noqa: A002  the word of the records themselves
    """One record, or None where there is none. Raises as a handler does."""
    return fetch(kind, id, _asking(), port)


def find(kind: str, query: Mapping[str, str], limit: int, job: Job, port: Port) -> list[dict[str, Any]]:
    """At most `limit` records; `query` is `text` and fields that must be equal."""
    # An empty word is left out: a server may take it for a field that has to be empty.
    asked = {**{name: value for name, value in query.items() if value != ""}, "limit": str(limit)}
    found = get_json(_address(kind, port), asked, token(port), job, port)
    if not isinstance(found, list):
        raise not_now(job, f"port {port.name}: the answer to a search for {kind} is no list")
    # A server need not know the word limit.
    return [_shaped(kind, record, job, port) for record in found[:limit]]


def fetch(kind: str, record_id: str, job: Job, port: Port) -> dict[str, Any] | None:
    """One record by its id."""
    found = get_json(f"{_address(kind, port)}/{path_segment(record_id)}", {}, token(port), job, port)
    return None if found is None else _shaped(kind, found, job, port)


def token(port: Port) -> str | None:
    """The bearer token, if the ports file refers to one."""
    return port.secret("token") if "token" in port.secrets else None


def base(port: Port) -> str:
    return str(needed(port, "url")).rstrip("/")


def _address(kind: str, port: Port) -> str:
    if kind not in KINDS:
        raise never(f"variable kind: one of {', '.join(KINDS)} is needed")
    if kind == "circuit":
        return base(port) + str(port.options.get("services_path", "/tmf-api/serviceInventory/v4/service"))
    return base(port) + str(port.options.get("records_path", "/inventory/v1")) + f"/{kind}"


def _shaped(kind: str, record: Any, job: Job, port: Port) -> dict[str, Any]:
    if not isinstance(record, Mapping) or not isinstance(record.get("id"), str):
        raise not_now(job, f"port {port.name}: a {kind} without an id")
    shape: Callable[[Mapping[str, Any]], dict[str, Any]] = circuit if kind == "circuit" else dict
    shaped = shape(record)
    return {**shaped, "label": str(shaped.get("label") or shaped.get("name") or shaped["id"])}


def _asking() -> Job:
    """A question of a person's, outside any case; errors and time limits are those of a first attempt."""
    deadline = datetime.now(UTC) + timedelta(seconds=30)
    return Job(0, "inventory.lookup", {}, {}, 0, "", "", None, None, 1, deadline)
