"""What a `ref` field finds: records of the ports behind the handlers, people and units, as far as the reader sees them.

The handlers' module may export LOOKUPS, kind → `Lookup`. People (`person`) and units (`unit`) are the directory's.
"""

import importlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import settings
from engine.directory.principal import Principal
from engine.directory.units import above
from engine.errors import NotFound, Unavailable
from engine.store.models import Person, Unit

from .contract import BpmnError, Lookup, Port, Retry, SecretUnavailable
from .ports import PortsError, load_ports

MOST = 20


def look_up(session: Session, reader: Principal, kind: str, text: str) -> list[dict[str, str]]:
    """At most MOST records as {id, label}. Raises NotFound for a kind nobody serves, Unavailable."""
    if kind == "person":
        return _people(session, text)
    if kind == "unit":
        return _units(session, text)
    lookup = lookups().get(kind)
    if lookup is None:
        raise NotFound("lookup_unknown", kind=kind)
    try:
        # More than are shown: some of them the reader may not see.
        records = lookup.search(text, MOST * 5, _port(lookup.port))
    except (BpmnError, Retry, SecretUnavailable, PortsError) as error:
        raise Unavailable("lookup_unavailable", kind=kind) from error
    seen = reader.units | frozenset(above(session, reader.unit))
    return [{"id": str(one["id"]), "label": str(one["label"])} for one in records if _is_seen(one, seen)][:MOST]


@cache
def lookups() -> Mapping[str, Lookup]:
    """The table LOOKUPS of the handlers' module; empty where it has none."""
    module = importlib.import_module(settings.load().handlers)
    table: Mapping[str, Lookup] = getattr(module, "LOOKUPS", {})
    return table


def _port(name: str | None) -> Port:
    if name is None:
        return Port("")
    path = settings.load().ports
    ports = _ports(path, path.stat().st_mtime_ns) if path is not None else {}
    if name not in ports:
        raise PortsError(path or Path(), f"ports.{name}", "missing", "add it to the file that TRUNKLINE_PORTS names")
    return ports[name]


@cache
def _ports(path: Path, changed: int) -> Mapping[str, Port]:
    """The ports file as it was at a time: one that has changed is read again."""
    return load_ports(path)


def _is_seen(record: Mapping[str, Any], seen: frozenset[str]) -> bool:
    """A record of units is for people in them, above and below; one without is for everybody."""
    units = [record.get("unit"), *_listed(record.get("units"))]
    named = {unit for unit in units if isinstance(unit, str)}
    return not named or bool(named & seen)


def _listed(units: Any) -> Iterable[Any]:
    return units if isinstance(units, list) else ()


def _people(session: Session, text: str) -> list[dict[str, str]]:
    found = or_(*(column.icontains(text, autoescape=True) for column in (Person.name, Person.id, Person.pinyin)))
    query = select(Person.id, Person.name, Person.unit).where(Person.active, found).order_by(Person.pinyin, Person.id)
    return [{"id": row.id, "label": f"{row.name} ({row.unit})"} for row in session.execute(query.limit(MOST))]


def _units(session: Session, text: str) -> list[dict[str, str]]:
    found = or_(
        *(column.icontains(text, autoescape=True) for column in (Unit.name, Unit.id, Unit.pinyin, Unit.name_en))
    )
    query = select(Unit.id, Unit.name).where(found).order_by(Unit.pinyin, Unit.id)
    return [{"id": row.id, "label": row.name} for row in session.execute(query.limit(MOST))]
