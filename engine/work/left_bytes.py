"""Upkeep of the data folder: bytes of documents that were never committed, and drafts of processes that were killed."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.store.models import Document

from .documents import DRAFT, IF_ALONE, folder

OURS = re.compile(r"[0-9a-f]{64}|" + re.escape(DRAFT) + ".*")

logger = logging.getLogger(__name__)
# Nobody is still writing by then, and a folder that is being restored before its database has been noticed.
LEFT_AFTER = timedelta(days=1)
# Each is locked until the commit, and the server has room for some thousands of locks.
MOST_AT_ONCE = 1_000


def drop_left_bytes(session: Session) -> int:
    """Drop what has lain in the documents' folder for a day and belongs to none; says how many files."""
    dropped = 0
    for path in _left(session):
        if dropped == MOST_AT_ONCE:
            break
        if path.name.startswith(DRAFT) or _is_nobodys(session, path.name):
            path.unlink(missing_ok=True)
            dropped += 1
    if dropped:
        logger.info("files without a document dropped", extra={"files": dropped})
    return dropped


def _left(session: Session) -> Iterator[Path]:
    """Old drafts, and old bytes that no document names at a first look."""
    before = (clock.machine() - LEFT_AFTER).timestamp()
    for part in sorted(folder().glob("[0-9a-f][0-9a-f]")):
        ours = [path for path in part.iterdir() if OURS.fullmatch(path.name)]
        old = {path.name: path for path in ours if _written(path) < before}
        known = select(Document.content_hash).where(Document.content_hash.in_(old))
        for name in sorted(old.keys() - set(session.scalars(known))):
            yield old[name]


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        # Its draft became a document, or its document went, since the folder was read.
        return float("inf")


def _is_nobodys(session: Session, digest: str) -> bool:
    """Whether no document has these bytes; whoever hands them in from now on waits for our commit, and writes them."""
    # Somebody who has them in hand now decides by their commit; the next hour looks again.
    if not session.scalar(IF_ALONE, {"digest": digest}):
        return False
    return session.scalar(select(Document.id).where(Document.content_hash == digest).limit(1)) is None
