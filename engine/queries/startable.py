"""Processes a person may start: the newest version of each, with the form of its none start event (decision 14)."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.core.effects import Binding
from engine.core.spec import ProcessSpec
from engine.definitions import DeployedCatalogue, process_spec
from engine.definitions.wording import Language, process_name
from engine.directory.principal import Principal
from engine.errors import Forbidden, NotFound

_NEWEST = text("""
    SELECT DISTINCT ON (id) key FROM definitions WHERE kind = 'process' ORDER BY id, version DESC
""")
_NEWEST_OF = text("""
    SELECT key FROM definitions WHERE kind = 'process' AND id = :id ORDER BY version DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Startable:
    """A process somebody may start. `form_key` is None where it asks for nothing."""

    process_id: str
    definition_key: int
    name: str
    form_key: int | None
    form_id: str | None


def all_startable(session: Session, principal: Principal, language: Language = "zh") -> list[Startable]:
    """What the principal may start, by name."""
    keys = session.execute(_NEWEST).scalars().all()
    found = [_startable(session, key, language) for key in keys if _offers(principal, process_spec(session, key))]
    return sorted(found, key=lambda one: one.name)


def startable(session: Session, principal: Principal, process_id: str, language: Language = "zh") -> Startable:
    """One process. Raises NotFound for one nobody can start this way, Forbidden for one the principal may not."""
    key = session.execute(_NEWEST_OF, {"id": process_id}).scalar()
    spec = process_spec(session, key) if key is not None else None
    if key is None or spec is None or not spec.entries(spec.root.id):
        raise NotFound("process_unknown", process_id=process_id)
    if not may_start(principal, spec):
        raise Forbidden("may_not_start", process_id=process_id)
    return _startable(session, key, language)


def may_start(principal: Principal, spec: ProcessSpec) -> bool:
    """Whether the principal is in one of the groups that property `starters` of the process lists."""
    starters = spec.properties.get("starters")
    listed = starters.text.split(",") if starters is not None else []
    return principal.may_start(tuple(part.strip() for part in listed if part.strip()))


def _offers(principal: Principal, spec: ProcessSpec) -> bool:
    """What begins by messages or timers alone, nobody starts."""
    return bool(spec.entries(spec.root.id)) and may_start(principal, spec)


def _startable(session: Session, key: int, language: Language) -> Startable:
    spec = process_spec(session, key)
    form_id = _form_id(spec)
    # The form that is newest now: somebody begins, nothing runs on it yet.
    form_key = DeployedCatalogue(session, key).form_key(form_id, Binding("latest")) if form_id else None
    return Startable(spec.process_id, key, process_name(session, key, language), form_key, form_id)


def _form_id(spec: ProcessSpec) -> str | None:
    for element_id in spec.entries(spec.root.id):
        if (form := spec.elements[element_id].properties.get("form")) is not None:
            return form.text
    return None
