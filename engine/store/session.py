"""Sessions on PostgreSQL, and the only commit of the project."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from engine import clock
from engine.errors import Conflict, Unavailable
from engine.store import json, prepared
from engine.store.transaction import Transaction, Write

Result = TypeVar("Result")

ATTEMPTS = 6
LONGEST_LIFE_SECONDS = 3600  # of a connection
# serialization_failure, deadlock_detected, lock_not_available: another try may go through.
WORTH_ANOTHER_TRY = frozenset({"40001", "40P01", "55P03"})
# No word from the server at all, or its last one: it is shut down, has crashed, or is starting.
AWAY = frozenset({None, "57P01", "57P02", "57P03"})
# Classes of trouble that is the server's own: the way to it; its memory, connections or room on the disk; the disk.
TROUBLE = frozenset({"08", "53", "58"})
LOST = (psycopg.OperationalError, OperationalError, InterfaceError, NoConnectionFree)

# A statement that takes longer than this is a mistake, not work; migrations and upkeep set their own.
SESSION_SETTINGS = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET TimeZone = 'UTC'; \
SET idle_in_transaction_session_timeout = '60s'"

logger = logging.getLogger(__name__)
_engine: Engine | None = None
_before_dispose: list[Callable[[], None]] = []
_commits: ContextVar[int] = ContextVar("commits", default=0)  # so many transactions were committed in this context
_first_try: ContextVar[int | None] = ContextVar("first_try", default=None)  # so many before `trying_again` tried first


class Overtaken(Exception):
    """Somebody else has changed what a transaction had read without a lock: it has to be done again."""


def configure(url: str, *, connections: int = 16, patience: float = 10) -> None:
    """Use this database (a libpq URI) from now on, in every thread.

    At most `connections` are opened; a transaction waits `patience` seconds for one of them. They stay: one that is new
    knows no table and no plan yet.
    """
    global _engine
    dispose()
    _engine = make_engine(url, connections=connections, patience=patience)
    # For our own transactions alone: migrations go through an engine that begins as SQLAlchemy is used to.
    event.listen(_engine, "connect", _let_us_begin)


def before_dispose(call: Callable[[], None]) -> None:
    """Have `call` run each time before the database is left."""
    _before_dispose.append(call)


def dispose() -> None:
    """Close all idle connections and forget the database."""
    global _engine
    if _engine is not None:
        for call in _before_dispose:
            call()
        _engine.dispose()
        _engine = None


def configured_url() -> str:
    """The database in use as a libpq URI, for drivers that connect by themselves (asyncpg, LISTEN)."""
    return _configured().url.set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(url: str, *, connections: int = 16, patience: float = 10) -> Engine:
    """An SQLAlchemy engine on psycopg for a libpq URI, with our timeouts and our JSON."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience,
        # The connection used last knows the statements and tables best.
        pool_use_lifo=True,
        # What it knows takes memory, 200 KB a statement; those that are seldom used are forgotten with it.
        pool_recycle=LONGEST_LIFE_SECONDS,
        # A transaction gives its connection back as it found it.
        pool_reset_on_return=None,
        json_serializer=json.dumps,
        json_deserializer=json.loads,
        # Its errors go to the log, where no variable and no secret belongs.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_connection)
    return engine


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose changes are committed at the end of the block, or not at all if it raises.

    `clock.now()` answers its case time inside the block. Raises Unavailable if the database cannot be reached; a
    connection that died since it was last used is replaced by the first statement.
    """
    # A second connection would wait for what the first has locked, and the first for its end.
    if clock.in_transaction():
        raise RuntimeError("a transaction is open here already: functions are handed its session")
    try:
        session = Transaction(_configured(), tried_again=_first_try.get() == _commits.get())
        try:
            with clock.reading(session.case_time):
                yield session
                session.commit()
                _commits.set(_commits.get() + 1)
        finally:
            session.close()
    except LOST as error:
        if not is_away(error):
            raise
        cause, state = error.orig if isinstance(error, DBAPIError) else error, sqlstate(error)
        logger.warning("the database is not available: %s", str(cause).partition("\n")[0], extra={"sqlstate": state})
        raise Unavailable("database_unavailable") from error
    _run_after_commit(session)


def retrying(work: Callable[[Session], Result], attempts: int = ATTEMPTS) -> Result:
    """Run `work` in a transaction of its own, again from the start if others got in its way; see `trying_again`."""

    def once() -> Result:
        with transaction() as session:
            return work(session)

    return trying_again(once, attempts)


def one_statement(query: str, values: Mapping[str, Any]) -> tuple[bytes | None, ...] | None:
    """A statement that is a transaction by itself, in one round trip; gives its first row as PostgreSQL writes it.

    `query` is a constant of ours with %(name)s for its values. Raises psycopg's errors, and Unavailable: then it may
    have been committed all the same.
    """
    found: list[tuple[bytes | None, ...] | None] = []
    with transaction() as session:
        write_last(session, lambda connection: found.append(prepared.first_row(connection, query, values)))
    return found[0]


def trying_again(work: Callable[[], Result], attempts: int = ATTEMPTS) -> Result:
    """Do `work`, which has one transaction, again from the start if others got in its way.

    Deadlocks, serialization failures and lock timeouts are worth another try, and so is what was overtaken at the first
    one; when `attempts` are used up it is a Conflict. `work` must change nothing but the database.
    """
    commits = _commits.get()
    for attempt in range(attempts):
        token = _first_try.set(commits if attempt == 0 and attempts > 1 else None)
        try:
            return work()
        except (DBAPIError, psycopg.Error, Overtaken) as error:
            is_overtaken = isinstance(error, Overtaken)
            # What was committed would be done twice, whatever came after it.
            if not (is_overtaken or sqlstate(error) in WORTH_ANOTHER_TRY) or _commits.get() != commits:
                raise
            logger.info(
                "another try after %s", error if is_overtaken else sqlstate(error), extra={"attempt": attempt + 1}
            )
        finally:
            _first_try.reset(token)
        # Both sides of a deadlock start over; unequal waits keep them from meeting again.
        time.sleep(0 if is_overtaken else random.uniform(0, 0.01 * 2**attempt))
    raise Conflict("database_busy", attempts=attempts)


def write_last(session: Session, write: Write) -> None:
    """Have `write` send one statement right before the commit, or before the next statement if one comes after all.

    Where it is the transaction's only one it is committed by itself, so nothing it is answered can keep it from that:
    only an error of the statement does.
    """
    _ours(session).write_last(write)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have `call` run once the session's transaction is committed and its connection given back; never otherwise."""
    _ours(session).calls_after.append(call)


def begin_with(session: Session, query: str, values: Mapping[str, Any]) -> tuple[bytes | None, ...] | None:
    """The first row of a query that locks or changes something; its columns come as PostgreSQL writes them.

    `query` is a constant of ours with %(name)s for its values. Raises psycopg's errors.
    """
    return _ours(session).begin_with(query, values)


def may_be_overtaken(session: Session) -> bool:
    """Whether the transaction may go by what it reads without a lock (`seen_row`).

    So it is where `trying_again` does it again from the start if it raises Overtaken, at its first try and before
    anything else has been committed.
    """
    return _ours(session).may_be_overtaken()


def seen_row(session: Session, query: str, values: Mapping[str, Any]) -> tuple[bytes | None, ...] | None:
    """The first row of a query that neither changes nor locks anything; its columns come as PostgreSQL writes them."""
    return next(iter(seen_rows(session, query, values)), None)


def seen_rows(session: Session, query: str, values: Mapping[str, Any]) -> list[tuple[bytes | None, ...]]:
    """All rows of such a query; see `begin_with`."""
    return _ours(session).seen_rows(query, values)


def raw_connection(session: Session) -> psycopg.Connection:
    """The psycopg connection under a session, in the same transaction."""
    return _ours(session).connection_begun()


def reading_connection(session: Session) -> psycopg.Connection:
    """Like `raw_connection`, for a statement that neither changes nor locks anything: it may come before the BEGIN."""
    return _ours(session).connection_reading()


def case_time_is(session: Session, moment: datetime) -> None:
    """Case time has been read (`case_clock.READ_CASE_TIME`) with a statement of the session's; the first one counts."""
    _ours(session).case_time_is(moment)


def first_row(session: Session, query: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row of a query that neither changes nor locks anything, with case time read along in the same trip.

    `query` is a constant of ours with %(name)s for its values; its columns have a name each and come as JSON has them.
    """
    return _ours(session).first_row(query, values)


def engine_of(session: Session) -> Engine:
    """What stands for the session's database: the same for all its sessions, another one for another database."""
    return _ours(session).engine


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five-letter code of an error of SQLAlchemy or psycopg, if it has one."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def is_away(error: BaseException) -> bool:
    """Whether an error of SQLAlchemy or psycopg says that the database is gone, the way to it, or what it needs."""
    state = sqlstate(error)
    return isinstance(error, LOST) and (state in AWAY or (state or "")[:2] in TROUBLE)


def _configured() -> Engine:
    if _engine is None:
        raise RuntimeError("no database is configured: call store.configure first")
    return _engine


def _ours(session: Session) -> Transaction:
    assert isinstance(session, Transaction)
    return session


def _run_after_commit(session: Transaction) -> None:
    for call in session.calls_after:
        try:
            call()
        except Exception:
            # The commit stands, so the caller must not take it for undone.
            logger.exception("a call after the commit failed")


def _prepare_connection(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    # One type for all integers: by their size, a statement would be prepared once for each mix of sizes.
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.autocommit = True
    connection.execute(SESSION_SETTINGS)
    connection.autocommit = False


def _let_us_begin(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    """Transactions are begun by `Transaction`; psycopg would use a round trip of its own for it."""
    connection.autocommit = True
