"""What PostgreSQL counts: statements of our database, bytes of its write-ahead log, and its processor time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

_STATEMENTS = """
    SELECT coalesce(sum(s.calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database() AND s.toplevel AND s.query NOT LIKE '%pg_stat_statements%'
      AND upper(s.query) NOT IN ('BEGIN', 'COMMIT', 'ROLLBACK')
      -- word of changes, gathered from many calls and sent later
      AND s.query NOT LIKE 'SELECT pg_notify%'
"""
_WAL = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"


@dataclass
class Counted:
    """Statements without BEGIN and COMMIT, bytes of WAL, seconds of the server's processor time (0 where the system
    does not tell); known once the block has ended.
    """

    statements: int = 0
    wal: int = 0
    seconds: float = 0.0


@contextmanager
def counting(url: str) -> Iterator[Counted]:
    """Count what everybody does on the database inside the block."""
    counted = Counted()
    with psycopg.connect(url, autocommit=True) as connection:
        before = _asked(connection, _WAL)
        connection.execute("SELECT pg_stat_statements_reset()")
        busy = server_seconds(connection)
        yield counted
        counted.seconds = server_seconds(connection) - busy
        counted.statements = _asked(connection, _STATEMENTS)
        counted.wal = _asked(connection, _WAL) - before


def server_seconds(connection: psycopg.Connection) -> float:
    """Processor time of all of the server's processes so far, those that have ended included; Linux only."""
    if not Path("/proc/self/stat").exists():
        return 0.0
    postmaster = _stat(connection.info.backend_pid)[1]
    ticks = sum(_stat(postmaster)[13:15])
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (stat := _stat(int(folder.name))) and stat[1] == postmaster:
            ticks += sum(stat[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[int]:
    """The numbers of a process from its state on, of which the second is its parent; nothing where it has ended."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    # Its name, in brackets, may hold anything.
    return [0, *map(int, told.rpartition(") ")[2].split()[1:])]


def settle(url: str) -> None:
    """Give the planner the statistics that autovacuum would have made after its first minute."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.add_notice_handler(lambda _: None)
        connection.execute("VACUUM ANALYZE")


def _asked(connection: psycopg.Connection, question: str) -> int:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(row[0])
