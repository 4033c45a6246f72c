"""Deploying: files become versions, all of them or none (decision 18)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from engine import clock, dmn, history, settings
from engine.directory.acting import current
from engine.errors import Finding, Invalid
from engine.feel import Moment
from engine.store import models, raw_connection

from .digests import digests
from .finding import imported
from .resources import Prepared, Reader, Resource
from .start_events import Opening, openings, rows

NUMBER_BITS = 24  # a key is a number of the sequence × 2²⁴ (decision 10)

# In one order for all, so that two deployments never wait for each other crosswise.
_LOCK = """
    SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
    FROM unnest(%s::text[]) WITH ORDINALITY t(name, n) ORDER BY n
"""
_NUMBERS = "SELECT nextval('numbers') FROM generate_series(1, %s)"
# One look into the index for each definition, however many versions it has.
_NEWEST = """
    SELECT d.kind, d.id, d.version, d.key, d.digest, d.drg_key
    FROM unnest(%s::text[], %s::text[]) t(kind, id),
    LATERAL (
        SELECT * FROM definitions v WHERE v.kind = t.kind AND v.id = t.id ORDER BY v.version DESC LIMIT 1
    ) d
"""


@dataclass(frozen=True, slots=True)
class Deployed:
    """One definition of a deployment. `new` is false where the latest version was the same already."""

    kind: str
    id: str
    version: int
    key: int
    resource: str
    name: str
    new: bool
    drg_key: int | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """What was deployed; `findings` are remarks that refuse nothing."""

    key: int
    name: str
    deployed_at: datetime
    definitions: tuple[Deployed, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Newest:
    """The latest version of a definition, as far as it matters here."""

    version: int
    key: int
    digest: bytes
    drg_key: int | None


@dataclass
class Draft:
    """One definition on its way to a version; `key` and `version` are those of the latest where that is the same."""

    prepared: Prepared
    digest: bytes
    version: int
    key: int = 0
    drg_key: int | None = None
    new: bool = True
    openings: list[Opening] = field(default_factory=list)


def deploy(session: Session, resources: Sequence[Resource], comment: str = "", name: str = "") -> Deployment:
    """Make versions of BPMN, DMN and form files with their translations (*.en.yaml), all or none.

    Raises DeployRefused with every finding if one file is wrong, Invalid if there is nothing to deploy.
    """
    files = list(resources)
    if not any(not file.is_translation for file in files):
        raise Invalid("nothing_to_deploy")
    reader = Reader()
    prepared = reader.read(files)
    moment = Moment(now=clock.now().astimezone(zone()))
    opened = {one.id: _openings(reader, one, moment) for one in prepared if one.spec is not None}
    # Read and refused before the locks are taken, so that nobody waits for the parsing of somebody else.
    reader.refuse()
    raw_connection(session).execute(_LOCK, [sorted(f"{one.kind} {one.id}" for one in prepared)])
    # Its number is drawn under the locks: of one definition a later version has a later deployment.
    deployment_key = _keys(session, 1)[0]
    prepared = _linked(session, reader, prepared, deployment_key)
    drafts = _drafts(session, prepared)
    for draft in drafts:
        # By id alone it might be a form or a decision that is called like a process.
        draft.openings = opened.get(draft.prepared.id, []) if draft.prepared.kind == "process" else []
    deployment = models.Deployment(
        key=deployment_key,
        name=name or files[0].name,
        comment=comment,
        deployed_at=clock.now(),
        deployed_by=current().id,
    )
    _write(session, deployment, drafts)
    return Deployment(
        deployment_key,
        deployment.name,
        deployment.deployed_at,
        tuple(_told(draft) for draft in drafts),
        tuple(reader.findings),
    )


@cache
def zone() -> ZoneInfo:
    """The time zone in which diagrams without one mean their times."""
    return settings.load().timezone


def _openings(reader: Reader, one: Prepared, moment: Moment) -> list[Opening]:
    assert one.spec is not None
    found, findings = openings(one.spec, moment, one.resource.name)
    reader.findings += findings
    return found


def _linked(session: Session, reader: Reader, prepared: Sequence[Prepared], deployment_key: int) -> list[Prepared]:
    """DMN models with those they import, from this deployment or an earlier one. Raises DeployRefused."""
    together = {one.model.namespace: one.model for one in prepared if one.model is not None}
    linked: dict[str, tuple[dmn.Model, frozenset[str]]] = {}
    for file, model in {one.resource.name: one.model for one in prepared if one.model is not None}.items():
        if model.imports:
            try:
                models = imported(session, model, deployment_key, together)
                linked[file] = model.with_imports(models), frozenset(models)
                reader.doubt_model(linked[file][0], file)
            except dmn.DmnError as error:
                reader.refuse_model(error, file)
    reader.refuse()
    return [
        replace(one, model=linked[one.resource.name][0], builds_on=linked[one.resource.name][1])
        if one.resource.name in linked
        else one
        for one in prepared
    ]


def _drafts(session: Session, prepared: Sequence[Prepared]) -> list[Draft]:
    """Which definitions get a new version, and with which number and key; the decisions of a file go together."""
    newest = _newest(session, prepared)
    digest = digests(session, prepared)
    drafts = []
    for one in prepared:
        place = (one.kind, one.id)
        last = newest.get(place)
        draft = Draft(one, digest[place], last.version + 1 if last else 1)
        if last is not None and last.digest == digest[place]:
            draft.new, draft.key, draft.version, draft.drg_key = False, last.key, last.version, last.drg_key
        drafts.append(draft)
    # They share the key of their file (drg_key), so none may stay behind in the file of an older version.
    changed = {draft.prepared.resource.name for draft in drafts if draft.new and draft.prepared.kind == "decision"}
    for draft in drafts:
        if not draft.new and draft.prepared.kind == "decision" and draft.prepared.resource.name in changed:
            draft.new, draft.version = True, draft.version + 1
    _give_keys(session, [draft for draft in drafts if draft.new])
    return drafts


def _give_keys(session: Session, drafts: Sequence[Draft]) -> None:
    files = {draft.prepared.resource.name for draft in drafts if draft.prepared.kind == "decision"}
    keys = iter(_keys(session, len(drafts) + len(files)))
    drg = {file: next(keys) for file in sorted(files)}
    for draft in drafts:
        draft.key = next(keys)
        if draft.prepared.kind == "decision":
            draft.drg_key = drg[draft.prepared.resource.name]


def _newest(session: Session, prepared: Sequence[Prepared]) -> dict[tuple[str, str], Newest]:
    kinds, ids = [one.kind for one in prepared], [one.id for one in prepared]
    found = raw_connection(session).execute(_NEWEST, [kinds, ids]).fetchall()
    return {(row[0], row[1]): Newest(row[2], row[3], bytes(row[4]), row[5]) for row in found}


def _keys(session: Session, count: int) -> list[int]:
    return [number << NUMBER_BITS for (number,) in raw_connection(session).execute(_NUMBERS, [count])]


def _write(session: Session, deployment: models.Deployment, drafts: Sequence[Draft]) -> None:
    session.add(deployment)
    # The definitions refer to its row.
    session.flush()
    new = [draft for draft in drafts if draft.new]
    if new:
        session.execute(insert(models.Definition), [_row(deployment, draft) for draft in new])
    for draft in new:
        if draft.prepared.kind == "process":
            _replace_start_events(session, draft)
    for draft in new:
        data = {"kind": draft.prepared.kind, "id": draft.prepared.id, "version": draft.version, "key": str(draft.key)}
        history.record(session, "deployed", data=data)


def _replace_start_events(session: Session, draft: Draft) -> None:
    """Only the latest version opens instances by itself."""
    table = models.StartEvent
    session.execute(delete(table).where(table.process_id == draft.prepared.id))
    found = rows(draft.prepared.id, draft.key, draft.openings)
    if found:
        session.execute(insert(table), found)


def _row(deployment: models.Deployment, draft: Draft) -> dict[str, Any]:
    one = draft.prepared
    return {
        "key": draft.key,
        "kind": one.kind,
        "id": one.id,
        "version": draft.version,
        "version_tag": one.version_tag,
        "name": one.name,
        "resource": one.resource.name,
        "deployment_key": deployment.key,
        "drg_key": draft.drg_key,
        "namespace": one.model.namespace if one.model is not None else None,
        "digest": draft.digest,
        "texts": dict(one.texts),
        "content": one.resource.content,
    }


def _told(draft: Draft) -> Deployed:
    one = draft.prepared
    return Deployed(one.kind, one.id, draft.version, draft.key, one.resource.name, one.name, draft.new, draft.drg_key)
