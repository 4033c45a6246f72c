"""One transaction: SQLAlchemy's session on one connection of the pool, with no round trip that it can do without."""

import select
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg.errors import InFailedSqlTransaction
from psycopg.pq import TransactionStatus
from sqlalchemy import CompoundSelect, Connection, Engine, Select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine.store import json, prepared
from engine.store.case_clock import READ_CASE_TIME

# Sends one statement on the connection and takes its answer.
Write = Callable[[psycopg.Connection], None]

_WITH_CASE_TIME = (
    f"SELECT ({READ_CASE_TIME}), to_json(found) FROM (SELECT) one LEFT JOIN LATERAL ({{query}}) found ON true LIMIT 1"  # noqa: S608 - our columns
)


class Transaction(Session):
    """What is sent on the way counts: a round trip costs as much processor time here as the statement itself.

    PostgreSQL is told to begin with the first statement that changes or locks something; READ COMMITTED gives each
    statement a view of its own, so those before it miss nothing. Case time is read when it is asked for, or with
    another statement before that. The last write goes right before the commit, and where it is the only one,
    PostgreSQL makes it a transaction by itself. SQLAlchemy's own layers come into being when somebody asks for them.
    """

    def __init__(self, engine: Engine, tried_again: bool = False) -> None:
        self.engine = engine
        self._tried_again = tried_again
        self.calls_after: list[Callable[[], None]] = []
        self._has_session = False
        self._connect()
        self._fresh = True  # nothing has been sent yet
        self._begun = False
        self._moment: datetime | None = None
        self._link: Connection | None = None
        self._last: Write | None = None

    def __getattr__(self, name: str) -> Any:
        """SQLAlchemy's session comes into being when something of it is asked for."""
        if self._has_session:
            raise AttributeError(name)
        self._has_session = True
        super().__init__(expire_on_commit=False)
        return getattr(self, name)

    def case_time(self) -> datetime:
        """The transaction's moment."""
        if self._moment is None:
            self._moment = self._first(lambda raw: raw.execute(READ_CASE_TIME, prepare=True).fetchone())[0]
        return self._moment

    def case_time_is(self, moment: datetime) -> None:
        """Somebody has read case time with a statement of his own; the first reading counts."""
        if self._moment is None:
            self._moment = moment

    def first_row(self, query: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row of a query that neither changes nor locks anything; case time is read along with it.

        `query` is a constant of ours with %(name)s for its values; the row's columns come as JSON has them.
        """
        if self._last is not None:
            self.connection_begun()
        both = _WITH_CASE_TIME.format(query=query)
        moment, found = self._first(lambda raw: prepared.first_row(raw, both, values))
        self.case_time_is(datetime.fromisoformat(moment.decode()))
        return None if found is None else tuple(json.loads(found).values())

    def may_be_overtaken(self) -> bool:
        """Whether it may go by what it reads without a lock: nothing is begun, and it is done again if that fails."""
        return self._tried_again and not self._begun and self._last is None

    def connection_begun(self) -> psycopg.Connection:
        """The psycopg connection, with the transaction begun and all that was to be written before sent."""
        self._begin()
        if self._has_session and self.in_nested_transaction():
            # SQLAlchemy sets a savepoint when its connection is first asked for in it.
            self.connection()
        return self._raw

    def connection_reading(self) -> psycopg.Connection:
        """The psycopg connection for a statement that neither changes nor locks anything; it need not be begun."""
        if self._last is not None or self._fresh:
            return self.connection_begun()
        return self._raw

    def seen_rows(self, query: str, values: Mapping[str, Any]) -> list[tuple[bytes | None, ...]]:
        """The rows of a query that neither changes nor locks anything; it need not be begun for it."""
        if self._has_session and self.in_transaction():
            self.flush()
        if self._last is not None:
            self.connection_begun()
        return self._first(lambda raw: prepared.rows(raw, query, values))  # type: ignore[no-any-return]

    def begin_with(self, query: str, values: Mapping[str, Any]) -> tuple[bytes | None, ...] | None:
        """The first row of a query that locks or changes something, in one round trip with the BEGIN if that is due."""
        if self._has_session and self.in_transaction():
            self.flush()
        nested = self._has_session and self.in_nested_transaction()
        if self._begun or self._last is not None or nested:
            return prepared.first_row(self.connection_begun(), query, values)
        found = self._first(lambda raw: prepared.first_row_begun(raw, query, values))
        self._begun = True
        return found  # type: ignore[no-any-return]

    def write_last(self, write: Write) -> None:
        """Have `write` send one statement when the transaction ends, or before the next statement if there is one."""
        if self._last is not None:
            self.connection_begun()
        if self._has_session and self.in_nested_transaction():
            # Its savepoint may be gone by then.
            write(self.connection_begun())
        else:
            self._last = write

    def get_bind(self, *_: Any, clause: Any = None, **__: Any) -> Connection:
        """SQLAlchemy's connection: it asks here before each statement. A plain SELECT needs no begin."""
        if self._last is not None or not _only_reads(clause) or self.in_nested_transaction():
            self._begin()
        elif self._fresh and self._is_told_something():
            self.case_time()
        self._fresh = False
        if self._link is None:
            self._link = Connection(self.engine, connection=self._pooled)
        return self._link

    def commit(self) -> None:
        """Make it last. Raises what the last write raises."""
        if self._has_session and self.in_transaction():
            self.flush()
        if self._last is not None and self._fresh and self._is_told_something():
            # A BEGIN may be sent again if the connection has died meanwhile, a write may not.
            self._begin()
        if self._raw.pgconn.transaction_status == TransactionStatus.INERROR:
            # PostgreSQL takes a COMMIT now for a ROLLBACK, and says nothing.
            raise InFailedSqlTransaction("a statement of the transaction failed, so nothing of it can be committed")
        last, self._last = self._last, None
        if last is not None:
            last(self._raw)
        if self._begun:
            prepared.send(self._raw, b"COMMIT")
        if self._link is not None:
            # What SQLAlchemy has to know of it; nothing is sent any more.
            super().commit()

    def rollback(self) -> None:
        """Undo what has been written so far; nothing is written last any more, and nothing of it called after."""
        self._last = None
        self.calls_after.clear()
        super().rollback()
        self._raw.rollback()
        self._begun = False

    def close(self) -> None:
        """Undo what is not committed, and give the connection back."""
        try:
            if self._raw.broken:
                self._leave()
            if self._has_session:
                super().close()
            # A signal may have come between the BEGIN and our note of it: only PostgreSQL's word counts.
            if self._raw.pgconn.transaction_status != TransactionStatus.IDLE:
                self._raw.rollback()
        except (psycopg.OperationalError, OperationalError):
            # It has died, and all that was not committed with it.
            self._leave()
        self._pooled.close()

    def _connect(self) -> None:
        self._pooled = self.engine.raw_connection()
        raw = self._pooled.driver_connection
        assert isinstance(raw, psycopg.Connection)
        self._raw = raw

    def _leave(self) -> None:
        """Have the pool make another connection in place of this one."""
        if self._pooled.is_valid:
            self._pooled.invalidate()

    def _is_told_something(self) -> bool:
        """Whether the server has said a word while nobody asked, as one does that hangs up."""
        told = select.poll()
        told.register(self._raw.fileno(), select.POLLIN)
        return bool(told.poll(0))

    def _begin(self) -> None:
        if not self._begun:
            self._first(lambda raw: prepared.send(raw, b"BEGIN"))
            self._begun = True
        if self._last is not None:
            last, self._last = self._last, None
            last(self._raw)

    def _first(self, send: Callable[[psycopg.Connection], Any]) -> Any:
        """Send something, on a new connection if it is the first thing sent and the server was restarted since."""
        fresh, self._fresh = self._fresh, False
        try:
            return send(self._raw)
        except psycopg.OperationalError:
            if not (fresh and self._raw.broken):
                raise
        # Connections of the time before are of no use to anybody.
        self._leave()
        self.engine.dispose()
        self._connect()
        return send(self._raw)


def _only_reads(clause: Any) -> bool:
    return isinstance(clause, Select | CompoundSelect) and clause._for_update_arg is None
