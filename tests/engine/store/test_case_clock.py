"""Moving case time: it is pinned, moved and reset, and goes on from there."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from engine import clock, store
from engine.store import case_clock

MOMENT = datetime(2030, 5, 1, 8, 30, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("db")


def case_time() -> datetime:
    with store.transaction():
        return clock.now()


def test_it_is_real_time_at_first() -> None:
    assert abs(case_time() - clock.machine()) < timedelta(seconds=5)


def test_a_pinned_clock_stands() -> None:
    with store.transaction() as session:
        case_clock.pin(session, MOMENT)
    assert case_time() == MOMENT == case_time()


def test_pinning_counts_from_the_next_transaction_on() -> None:
    with store.transaction() as session:
        before = clock.now()
        case_clock.pin(session, MOMENT)
        assert clock.now() == before


def test_a_moved_clock_goes_on_from_there() -> None:
    with store.transaction() as session:
        case_clock.move_to(session, MOMENT)
    first, second = case_time(), case_time()
    assert MOMENT < first < second < MOMENT + timedelta(seconds=30)


def test_a_clock_is_put_forward_and_back() -> None:
    for step in (timedelta(days=3), timedelta(hours=-24)):
        with store.transaction() as session:
            case_clock.move_by(session, step)
    assert abs(case_time() - clock.machine() - timedelta(days=2)) < timedelta(seconds=5)


def test_a_pinned_clock_that_is_put_forward_stays_pinned() -> None:
    with store.transaction() as session:
        case_clock.pin(session, MOMENT)
        case_clock.move_by(session, timedelta(minutes=15))
    assert case_time() == case_time() == MOMENT + timedelta(minutes=15)


@pytest.mark.parametrize("pinned", [True, False])
def test_a_reset_clock_is_real_again(pinned: bool) -> None:
    with store.transaction() as session:
        (case_clock.pin if pinned else case_clock.move_to)(session, MOMENT)
    with store.transaction() as session:
        case_clock.reset(session)
    assert abs(case_time() - clock.machine()) < timedelta(seconds=5)


@pytest.mark.parametrize("move", [case_clock.pin, case_clock.move_to])
def test_a_time_without_a_zone_is_refused(move: type) -> None:
    with store.transaction() as session, pytest.raises(ValueError, match="time zone"):
        move(session, MOMENT.replace(tzinfo=None))


def test_there_is_one_clock_only(db: str) -> None:
    with psycopg.connect(db) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("INSERT INTO case_clock (id, mode, shift) VALUES (2, 'offset', '0')")


def test_a_frozen_clock_needs_a_time(db: str) -> None:
    with psycopg.connect(db) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE case_clock SET mode = 'frozen'")
