"""What analysts do with models before they deploy them: open, keep a draft, check, deploy, go back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

import yaml
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine import clock, diagrams
from engine.errors import Conflict, Finding, Invalid, NotFound, TooLarge
from engine.store.models import Definition, Handler, ModelDraft

from .deploying import Deployment, deploy
from .finding import definition_xml, latest
from .importing import defined_in
from .resources import TRANSLATION, Reader, Resource

LARGEST = 4 * 1024 * 1024
ENDINGS: Mapping[str, str] = {"process": ".bpmn", "decision": ".dmn", "form": ".form"}

ModelKind = Literal["process", "decision", "form"]


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it is opened. `version` is what is shown, `base` the latest when its editing began, 0 for none.

    `drafted_at` tells a draft from a deployed version; `texts` are its English texts.
    """

    kind: ModelKind
    id: str
    resource: str
    content: str
    texts: Mapping[str, str]
    version: int
    base: int
    latest: int
    drafted_at: datetime | None = None


def open_model(session: Session, person: str, kind: ModelKind, id: str, version: int | None = None) -> Model:  # noqa: A002
    """The person's draft if there is one and no version is asked for, else a deployed version. Raises NotFound."""
    newest = _newest(session, kind, id)
    draft = session.get(ModelDraft, (person, kind, id)) if version is None else None
    if draft is not None:
        number = newest.version if newest is not None else 0
        texts = cast(Mapping[str, str], draft.texts)
        return Model(kind, id, draft.resource, draft.content, texts, draft.base, draft.base, number, draft.saved_at)
    shown = latest(session, kind, id, version)
    assert newest is not None
    # A file may begin with a byte order mark, which is no part of the text that the modeler is given.
    content = definition_xml(session, shown.key).decode("utf-8-sig")
    return Model(kind, id, shown.resource, content, shown.texts, shown.version, newest.version, newest.version)


def new_model(session: Session, person: str, kind: ModelKind, id: str, content: str) -> None:  # noqa: A002
    """Begin a model that nobody has deployed yet, as a draft. Raises Conflict if there is one of that id."""
    if _newest(session, kind, id) is not None or session.get(ModelDraft, (person, kind, id)) is not None:
        raise Conflict("model_exists", id=id)
    _keep(session, person, Model(kind, id, id + ENDINGS[kind], content, {}, 0, 0, 0))


def save_model(
    session: Session,
    person: str,
    kind: ModelKind,
    id: str,  # noqa: A002
    *,
    content: str | None = None,
    texts: Mapping[str, str] | None = None,
    base: int | None = None,
    seen: datetime | None = None,
) -> datetime:
    """Keep a draft instead of the person's one before; what is not given stays as it was.

    `seen` is when the draft that was worked on was kept; one kept since, in another window, is not written over.
    Raises NotFound, TooLarge, Conflict.
    """
    # Locked, so that of two windows that keep it at once the later one sees what the other has kept.
    session.get(ModelDraft, (person, kind, id), with_for_update=True)
    before = open_model(session, person, kind, id)
    if seen is not None and before.drafted_at is not None and before.drafted_at != seen:
        raise Conflict("model_draft_kept_elsewhere", id=id)
    return _keep(
        session,
        person,
        Model(
            kind,
            id,
            before.resource,
            before.content if content is None else content,
            before.texts if texts is None else texts,
            before.version,
            before.base if base is None else base,
            before.latest,
        ),
    )


def import_model(
    session: Session, person: str, name: str, content: bytes, *, over: bool = False
) -> tuple[ModelKind, str]:
    """Take a file as a draft of what it defines; gives its kind and id. It may still have errors to be mended.

    Raises Invalid for what cannot be read, Conflict where the person has a draft of it and `over` is not said.
    """
    if len(content) > LARGEST:
        raise TooLarge("model_too_large", megabytes=LARGEST // 1024 // 1024)
    kind, id = cast(tuple[ModelKind, str], defined_in(session, name, content))  # noqa: A001
    newest = _newest(session, kind, id)
    if session.get(ModelDraft, (person, kind, id)) is not None and not over:
        raise Conflict("model_draft_exists", id=id)
    number = newest.version if newest is not None else 0
    resource = newest.resource if newest is not None else id + ENDINGS[kind]
    # A file brings no English along: that of the latest version stays.
    texts = newest.texts if newest is not None else {}
    _keep(session, person, Model(kind, id, resource, content.decode("utf-8-sig"), texts, number, number, number))
    return kind, id


def drop_model_draft(session: Session, person: str, kind: ModelKind, id: str) -> None:  # noqa: A002
    """Forget a person's draft."""
    session.execute(delete(ModelDraft).where(ModelDraft.person == person, ModelDraft.kind == kind, ModelDraft.id == id))


def check_model(session: Session, kind: ModelKind, resource: str, content: str) -> list[Finding]:
    """Everything to be said of a model as it stands, without deploying it."""
    _require_size(content)
    data = content.encode()
    if kind == "process":
        # Before a worker has told its handlers nothing is known about topics.
        topics = session.scalars(select(Handler.topic)).all()
        return diagrams.lint(data, resource, topics or None)
    reader = Reader()
    try:
        reader.read([Resource(resource, data)])
    except Invalid as refused:
        return list(refused.findings)
    return reader.findings


def deploy_model(
    session: Session,
    person: str,
    model: Model,
    comment: str = "",
    *,
    over: bool = False,
    keep_draft: bool = False,
) -> Deployment:
    """Deploy a model with its English texts, and forget the person's draft of it but where it has to stay.

    Raises DeployRefused with its findings, Conflict where another version came meanwhile and `over` is not said,
    Invalid where the file no longer defines what it did.
    """
    newest = _newest(session, model.kind, model.id)
    if newest is not None and not over:
        # Before the model is read: whose is stale need not mend it first.
        _require_base(model, newest.version)
    _require_size(model.content)
    deployed = deploy(session, _resources(model), comment)
    made = next((one for one in deployed.definitions if (one.kind, one.id) == (model.kind, model.id)), None)
    if made is None:
        # All of it is undone with this: else a second model would stand beside the one that was meant.
        raise Invalid("model_renamed", id=model.id)
    if not over:
        # Again, now that its lock is held: of two at once both have seen the same version above.
        _require_base(model, made.version - made.new)
    if not keep_draft:
        drop_model_draft(session, person, model.kind, model.id)
    return deployed


def _require_base(model: Model, version: int) -> None:
    if version != model.base:
        raise Conflict("model_changed_meanwhile", id=model.id, base=model.base, version=version)


def _resources(model: Model) -> list[Resource]:
    found = [Resource(model.resource, model.content.encode())]
    if model.texts:
        told = yaml.safe_dump(dict(model.texts), allow_unicode=True, sort_keys=False, width=1000)
        found.append(Resource(found[0].stem + TRANSLATION, told.encode()))
    return found


def _newest(session: Session, kind: str, id: str) -> Definition | None:  # noqa: A002
    try:
        return latest(session, kind, id)
    except NotFound:
        return None


def _keep(session: Session, person: str, model: Model) -> datetime:
    _require_size(model.content)
    at = clock.machine()
    changed = {
        "resource": model.resource,
        "base": model.base,
        "content": model.content,
        "texts": dict(model.texts),
        "saved_at": at,
    }
    query = insert(ModelDraft).values(person=person, kind=model.kind, id=model.id, **changed)
    session.execute(query.on_conflict_do_update(index_elements=["person", "kind", "id"], set_=changed))
    # The statement goes past the session's objects, which would still be the draft before.
    session.expire_all()
    return at


def _require_size(content: str) -> None:
    if len(content.encode()) > LARGEST:
        raise TooLarge("model_too_large", megabytes=LARGEST // 1024 // 1024)
