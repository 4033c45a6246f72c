"""Upkeep of the data folder: bytes of documents that were never committed, and drafts of processes that were killed."""

import logging
import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import clock
from engine.store.models import Document

from .documents import DRAFT, IF_ALONE, folder

OURS = re.compile(r"[0-9a-f]{64}|" + re.escape(DRAFT) + ".*")

logger = logging.getLogger(__name__)
# One array, for a statement takes 65,535 values at most and a folder may have more files.
_KNOWN = text("SELECT DISTINCT content_hash FROM documents WHERE content_hash = ANY(:digests)")
# Nobody is still writing by then, and a folder that is being restored before its database has been noticed.
LEFT_AFTER = timedelta(days=1)
# Each is locked until the commit, and the server has room for some thousands of locks.
MOST_AT_ONCE = 1_000


def drop_left_bytes(session: Session) -> int:
    """Drop what has lain in the documents' folder for a day and belongs to none; says how many files.

    Bytes stay where the database knows less than half of them: then it is not the one this folder belongs to, as after
    a restore or with a wrong address, and they may be all there is.
    """
    drafts, bytes_ = _old()
    known = set(session.execute(_KNOWN, {"digests": list(bytes_)}).scalars())
    nobodys = [bytes_[name] for name in sorted(bytes_.keys() - known)]
    if len(nobodys) > len(known):
        logger.warning("files that this database knows nothing of are left alone", extra={"files": len(nobodys)})
        nobodys = []
    dropped = 0
    for path in [*drafts, *nobodys][:MOST_AT_ONCE]:
        if path in drafts or _is_nobodys(session, path.name):
            path.unlink(missing_ok=True)
            dropped += 1
    if dropped:
        logger.info("files without a document dropped", extra={"files": dropped})
    return dropped


def _old() -> tuple[list[Path], dict[str, Path]]:
    """Drafts, and bytes by their digest, that were written more than a day ago."""
    before = (clock.machine() - LEFT_AFTER).timestamp()
    ours = [path for path in folder().glob("[0-9a-f][0-9a-f]/*") if OURS.fullmatch(path.name)]
    old = sorted(path for path in ours if _written(path) < before)
    drafts = [path for path in old if path.name.startswith(DRAFT)]
    return drafts, {path.name: path for path in old if not path.name.startswith(DRAFT)}


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
