"""Word of what has changed, for whoever listens: gathered after the commit and sent a moment later.

NOTIFY inside a writing transaction lets PostgreSQL commit one such transaction at a time, each waiting for the disk
by itself. A transaction that does nothing else waits for no disk.
"""

import logging
import threading
import time
from collections.abc import Iterable
from functools import partial

import psycopg
from sqlalchemy.orm import Session

from engine.errors import Unavailable
from engine.store.session import after_commit, before_dispose, transaction, write_last

# Long enough to gather what a busy process tells, short enough for somebody who looks at a page.
GATHER_SECONDS = 0.03
# Whoever listens may have a connection while we have none. After a minute nobody has.
AGAIN_SECONDS = 1.0
MOST_TRIES = 60

logger = logging.getLogger(__name__)


def tell(session: Session, channel: str, words: Iterable[str]) -> None:
    """Have these words told on a channel once the session's transaction is committed; never otherwise."""
    told = frozenset((channel, word) for word in words)
    if told:
        after_commit(session, partial(_teller.take, told))


class _Teller:
    """The words of this process that are not sent yet. Its thread lives only while there are some."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: set[tuple[str, str]] = set()
        self._thread: threading.Thread | None = None
        self._failed = 0  # in a row

    def take(self, words: frozenset[tuple[str, str]]) -> None:
        with self._lock:
            self._words |= words
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="teller", daemon=True)
                thread.start()
                self._thread = thread

    def flush(self) -> None:
        """Send what is there, before the database is left."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout=2)

    def _run(self) -> None:
        while True:
            time.sleep(AGAIN_SECONDS if self._failed else GATHER_SECONDS)
            with self._lock:
                words, self._words = self._words, set()
                if not words:
                    self._thread = None
                    return
            self._send(words)

    def _send(self, words: set[tuple[str, str]]) -> None:
        try:
            with transaction() as session:
                write_last(session, partial(_notify, words))
            self._failed = 0
        except Unavailable as error:
            logger.warning("word of changes was not sent: %s", error.__cause__)
            self._failed = (self._failed + 1) % MOST_TRIES
            if self._failed:
                with self._lock:
                    self._words |= words
        except Exception:
            # The thread has to live on: the next words are its to send, too.
            self._failed = 0
            logger.exception("word of changes was not sent")


def _notify(words: set[tuple[str, str]], connection: psycopg.Connection) -> None:
    connection.execute(_NOTIFY, list(map(list, zip(*sorted(words), strict=True))))


_NOTIFY = "SELECT pg_notify(channel, word) FROM unnest(%s::text[], %s::text[]) t(channel, word)"
_teller = _Teller()
before_dispose(_teller.flush)
