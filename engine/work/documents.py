"""Documents: rows with owner, type and size; the bytes lie once in the data folder under their SHA-256."""

import hashlib
import logging
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from engine import clock, settings
from engine.directory.principal import Principal
from engine.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, Unavailable
from engine.store import after_commit, transaction
from engine.store.models import Document, Instance, InvolvedUnit

logger = logging.getLogger(__name__)
STORE_ID = "trunkline"
# Who hands bytes in and who drops the last document with the same bytes must not miss each other.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('document ' || :digest, 0))")
IF_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('document ' || :digest, 0))")
DRAFT = ".part"  # how files begin that are not whole yet
# Below the largest request, which has the parts of the form around it.
LARGEST = 8 * 1024 * 1024
# What people attach to work. Each is handed out as a download, so none is ever run or shown by a browser.
TYPES = frozenset(
    {
        "application/json",
        "application/msword",
        "application/pdf",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/xml",
        "application/zip",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/csv",
        "text/plain",
        "text/xml",
    }
)
LONGEST_NAME = 200


def add_document(
    session: Session,
    owner: Principal,
    content: bytes,
    *,
    file_name: str,
    content_type: str,
    document_id: str | None = None,
    instance_key: int | None = None,
    process_id: str | None = None,
    expires_at: datetime | None = None,
    properties: Mapping[str, Any] | None = None,
) -> Document:
    """Keep a file. Raises TooLarge, Invalid for a type that is not taken, Conflict for an id in use, Unavailable."""
    kind = content_type.split(";")[0].strip().lower()
    if len(content) > LARGEST:
        raise TooLarge("document_too_large", megabytes=LARGEST // 1024 // 1024)
    if kind not in TYPES:
        raise Invalid("document_type_refused", type=kind, file=file_name)
    if document_id is not None and session.get(Document, document_id) is not None:
        raise Conflict("document_exists", document=document_id)
    digest = hashlib.sha256(content).hexdigest()
    session.execute(_ALONE, {"digest": digest})
    _keep(_path(digest), content)
    document = Document(
        id=document_id or secrets.token_hex(16),
        content_hash=digest,
        file_name=_plain_name(file_name),
        content_type=kind,
        size=len(content),
        owner=owner.id,
        instance_key=instance_key,
        process_id=process_id,
        properties=dict(properties or {}),
        created_at=clock.machine(),
        expires_at=expires_at,
    )
    session.add(document)
    session.flush()
    return document


def reference(document: Document) -> dict[str, Any]:
    """What stands for a document in a variable, as Camunda has it."""
    metadata = {
        "contentType": document.content_type,
        "fileName": document.file_name,
        "expiresAt": document.expires_at.isoformat() if document.expires_at else None,
        "size": document.size,
        "processDefinitionId": document.process_id,
        "processInstanceKey": str(document.instance_key) if document.instance_key else None,
        "customProperties": dict(document.properties),
    }
    return {
        "camunda.document.type": "camunda",
        "storeId": STORE_ID,
        "documentId": document.id,
        "contentHash": document.content_hash,
        "metadata": metadata,
    }


def read_document(session: Session, reader: Principal, document_id: str) -> tuple[Document, bytes]:
    """A document with its bytes. Raises NotFound, also for one the reader may not see or whose bytes are gone."""
    document = _seen(session, reader, document_id)
    try:
        return document, _path(document.content_hash).read_bytes()
    except FileNotFoundError as error:
        # the database was restored, and the data folder was not
        raise NotFound("document_bytes_missing", document=document_id, file=document.content_hash) from error


def delete_document(session: Session, principal: Principal, document_id: str) -> None:
    """Forget a document, and its bytes if no other has them. Raises NotFound, Forbidden for another's."""
    document = _seen(session, principal, document_id)
    if document.owner != principal.id and not principal.may_operate():
        raise Forbidden("document_of_another", document=document_id)
    _forget(session, document)


def bind_documents(session: Session, owner: Principal, variables: Any, instance_key: int) -> None:
    """Give the owner's documents named in these variables to a case, so that whoever sees it may read them."""
    named = {found["documentId"] for found in references(variables) if isinstance(found.get("documentId"), str)}
    if not named:
        return
    # Only one's own and unbound: else naming an id in a form would open somebody's document to one's own case.
    query = select(Document).where(Document.id.in_(named), Document.owner == owner.id, Document.instance_key.is_(None))
    for document in session.scalars(query):
        document.instance_key = instance_key


def references(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every document reference in a JSON value."""
    if isinstance(value, Mapping):
        if "camunda.document.type" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def forget_over_documents(session: Session) -> None:
    """Upkeep: drop documents that were to end by now."""
    over = session.scalars(select(Document).where(Document.expires_at <= clock.machine()))
    for document in over.all():
        _forget(session, document)


def _forget(session: Session, document: Document) -> None:
    session.delete(document)
    session.flush()
    digest = document.content_hash
    # A rollback brings the row back, but no file; and by then the same bytes may belong to a new document.
    after_commit(session, lambda: _forget_bytes(digest))


def _forget_bytes(digest: str) -> None:
    with transaction() as session:
        session.execute(_ALONE, {"digest": digest})
        if session.scalar(select(Document.id).where(Document.content_hash == digest).limit(1)) is None:
            _path(digest).unlink(missing_ok=True)


def _seen(session: Session, reader: Principal, document_id: str) -> Document:
    document = session.get(Document, document_id)
    if document is None or _is_over(document) or not _sees(session, reader, document):
        raise NotFound("document_unknown", document=document_id)
    return document


def _sees(session: Session, reader: Principal, document: Document) -> bool:
    if document.owner == reader.id or reader.is_admin():
        return True
    if document.instance_key is None:
        return False
    # Of the case itself, or of the case that called it.
    cases = select(Instance.root_key).where(Instance.key == document.instance_key).scalar_subquery()
    involved = select(InvolvedUnit.unit).where(
        or_(InvolvedUnit.instance_key == document.instance_key, InvolvedUnit.instance_key == cases)
    )
    return reader.may_see(frozenset(session.scalars(involved)))


def _is_over(document: Document) -> bool:
    return document.expires_at is not None and document.expires_at <= clock.machine()


def folder() -> Path:
    """Where the bytes lie, in a folder for each two digits their hashes begin with."""
    return settings.load().data / "documents"


def _path(digest: str) -> Path:
    return folder() / digest[:2] / digest


def _keep(path: Path, content: bytes) -> None:
    """Write the bytes, so that a file of this name is always whole; equal bytes are there already."""
    if path.exists():
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # In the same folder, for a file is replaced in one step only within its file system.
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=DRAFT)
        try:
            _write(handle, content)
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        logger.error("a document could not be kept: %s", error)
        raise Unavailable("document_not_kept") from error


def _write(handle: int, content: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        # The row that names it outlives a loss of power, so it has to as well.
        os.fsync(file.fileno())


def _plain_name(name: str) -> str:
    """The last part of a name, without what steers terminals or headers."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip(". ")
    # Its end is kept, which has the extension that says how to open it.
    return plain[-LONGEST_NAME:] or "document"
