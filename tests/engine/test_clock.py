"""The two clocks: case time is handed in, machine time is real."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from engine import clock

MOMENT = datetime(2030, 5, 1, 8, 30, tzinfo=UTC)


def test_case_time_is_what_was_handed_in_and_only_inside() -> None:
    with clock.reading(MOMENT):
        assert clock.now() == MOMENT
        assert clock.in_transaction()
    assert not clock.in_transaction()
    with pytest.raises(RuntimeError, match="outside a transaction"):
        clock.now()


def test_the_inner_time_counts_and_the_outer_comes_back() -> None:
    with clock.reading(MOMENT):
        with clock.reading(MOMENT + timedelta(days=1)):
            assert clock.now() == MOMENT + timedelta(days=1)
        assert clock.now() == MOMENT


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.reading(MOMENT.replace(tzinfo=None)):
        pass


def test_another_thread_does_not_see_it() -> None:
    seen: list[bool] = []
    with clock.reading(MOMENT):
        thread = threading.Thread(target=lambda: seen.append(clock.in_transaction()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_machine_time_is_real_and_knows_its_zone() -> None:
    with clock.reading(MOMENT):
        before = datetime.now(UTC)
        assert before <= clock.machine() <= datetime.now(UTC)
    assert clock.machine().utcoffset() == timedelta(0)
