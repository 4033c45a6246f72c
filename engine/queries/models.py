"""What is deployed, as the analysts' pages show it: processes, forms and decisions with their versions and drafts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.definitions.wording import Language
from engine.errors import NotFound
from engine.store.models import Handler

_LATEST = text("""
    SELECT DISTINCT ON (d.kind, d.id) d.kind, d.id, d.version,
        coalesce(CASE WHEN :language = 'en' THEN d.texts ->> d.id END, d.name) AS name, d.resource,
        p.deployed_at, coalesce(who.name, p.deployed_by) AS deployed_by, p.comment,
        CASE WHEN d.kind = 'process' THEN
            (SELECT count(*) FROM instances i WHERE i.process_id = d.id AND i.state = 'active') ELSE 0 END AS running
    FROM definitions d JOIN deployments p ON p.key = d.deployment_key LEFT JOIN people who ON who.id = p.deployed_by
    ORDER BY d.kind, d.id, d.version DESC
""")
_DRAFTS = text("SELECT kind, id, base, saved_at FROM model_drafts WHERE person = :person ORDER BY saved_at DESC")
_OTHERS = text("""
    SELECT coalesce(who.name, d.person) AS name, d.base, d.saved_at
    FROM model_drafts d LEFT JOIN people who ON who.id = d.person
    WHERE d.kind = :kind AND d.id = :id AND d.person <> :person ORDER BY d.saved_at DESC
""")
_NAME = text("""
    SELECT coalesce(CASE WHEN :language = 'en' THEN texts ->> id END, name) AS name
    FROM definitions WHERE kind = :kind AND id = :id ORDER BY version DESC LIMIT 1
""")
_VERSIONS = text("""
    SELECT d.key, d.version, d.version_tag, d.resource, p.deployed_at, p.comment,
        coalesce(CASE WHEN :language = 'en' THEN d.texts ->> d.id END, d.name) AS name,
        coalesce(who.name, p.deployed_by) AS deployed_by,
        (SELECT count(*) FROM instances i WHERE i.definition_key = d.key AND i.state = 'active') AS running
    FROM definitions d JOIN deployments p ON p.key = d.deployment_key LEFT JOIN people who ON who.id = p.deployed_by
    WHERE d.kind = :kind AND d.id = :id ORDER BY d.version DESC
""")


@dataclass(frozen=True, slots=True)
class Deployed:
    """The latest version of a model; `running` counts its active cases in all versions."""

    kind: str
    id: str
    version: int
    name: str
    resource: str
    deployed_at: datetime
    deployed_by: str
    comment: str
    running: int


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """A model somebody has changed and not deployed; `base` 0 was never deployed."""

    kind: str
    id: str
    base: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class OtherDraft:
    """Somebody else who is changing a model: the person's name."""

    name: str
    base: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a model and how many cases run on it."""

    key: int
    version: int
    version_tag: str | None
    resource: str
    deployed_at: datetime
    comment: str
    name: str
    deployed_by: str
    running: int


@dataclass(frozen=True, slots=True)
class KnownHandler:
    """A topic that workers serve, with its schemas and texts."""

    topic: str
    version: int
    input: dict[str, Any]
    output: dict[str, Any]
    texts: dict[str, Any]


def deployed(session: Session, language: Language = "zh") -> list[Deployed]:
    """The latest version of everything."""
    return [Deployed(**row) for row in session.execute(_LATEST, {"language": language}).mappings()]


def drafts(session: Session, person: str) -> list[OwnDraft]:
    """A person's drafts, the newest first."""
    return [OwnDraft(**row) for row in session.execute(_DRAFTS, {"person": person}).mappings()]


def other_drafts(session: Session, person: str, kind: str, id: str) -> list[OtherDraft]:  # noqa: A002
    """Who else has a draft of a model, the latest first."""
    rows = session.execute(_OTHERS, {"person": person, "kind": kind, "id": id}).mappings()
    return [OtherDraft(**row) for row in rows]


def name_of(session: Session, kind: str, id: str, language: Language = "zh") -> str | None:  # noqa: A002
    """What the latest version of a model is called; None where it was never deployed."""
    row = session.execute(_NAME, {"kind": kind, "id": id, "language": language}).one_or_none()
    return row.name if row is not None else None


def versions(session: Session, kind: str, id: str, language: Language = "zh") -> list[Version]:  # noqa: A002
    """Every version of a model, the newest first. Raises NotFound."""
    rows = session.execute(_VERSIONS, {"kind": kind, "id": id, "language": language}).mappings()
    found = [Version(**row) for row in rows]
    if not found:
        names: dict[str, Any] = {f"{kind}_id": id, "version": None}
        raise NotFound(f"{kind}_unknown", **names)
    return found


def handlers(session: Session) -> list[KnownHandler]:
    """The topics that workers have told, by name."""
    rows = session.query(Handler).order_by(Handler.topic)
    return [KnownHandler(row.topic, row.version, row.input, row.output, row.texts) for row in rows]
