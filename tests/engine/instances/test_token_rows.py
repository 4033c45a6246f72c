"""Instances with tokens that lie apart: what an advance costs, who races, what is left."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import store
from engine.core import apart, commands
from engine.instances import advance, cancel
from tests.engine.factories import diagram, each, end, flows, start, user
from tests.engine.house import House

WIDE = diagram(
    start("s"),
    user("u", loop=each("=list", "item", collect="done", output="=item + n")),
    end("e"),
    flows("s u e"),
)
OPEN = "SELECT instance_key, key, element_key FROM tasks WHERE state = 'created' ORDER BY key"
SENT = """
    SELECT sum(calls)::int, sum(rows)::int, sum(wal_bytes)::int FROM pg_stat_statements s
    JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database() AND query NOT IN ('BEGIN', 'COMMIT')
      AND query NOT LIKE '%pg_stat_statements%' AND query NOT LIKE '%FROM tasks WHERE%'
"""


def begun(house: House, number: int) -> int:
    return house.start(variables={"list": list(range(number))}).key


def complete(instance: int, key: int, element_key: int) -> None:
    with store.transaction() as session:
        advance(session, instance, commands.CompleteTask(key, element_key, {"n": 1}))


def complete_all(house: House) -> None:
    while tasks := house.rows(OPEN):
        complete(*tasks[len(tasks) // 2])


def test_one_of_many_costs_what_one_of_few_does(house: House) -> None:
    """Statements and rows are the same; the log grows by the collection of outputs alone, five bytes each."""
    house.deploy(WIDE)
    spent = []
    for number in (apart.MANY + 5, 500):
        key = begun(house, number)
        first, second, *_ = [row for row in house.rows(OPEN) if row[0] == key]
        complete(*first)
        before = house.row(SENT)
        complete(*second)
        spent.append([after - was for after, was in zip(house.row(SENT), before, strict=True)])
    few, many = spent
    assert many[:2] == few[:2]
    assert many[2] - few[2] < 5 * 500 * 2


def test_all_of_them_are_completed_and_none_is_left(house: House) -> None:
    house.deploy(WIDE)
    key = begun(house, apart.MANY * 2)
    assert house.value("SELECT count(*) FROM tokens_apart") == apart.MANY * 2
    complete_all(house)
    assert house.state(key) == "completed"
    assert house.variables(key)["done"] == [item + 1 for item in range(apart.MANY * 2)]
    assert house.value("SELECT count(*) FROM tokens_apart") == 0
    assert house.value("SELECT count(*) FROM variables WHERE scope_key <> instance_key") == 0


def test_many_are_completed_at_once(house: House) -> None:
    house.deploy(WIDE)
    key = begun(house, apart.MANY * 2)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda task: complete(*task), house.rows(OPEN)))
    assert house.state(key) == "completed"
    assert house.variables(key)["done"] == [item + 1 for item in range(apart.MANY * 2)]


def test_cancelled_nothing_is_left(house: House) -> None:
    house.deploy(WIDE)
    key = begun(house, apart.MANY * 2)
    complete(*house.rows(OPEN)[5])
    with store.transaction() as session:
        cancel(session, key)
    assert house.state(key) == "canceled"
    assert house.value("SELECT count(*) FROM tokens_apart") == 0
    assert house.value("SELECT count(*) FROM variables WHERE scope_key <> instance_key") == 0


def test_an_instance_from_before_lays_them_apart_when_it_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was kept in format 1: all in the snapshot."""
    house.deploy(WIDE)
    number, many = apart.MANY * 2, apart.MANY
    monkeypatch.setattr(apart, "MANY", number)
    key = begun(house, number)
    house.rows("UPDATE instances SET snapshot = jsonb_set(snapshot, '{v}', '1')")
    assert house.value("SELECT count(*) FROM tokens_apart") == 0
    monkeypatch.setattr(apart, "MANY", many)
    complete(*house.rows(OPEN)[5])
    assert house.value("SELECT count(*) FROM tokens_apart") == number - 1
    complete_all(house)
    assert house.state(key) == "completed"
