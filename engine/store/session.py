"""Sessions on PostgreSQL, and the only commit of the project."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from engine import clock
from engine.errors import Conflict, Unavailable
from engine.store import json
from engine.store.case_clock import READ_CASE_TIME

Result = TypeVar("Result")

ATTEMPTS = 6
# serialization_failure, deadlock_detected, lock_not_available: another try may go through.
WORTH_ANOTHER_TRY = frozenset({"40001", "40P01", "55P03"})
WITH_COMMIT = "trunkline.with_commit"
AFTER_COMMIT = "trunkline.after_commit"
RAW = "trunkline.raw_connection"
CASE_TIME = "trunkline.case_time"

# A statement that takes longer than this is a mistake, not work; migrations and upkeep set their own.
SESSION_SETTINGS = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET TimeZone = 'UTC'; \
SET idle_in_transaction_session_timeout = '60s'"

logger = logging.getLogger(__name__)
_engine: Engine | None = None


def configure(url: str, *, pool_size: int = 8, patience: float = 10) -> None:
    """Use this database (a libpq URI) from now on, in every thread.

    At most 2 × `pool_size` connections are opened; a transaction waits `patience` seconds for one of them.
    """
    global _engine
    dispose()
    _engine = make_engine(url, pool_size=pool_size, patience=patience)
    event.listen(_engine, "connect", _let_us_begin)
    event.listen(_engine, "begin", _open_transaction)


def dispose() -> None:
    """Close all idle connections and forget the database."""
    global _engine
    if _engine is not None:
        _engine.dispose()
        _engine = None


def configured_url() -> str:
    """The database in use as a libpq URI, for drivers that connect by themselves (asyncpg, LISTEN)."""
    return _configured().url.set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(url: str, *, pool_size: int = 8, patience: float = 10) -> Engine:
    """An SQLAlchemy engine on psycopg for a libpq URI, with our timeouts and our JSON."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=patience,
        json_serializer=json.dumps,
        json_deserializer=json.loads,
    )
    event.listen(engine, "connect", _prepare_connection)
    return engine


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose changes are committed at the end of the block, or not at all if it raises.

    Its first statement reads case time, which `clock.now()` answers inside the block. Raises Unavailable if the
    database cannot be reached; a connection that died since it was last used is replaced first.
    """
    if clock.in_transaction():
        raise RuntimeError("a transaction is open here already: functions are handed its session")
    session = Session(_configured(), expire_on_commit=False)
    try:
        with clock.reading(_begin(session)):
            yield session
            _commit(session)
    finally:
        # Rolls back whatever was not committed.
        session.close()
    _run_after_commit(session)


def retrying(work: Callable[[Session], Result], attempts: int = ATTEMPTS) -> Result:
    """Run `work` in a transaction of its own, again from the start if others got in its way.

    Deadlocks, serialization failures and lock timeouts are worth another try; when `attempts` are used up it is a
    Conflict. `work` must change nothing but the database.
    """
    for attempt in range(attempts):
        try:
            with transaction() as session:
                return work(session)
        except (DBAPIError, psycopg.Error) as error:
            if sqlstate(error) not in WORTH_ANOTHER_TRY:
                raise
            logger.info("another try after %s", sqlstate(error), extra={"attempt": attempt + 1})
        # Both sides of a deadlock start over; unequal waits keep them from meeting again.
        time.sleep(random.uniform(0, 0.01 * 2**attempt))
    raise Conflict("database_busy", attempts=attempts)


def with_commit(session: Session, write: Callable[[psycopg.Connection], None]) -> None:
    """Have `write` send the transaction's last statements at its end, in one round trip with the commit itself.

    It sees no results before the commit. If one of its statements fails, nothing is committed and its error is raised.
    """
    session.info.setdefault(WITH_COMMIT, []).append(write)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have `call` run once the session's transaction is committed and its connection given back; never otherwise."""
    session.info.setdefault(AFTER_COMMIT, []).append(call)


@contextmanager
def pipeline(session: Session) -> Iterator[psycopg.Connection]:
    """The session's psycopg connection in pipeline mode: statements in the block share round trips.

    Pending changes of the session are sent first. Errors come as psycopg's own, at a fetch or at the block's end.
    """
    session.flush()
    connection = raw_connection(session)
    with connection.pipeline():
        yield connection


def raw_connection(session: Session) -> psycopg.Connection:
    """The psycopg connection under a session, in the same transaction."""
    # Asked for with nearly every statement, and SQLAlchemy's way to it is long.
    known = session.info.get(RAW)
    if known is not None and known[0] is session.get_transaction():
        return known[1]  # type: ignore[no-any-return]
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    session.info[RAW] = session.get_transaction(), connection
    return connection


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five-letter code of an error of SQLAlchemy or psycopg, if it has one."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def _configured() -> Engine:
    if _engine is None:
        raise RuntimeError("no database is configured: call store.configure first")
    return _engine


def _begin(session: Session) -> datetime:
    try:
        try:
            return _case_time(session)
        except psycopg.OperationalError:
            # The server was restarted since: connections of that time are of no use to anybody.
            session.close()
            _configured().dispose()
            return _case_time(session)
    except (psycopg.OperationalError, OperationalError, InterfaceError, NoConnectionFree) as error:
        session.close()
        raise Unavailable("database_unavailable") from error


def _case_time(session: Session) -> datetime:
    moment: datetime = session.connection().info[CASE_TIME]
    return moment


def _open_transaction(connection: Connection) -> None:
    """Begin and read case time in one round trip."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    answers = raw.execute(f"BEGIN; {READ_CASE_TIME}")
    answers.nextset()
    connection.info[CASE_TIME] = answers.fetchone()[0]  # type: ignore[index]


def _commit(session: Session) -> None:
    writes: list[Callable[[psycopg.Connection], None]] = session.info.pop(WITH_COMMIT, [])
    if writes:
        with pipeline(session) as connection:
            for write in writes:
                write(connection)
            connection.execute("COMMIT")
    # After a COMMIT of ours this only gives the connection back.
    session.commit()


def _run_after_commit(session: Session) -> None:
    calls: list[Callable[[], None]] = session.info.pop(AFTER_COMMIT, [])
    for call in calls:
        try:
            call()
        except Exception:
            # The commit stands, so the caller must not take it for undone.
            logger.exception("a call after the commit failed")


def _prepare_connection(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.autocommit = True
    connection.execute(SESSION_SETTINGS)
    connection.autocommit = False


def _let_us_begin(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    """Every transaction is begun by `_open_transaction`; psycopg would use a round trip of its own for it."""
    connection.autocommit = True
