"""Whoever's inbox has changed is told: the groups and people of tasks that open, change hands or end."""

from collections.abc import Iterator

import psycopg
import pytest

from engine import store
from engine.directory.principal import Principal
from engine.instances import TASKS
from engine.work.tasks import claim_task, unassign_task
from tests.engine.factories import diagram, end, flows, start, user
from tests.engine.house import House

GROUP = "GD-GZ.care.duty"
DUTY = Principal("chen", "chen", "GD-GZ", frozenset({"GD-GZ"}), groups=frozenset({GROUP}))


@pytest.fixture
def listener(house: House) -> Iterator[psycopg.Connection]:
    with psycopg.connect(house.url, autocommit=True) as connection:
        connection.execute(f"LISTEN {TASKS}")
        house.deploy(diagram(start("s"), user("t", groups=GROUP), end("e"), flows("s t e")))
        yield connection


def heard(listener: psycopg.Connection, count: int) -> set[str]:
    return {notice.payload for notice in listener.notifies(timeout=20, stop_after=count)}


def test_a_task_that_opens_and_one_that_ends_are_told_to_its_group(house: House, listener: psycopg.Connection) -> None:
    house.start()
    assert heard(listener, 1) == {GROUP}
    house.complete("t")
    assert heard(listener, 1) == {GROUP}


def test_who_takes_a_task_and_who_gives_it_back_is_told_too(house: House, listener: psycopg.Connection) -> None:
    house.start()
    assert heard(listener, 1) == {GROUP}
    key = house.value("SELECT key FROM tasks")
    for change in (claim_task, unassign_task):
        with store.transaction() as session:
            change(session, DUTY, key)
        assert heard(listener, 2) == {GROUP, "chen"}
