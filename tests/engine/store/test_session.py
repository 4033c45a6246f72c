"""Transactions: one commit, case time, another try for what got in each other's way."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from engine import clock, store
from engine.errors import Conflict, Unavailable
from engine.store.transaction import Transaction

MOMENT = datetime(2030, 5, 1, 8, 30, tzinfo=UTC)


def table() -> None:
    with store.transaction() as session:
        session.execute(text("CREATE TABLE note (id int PRIMARY KEY, body jsonb)"))


def add(number: int) -> None:
    with store.transaction() as session:
        session.execute(text("INSERT INTO note VALUES (:number)"), {"number": number})


def count() -> int:
    with store.transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM note")).scalar_one())


@pytest.mark.usefixtures("db")
def test_what_a_block_changed_is_committed_at_its_end() -> None:
    table()
    add(1)
    assert count() == 1


@pytest.mark.usefixtures("db")
def test_a_block_that_raises_changes_nothing() -> None:
    table()

    def insert_and_fail() -> None:
        with store.transaction() as session:
            session.execute(text("INSERT INTO note VALUES (1)"))
            raise LookupError("the caller's own mistake")

    with pytest.raises(LookupError):
        insert_and_fail()
    assert count() == 0


@pytest.mark.usefixtures("db")
def test_a_transaction_inside_a_transaction_is_refused() -> None:
    with store.transaction(), pytest.raises(RuntimeError, match="open here already"), store.transaction():
        pass


def test_without_a_database_a_transaction_says_so() -> None:
    store.dispose()
    with pytest.raises(RuntimeError, match="no database is configured"), store.transaction():
        pass


@pytest.mark.usefixtures("db")
def test_case_time_is_the_databases_and_stands_still_within_a_transaction() -> None:
    with store.transaction() as session:
        first = clock.now()
        told = session.execute(text("SELECT now(), clock_timestamp()")).one()
        assert first == clock.now()
        assert first <= told[0] < told[1]
    with store.transaction():
        assert clock.now() > first


@pytest.mark.usefixtures("db")
def test_case_time_ends_with_the_transaction() -> None:
    with store.transaction():
        assert clock.in_transaction()
    assert not clock.in_transaction()


@pytest.mark.usefixtures("db")
def test_times_are_read_in_utc() -> None:
    with store.transaction() as session:
        read = session.execute(text("SELECT timestamptz '2030-05-01 16:30+08'")).scalar_one()
    assert read == MOMENT
    assert read.utcoffset() == timedelta(0)


@pytest.mark.usefixtures("db")
def test_json_numbers_keep_their_digits() -> None:
    table()
    with store.transaction() as session:
        raw = store.raw_connection(session)
        raw.execute("INSERT INTO note VALUES (1, %s)", [psycopg.types.json.Jsonb({"rate": Decimal("12.30"), "n": 7})])
    with store.transaction() as session:
        body = session.execute(text("SELECT body FROM note")).scalar_one()
    assert body == {"rate": Decimal("12.30"), "n": 7}
    assert str(body["rate"]) == "12.30"


@pytest.mark.usefixtures("db")
def test_calls_after_commit_run_after_it_and_see_it() -> None:
    table()
    seen: list[int] = []
    with store.transaction() as session:
        session.execute(text("INSERT INTO note VALUES (1)"))
        store.after_commit(session, lambda: seen.append(count()))
        assert seen == []
    assert seen == [1]


@pytest.mark.usefixtures("db")
def test_calls_after_commit_do_not_run_when_nothing_is_committed() -> None:
    seen: list[int] = []

    def fail() -> None:
        with store.transaction() as session:
            store.after_commit(session, lambda: seen.append(1))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert seen == []


@pytest.mark.usefixtures("db")
def test_a_failing_call_after_commit_is_logged_and_the_others_run(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[int] = []
    with store.transaction() as session:
        store.after_commit(session, lambda: seen.append(1 // 0))
        store.after_commit(session, lambda: seen.append(2))
    assert seen == [2]
    assert "a call after the commit failed" in caplog.text


LOCK = "SELECT id, body FROM note WHERE id = %(id)s FOR UPDATE"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("before", ["nothing", "a reading", "a write", "a last write"])
def test_a_row_is_locked_in_the_sessions_transaction(before: str) -> None:
    table()
    add(1)

    def lock_and_write(fail: bool) -> None:
        with store.transaction() as session:
            if before == "a reading":
                assert session.execute(select(1)).scalar_one() == 1
            elif before == "a write":
                session.execute(text("INSERT INTO note VALUES (2)"))
            elif before == "a last write":
                store.write_last(session, adding("INSERT INTO note VALUES (2) RETURNING id"))
            assert store.begin_with(session, LOCK, {"id": 9}) is None
            assert store.begin_with(session, LOCK, {"id": 1}) == (b"1", None)
            with pytest.raises(psycopg.errors.LockNotAvailable), psycopg.connect(store.configured_url()) as other:
                other.execute("SELECT FROM note WHERE id = 1 FOR UPDATE NOWAIT")
            store.raw_connection(session).execute("INSERT INTO note VALUES (3)")
            if fail:
                raise LookupError

    with pytest.raises(LookupError):
        lock_and_write(fail=True)
    assert count() == 1
    lock_and_write(fail=False)
    assert count() == (3 if "write" in before else 2)


@pytest.mark.usefixtures("db")
def test_an_error_while_locking_undoes_the_transaction() -> None:
    table()

    def lock_nonsense() -> None:
        with store.transaction() as session:
            store.begin_with(session, "SELECT 1 / %(id)s", {"id": 0})

    with pytest.raises(psycopg.errors.DivisionByZero):
        lock_nonsense()
    add(1)
    assert count() == 1


def adding(statement: str, seen: list[int] | None = None) -> Callable[[psycopg.Connection], None]:
    """A last write; what its statement gives goes to `seen`."""

    def write(connection: psycopg.Connection) -> None:
        found = connection.execute(statement).fetchone()
        assert found is not None
        if seen is not None:
            seen.extend(found)

    return write


@pytest.mark.usefixtures("db")
def test_the_last_write_is_sent_at_the_end_and_its_answer_taken() -> None:
    table()
    seen: list[int] = []
    with store.transaction() as session:
        session.execute(text("INSERT INTO note VALUES (5)"))
        store.write_last(session, adding("INSERT INTO note SELECT max(id) + 1 FROM note RETURNING id", seen))
        assert seen == []
    assert seen == [6]
    assert count() == 2


@pytest.mark.usefixtures("db")
def test_the_last_write_is_sent_before_what_comes_after_all() -> None:
    table()
    with store.transaction() as session:
        store.write_last(session, adding("INSERT INTO note VALUES (1) RETURNING id"))
        store.write_last(session, adding("INSERT INTO note SELECT max(id) + 1 FROM note RETURNING id"))
        assert session.execute(text("SELECT array_agg(id ORDER BY id) FROM note")).scalar_one() == [1, 2]
        store.write_last(session, adding("INSERT INTO note VALUES (3) RETURNING id"))
        raw = store.raw_connection(session).execute("SELECT count(*) FROM note").fetchone()
        assert raw == (3,)
        store.write_last(session, adding("INSERT INTO note VALUES (4) RETURNING id"))
        assert store.first_row(session, "SELECT count(*) FROM note", {}) == (4,)
    assert count() == 4


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("reads", [True, False])
def test_the_only_write_of_a_transaction_is_one_by_itself(reads: bool) -> None:
    table()
    states: list[str] = []

    def write(connection: psycopg.Connection) -> None:
        states.append(connection.info.transaction_status.name)
        connection.execute("INSERT INTO note VALUES (1)")

    with store.transaction() as session:
        if reads:
            assert store.first_row(session, "SELECT 7", {}) == (7,)
        store.write_last(session, write)
    assert states == ["IDLE"]
    assert count() == 1


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("before", [True, False])
def test_a_last_write_that_fails_undoes_everything_and_leaves_the_connection_fit(before: bool) -> None:
    table()
    add(7)
    seen: list[int] = []

    def insert_then_fail() -> None:
        with store.transaction() as session:
            if before:
                session.execute(text("INSERT INTO note VALUES (1)"))
            store.write_last(session, adding("INSERT INTO note VALUES (2), (7) RETURNING id", seen))
            store.after_commit(session, lambda: seen.append(1))

    with pytest.raises(psycopg.errors.UniqueViolation):
        insert_then_fail()
    assert count() == 1
    assert seen == []


@pytest.mark.usefixtures("db")
def test_a_last_write_in_a_savepoint_goes_with_it() -> None:
    table()

    def write_in_savepoint(session: store.Session) -> None:
        with session.begin_nested():
            store.write_last(session, adding("INSERT INTO note VALUES (2) RETURNING id"))
            raise LookupError

    with store.transaction() as session:
        add_first = adding("INSERT INTO note VALUES (1) RETURNING id")
        store.write_last(session, add_first)
        with pytest.raises(LookupError):
            write_in_savepoint(session)
    with store.transaction() as session:
        assert session.execute(text("SELECT array_agg(id) FROM note")).scalar_one() == [1]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("way", ["lock", "select"])
def test_a_savepoint_that_begins_the_transaction_takes_back_what_is_in_it(way: str) -> None:
    table()

    def write_in_savepoint(session: store.Session) -> None:
        with session.begin_nested():
            if way == "select":
                assert session.execute(select(1)).scalar_one() == 1
            else:
                assert store.begin_with(session, LOCK, {"id": 2}) is None
            store.raw_connection(session).execute("INSERT INTO note VALUES (2)")
            raise LookupError

    with store.transaction() as session:
        with pytest.raises(LookupError):
            write_in_savepoint(session)
        store.raw_connection(session).execute("INSERT INTO note VALUES (1)")
    with store.transaction() as session:
        assert session.execute(text("SELECT array_agg(id) FROM note")).scalar_one() == [1]


@pytest.mark.usefixtures("db")
def test_a_failed_statement_that_somebody_passes_over_is_no_commit() -> None:
    table()
    add(1)
    seen: list[int] = []

    def pass_over() -> None:
        with store.transaction() as session:
            store.after_commit(session, lambda: seen.append(1))
            session.execute(text("INSERT INTO note VALUES (2)"))
            with pytest.raises(DBAPIError):
                session.execute(text("INSERT INTO note VALUES (1)"))

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        pass_over()
    assert seen == []
    assert count() == 1


@pytest.mark.usefixtures("db")
def test_what_is_rolled_back_by_hand_calls_nothing_after_the_commit() -> None:
    table()
    seen: list[int] = []
    with store.transaction() as session:
        session.execute(text("INSERT INTO note VALUES (1)"))
        store.after_commit(session, lambda: seen.append(1))
        session.rollback()
        session.execute(text("INSERT INTO note VALUES (2)"))
        store.after_commit(session, lambda: seen.append(2))
    assert seen == [2]
    assert count() == 1


@pytest.mark.usefixtures("db")
def test_a_block_that_raises_never_sends_its_last_write() -> None:
    table()

    def fail() -> None:
        with store.transaction() as session:
            store.write_last(session, adding("INSERT INTO note VALUES (1) RETURNING id"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert count() == 0


@pytest.mark.usefixtures("db")
def test_a_first_row_brings_case_time_along() -> None:
    with store.transaction() as session:
        assert store.first_row(session, "SELECT 1 WHERE %(so)s", {"so": False}) is None
        first = clock.now()
    with store.transaction() as session:
        assert store.first_row(session, "SELECT 1 AS key, 'one' AS name", {}) == (1, "one")
        assert clock.now() > first
        assert store.first_row(session, "SELECT 2 WHERE false", {}) is None


@pytest.mark.parametrize("notices", ["psycopg", "sqlalchemy", "commit"])
@pytest.mark.parametrize("begun_by", ["psycopg", "sqlalchemy"])
@pytest.mark.filterwarnings("error")
def test_a_server_that_goes_away_in_the_middle_is_unavailable(db: str, begun_by: str, notices: str) -> None:
    """Whoever notices; and the connection is given back."""

    def send(session: store.Session, by: str, statement: str) -> None:
        if by == "sqlalchemy":
            session.execute(text(statement))
        elif by == "psycopg":
            store.raw_connection(session).execute(statement.encode())

    def lose() -> None:
        with store.transaction() as session:
            send(session, begun_by, "INSERT INTO note VALUES (1)")
            _hang_up(db, session)
            send(session, notices, "SELECT 1")

    table()
    with pytest.raises(Unavailable):
        lose()
    assert held() == 0
    assert count() == 0


@pytest.mark.filterwarnings("error")
def test_an_error_is_told_also_where_the_server_goes_away_before_it_is_undone(db: str) -> None:
    def fail() -> None:
        with store.transaction() as session:
            session.execute(text("INSERT INTO note VALUES (1)"))
            _hang_up(db, session)
            raise KeyError("why")

    table()
    with pytest.raises(KeyError):
        fail()
    assert held() == 0
    assert count() == 0


def _hang_up(db: str, session: store.Session) -> None:
    with psycopg.connect(db, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [store.raw_connection(session).info.backend_pid])


def held() -> int:
    """How many connections are not given back to the pool."""
    with store.transaction() as session:
        return store.engine_of(session).pool.checkedout() - 1  # type: ignore[attr-defined, no-any-return]


@pytest.mark.usefixtures("db")
def test_a_deadlock_is_tried_again_and_both_sides_get_through() -> None:
    table()
    add(1)
    add(2)
    both_hold_one = threading.Barrier(2)
    waited: list[int] = []

    def swap(first: int, second: int) -> None:
        def work(session: store.Session) -> None:
            statement = text("UPDATE note SET body = '1' WHERE id = :id")
            session.execute(statement, {"id": first})
            if len(waited) < 2:
                waited.append(first)
                both_hold_one.wait(timeout=10)
            session.execute(statement, {"id": second})

        store.retrying(work)

    threads = [threading.Thread(target=swap, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(waited) == [1, 2]
    with store.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM note WHERE body = '1'")).scalar_one() == 2


@pytest.mark.usefixtures("db")
def test_tries_are_bounded() -> None:
    tries: list[int] = []

    def work(session: store.Session) -> None:
        tries.append(1)
        session.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    with pytest.raises(Conflict) as refused:
        store.retrying(work, attempts=3)
    assert refused.value.code == "database_busy"
    assert len(tries) == 3


@pytest.mark.usefixtures("db")
def test_what_was_committed_is_not_done_again() -> None:
    table()

    def work() -> None:
        with store.transaction() as session:
            session.execute(text("INSERT INTO note SELECT count(*) FROM note"))
        with store.transaction() as session:
            session.execute(text("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"))

    with pytest.raises(DBAPIError):
        store.trying_again(work)
    with store.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM note")).scalar_one() == 1


@pytest.mark.usefixtures("db")
def test_other_errors_are_not_tried_again() -> None:
    tries: list[int] = []

    def work(session: store.Session) -> None:
        tries.append(1)
        session.execute(text("SELECT 1 / 0"))

    with pytest.raises(DBAPIError) as failed:
        store.retrying(work)
    assert store.sqlstate(failed.value) == "22012"
    assert len(tries) == 1


def test_connections_that_died_are_replaced_at_the_start_of_a_transaction(db: str) -> None:
    table()

    def hold(session_count: int) -> None:
        if session_count:
            # A thread for each, since a thread has one transaction at most.
            with store.transaction():
                thread = threading.Thread(target=hold, args=(session_count - 1,))
                thread.start()
                thread.join()

    hold(3)
    with psycopg.connect(db, autocommit=True) as connection:
        killed = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert len(killed) >= 3
    add(1)
    hold(3)
    assert count() == 1


def test_connections_stay_however_many_are_in_use_at_once(database_url: str) -> None:
    """A new one costs more than ten transactions: a process of PostgreSQL, and every plan anew."""
    store.configure(database_url, connections=4)
    used: set[int] = set()

    def hold(more: int) -> None:
        with store.transaction() as session:
            used.add(store.raw_connection(session).info.backend_pid)
            if more:
                thread = threading.Thread(target=hold, args=(more - 1,))
                thread.start()
                thread.join()

    for _ in range(3):
        hold(3)
    store.dispose()
    assert len(used) == 4


def test_a_connection_that_died_is_replaced_where_the_last_write_is_all_there_is(db: str) -> None:
    table()
    with psycopg.connect(db, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with store.transaction() as session:
        store.write_last(session, adding("INSERT INTO note VALUES (1) RETURNING id"))
    assert count() == 1


def test_a_signal_right_after_the_begin_leaves_no_transaction_open(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table()

    def begin_then_stop(session: Transaction) -> None:
        session._raw.execute("BEGIN")
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(Transaction, "_begin", begin_then_stop)
        with pytest.raises(KeyboardInterrupt):
            add(1)
    # The next one to have the connection writes with one statement that is a transaction by itself.
    with store.transaction() as session:
        assert store.first_row(session, "SELECT 7", {}) == (7,)
        store.write_last(session, adding("INSERT INTO note VALUES (2) RETURNING id"))
    with psycopg.connect(db) as other:
        assert other.execute("SELECT array_agg(id) FROM note").fetchone() == ([2],)


def test_a_database_that_is_away_is_unavailable(server: store.EmbeddedServer) -> None:
    store.configure(server.url("no_such_database"))
    try:
        with pytest.raises(Unavailable) as refused, store.transaction():
            pass
        assert refused.value.code == "database_unavailable"
    finally:
        store.dispose()


@pytest.mark.parametrize(
    ("state", "why"), [("53100", "no room on the disk"), ("58030", "the disk"), ("08006", "the way")]
)
@pytest.mark.parametrize("by", ["psycopg", "sqlalchemy"])
@pytest.mark.usefixtures("db")
def test_a_server_in_trouble_is_unavailable_and_the_log_says_why(
    by: str, state: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Workers keep their answers until it is over, as they do where it cannot be reached."""
    statement = f"DO $$ BEGIN RAISE SQLSTATE '{state}' USING MESSAGE = '{why}'; END $$"

    def send(session: store.Session) -> None:
        if by == "psycopg":
            store.raw_connection(session).execute(statement.encode())
        else:
            session.execute(text(statement))

    with pytest.raises(Unavailable):
        store.retrying(send)
    assert why in caplog.text


def test_when_every_connection_is_taken_the_next_is_told_so(database_url: str) -> None:
    store.configure(database_url, connections=2, patience=0.05)
    refused: list[Unavailable] = []

    def take(more: int) -> None:
        try:
            with store.transaction():
                if more:
                    thread = threading.Thread(target=take, args=(more - 1,))
                    thread.start()
                    thread.join()
        except Unavailable as error:
            refused.append(error)

    take(2)
    store.dispose()
    assert [error.code for error in refused] == ["database_unavailable"]


def test_the_configured_url_is_for_every_driver(db: str) -> None:
    with psycopg.connect(store.configured_url()) as connection:
        assert connection.info.dbname in db
