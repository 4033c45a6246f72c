"""What PostgreSQL counts: statements of our database, and bytes of its write-ahead log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

_STATEMENTS = """
    SELECT coalesce(sum(s.calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database() AND s.toplevel AND s.query NOT LIKE '%pg_stat_statements%'
      AND upper(s.query) NOT IN ('BEGIN', 'COMMIT', 'ROLLBACK')
"""
_WAL = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"


@dataclass
class Counted:
    """Statements without BEGIN and COMMIT, and bytes of WAL; known once the block has ended."""

    statements: int = 0
    wal: int = 0


@contextmanager
def counting(url: str) -> Iterator[Counted]:
    """Count what everybody does on the database inside the block."""
    counted = Counted()
    with psycopg.connect(url, autocommit=True) as connection:
        before = _asked(connection, _WAL)
        connection.execute("SELECT pg_stat_statements_reset()")
        yield counted
        counted.statements = _asked(connection, _STATEMENTS)
        counted.wal = _asked(connection, _WAL) - before


def settle(url: str) -> None:
    """Give the planner the statistics that autovacuum would have made after its first minute."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.add_notice_handler(lambda _: None)
        connection.execute("VACUUM ANALYZE")


def _asked(connection: psycopg.Connection, question: str) -> int:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(row[0])
