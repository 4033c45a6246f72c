"""Definitions by key, by id and version, and as the core needs them: parsed and kept."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine import diagrams, dmn
from engine.core.spec import ProcessSpec
from engine.errors import NotFound
from engine.store import first_row, json, raw_connection
from engine.store.models import Definition

from .cache import cache_of

# The version of a namespace that was there when a deployment was made.
_IMPORTED = """
    SELECT content FROM definitions WHERE namespace = %s AND deployment_key <= %s
    ORDER BY deployment_key DESC LIMIT 1
"""
_LATEST = """
    SELECT d.key FROM definitions d WHERE d.kind = %(kind)s AND d.id = %(id)s
      AND (%(version)s::int IS NULL OR d.version = %(version)s::int)
    ORDER BY d.version DESC LIMIT 1
"""
_FILE = "SELECT kind, id, resource, content, deployment_key, drg_key FROM definitions WHERE key = %s"


def definition(session: Session, key: int) -> Definition:
    """The definition of a key. Raises NotFound."""
    found = session.get(Definition, key)
    if found is None:
        raise NotFound("definition_unknown", key=str(key))
    return found


def latest(session: Session, kind: str, id: str, version: int | None = None) -> Definition:  # noqa: A002
    """The newest version of an id, or the one asked for. Raises NotFound."""
    query = select(Definition).where(Definition.kind == kind, Definition.id == id)
    if version is not None:
        query = query.where(Definition.version == version)
    found = session.scalars(query.order_by(Definition.version.desc()).limit(1)).one_or_none()
    if found is None:
        raise _unknown(kind, id, version)
    return found


def latest_key(session: Session, kind: str, id: str, version: int | None = None) -> int:  # noqa: A002
    """Like `latest`, its key alone."""
    given = {"kind": kind, "id": id, "version": version}
    found = first_row(session, _LATEST, given)
    if found is None:
        raise _unknown(kind, id, version)
    key: int = found[0]
    return key


def _unknown(kind: str, id: str, version: int | None) -> NotFound:  # noqa: A002
    names: dict[str, Any] = {f"{kind}_id": id, "version": version}
    return NotFound(f"{kind}_unknown", **names)


def definition_xml(session: Session, key: int) -> bytes:
    """The file a definition came in, byte for byte. Raises NotFound."""
    query = select(Definition).where(Definition.key == key).options(undefer(Definition.content))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("definition_unknown", key=str(key))
    return found.content


def process_spec(session: Session, key: int) -> ProcessSpec:
    """The specification of a process definition; all its instances share it. Raises NotFound."""
    return cache_of(session).get("process", key, lambda: _process(session, key))


def decision_of(session: Session, key: int) -> dmn.Decision:
    """A decision, linked with the models it imports. Raises NotFound."""
    return cache_of(session).get("decision", key, lambda: _decision(session, key))


def form_of(session: Session, key: int) -> dict[str, Any]:
    """A form as form-js has it. Raises NotFound."""
    return cache_of(session).get("form", key, lambda: _form(session, key))


def _file(session: Session, key: int, kind: str) -> tuple[str, str, bytes, int, int]:
    row = raw_connection(session).execute(_FILE, [key]).fetchone()
    if row is None or row[0] != kind:
        raise NotFound("definition_unknown", key=str(key))
    return row[1], row[2], bytes(row[3]), row[4], row[5]


def _process(session: Session, key: int) -> ProcessSpec:
    id, resource, content, _, _ = _file(session, key, "process")  # noqa: A001
    # Loaded and not checked again: what was deployed goes on when the checks become stricter.
    return next(spec for spec in diagrams.load(content, resource) if spec.process_id == id)


def _decision(session: Session, key: int) -> dmn.Decision:
    id, resource, content, deployment_key, drg_key = _file(session, key, "decision")  # noqa: A001

    def load() -> dmn.Model:
        model = dmn.parse(content, resource)
        return model.with_imports(imported(session, model, deployment_key)) if model.imports else model

    # By the key of the file: its decisions ask one another inside one model.
    return cache_of(session).get("drg", drg_key, load).decisions[id]


def _form(session: Session, key: int) -> dict[str, Any]:
    _, _, content, _, _ = _file(session, key, "form")
    form: dict[str, Any] = json.loads(content)
    return form


def imported(
    session: Session, model: dmn.Model, deployment_key: int, together: Mapping[str, dmn.Model] = MappingProxyType({})
) -> dict[str, dmn.Model]:
    """The models that `model` imports, and those they import, as they were at a deployment; missing ones left out.

    Where one comes along (`together`) and is deployed already, the one that comes along is meant.
    """
    found: dict[str, dmn.Model] = {}
    wanted = [one.namespace for one in model.imports]
    while wanted:
        namespace = wanted.pop()
        # Models that import each other come by again; linking refuses them.
        if namespace in found:
            continue
        met = together.get(namespace) or _at_deployment(session, namespace, deployment_key)
        if met is not None:
            found[namespace] = met
            wanted += [one.namespace for one in met.imports]
    return found


def _at_deployment(session: Session, namespace: str, deployment_key: int) -> dmn.Model | None:
    row = raw_connection(session).execute(_IMPORTED, [namespace, deployment_key]).fetchone()
    return None if row is None else dmn.parse(bytes(row[0]), namespace)
