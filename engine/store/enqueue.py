"""Handing work to PgQueuer inside our own transaction: it is delivered if that commits, and never otherwise."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import psycopg
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import SyncQueries

from engine.store.dispatch import dispatch_settings

JOBS = "jobs"
COMMANDS = "commands"

_builder = QueryQueueBuilder(dispatch_settings())


def enqueue(
    connection: psycopg.Connection,
    entrypoint: str,
    keys: Sequence[int],
    delays: Sequence[timedelta | None] | None = None,
    priorities: Sequence[int] | None = None,
) -> None:
    """Queue one delivery a key for `entrypoint` (JOBS, COMMANDS), `delays` of machine time later, as one statement."""
    if not keys:
        return
    SyncQueries(_Driver(connection), _builder).enqueue(
        [entrypoint] * len(keys),
        [str(key).encode() for key in keys],
        list(priorities) if priorities is not None else [0] * len(keys),
        list(delays) if delays is not None else None,
    )


class _Driver:
    """PgQueuer's SyncDriver on our connection; enqueueing needs no rows back, so none are fetched."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def fetch(self, query: str, *args: Any) -> list[dict[str, object]]:
        # PgQueuer numbers its values $1, $2 …, which psycopg's other cursors do not read.
        psycopg.RawCursor(self._connection).execute(query.encode(), args)
        return []
