"""History: in order, by months, only by its own room, and upkept."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

import engine
from engine import history, store
from engine.directory.acting import TIMER, Actor, acting, current
from engine.directory.principal import Principal
from engine.logs import request
from tests.engine.factories import diagram, end, flows, start, user
from tests.engine.house import MONDAY, House


def test_a_row_says_who_when_and_on_which_request(house: House) -> None:
    with acting(TIMER), request("r-7"), store.transaction() as session:
        history.record(session, "timer_fired", data={"n": 1})
    row = house.row("SELECT at, kind, actor, source, request_id, data, instance_key, machine_at <> at FROM history")
    assert row == (MONDAY, "timer_fired", "system:timer", "timer", "r-7", {"n": 1}, None, True)


def test_a_principal_acts_with_its_unit_and_for_whom_it_stands_in() -> None:
    principal = Principal("wang", "王", "GD", frozenset({"GD"}), source="web", on_behalf_of="li")
    with acting(principal, "r-1") as who:
        assert who == current() == Actor("wang", "web", "GD", "li", "r-1")
    assert current().id == "system:engine"


def test_no_other_file_writes_history() -> None:
    writing = re.compile(r"(insert\s+into|update|delete\s+from)\s+history\b", re.IGNORECASE)
    folder = Path(engine.__file__).parent
    files = {str(path.relative_to(folder)) for path in folder.rglob("*.py") if writing.search(path.read_text("utf-8"))}
    assert files == {"history.py"}


def test_partitions_are_made_ahead_once(house: House) -> None:
    with store.transaction() as session:
        assert history.make_partitions(session, 3) == []
        made = history.make_partitions(session, 5)
        assert len(made) == 2
        assert history.make_partitions(session, 5) == []
    assert set(made) <= {name for (name,) in house.rows("SELECT relname FROM pg_class WHERE relispartition")}


def test_what_no_partition_took_moves_into_the_one_made_late(house: House) -> None:
    this_month = f"history_{house.value('SELECT now()'):%Y_%m}"
    house.rows(f"DROP TABLE {this_month}")
    with store.transaction() as session:
        history.record(session, "deployed")
    assert house.value("SELECT count(*) FROM history_rest") == 1
    with store.transaction() as session:
        assert history.make_partitions(session) == [this_month]
    assert house.value("SELECT count(*) FROM history_rest") == 0
    assert house.value(f"SELECT kind FROM {this_month}") == "deployed"
    with store.transaction() as session:
        history.record(session, "deployed")
    assert house.value(f"SELECT count(DISTINCT key) FROM {this_month}") == 2


def test_a_partition_made_late_has_what_the_table_has(house: House) -> None:
    with store.transaction() as session:
        (made,) = history.make_partitions(session, 4)
    columns = "SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum > 0 ORDER BY 1"
    assert house.rows(columns.format(made)) == house.rows(columns.format("history"))
    indexes = house.value(f"SELECT count(*) FROM pg_indexes WHERE tablename = '{made}'")
    assert indexes == house.value("SELECT count(*) FROM pg_indexes WHERE tablename = 'history'")


def test_retention_drops_whole_months(house: House) -> None:
    for month in ("2024_01", "2024_02", "2024_03"):
        first = f"{month.replace('_', '-')}-01"
        house.rows(
            f"CREATE TABLE history_{month} PARTITION OF history"
            f" FOR VALUES FROM ('{first}') TO (date '{first}' + interval '1 month')"
        )
    with store.transaction() as session:
        assert history.drop_partitions(session, date(2024, 3, 15)) == ["history_2024_01", "history_2024_02"]
    names = [name for (name,) in house.rows("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")]
    assert "history_2024_03" in names
    assert "history_rest" in names
    assert len(names) == 6


def test_what_belongs_to_a_running_case_outlives_its_month(house: House) -> None:
    """A case that waits for long is told from its beginning; once it has ended, the next dropping takes that, too."""
    house.deploy(diagram(start("s"), user("t"), end("e"), flows("s t e")))
    ended = house.start().key
    house.complete("t")
    running = house.start().key
    with psycopg.connect(house.url) as connection:
        span = "FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')"
        connection.execute(f"CREATE TABLE history_2024_01 PARTITION OF history {span}")
        connection.execute("UPDATE history SET machine_at = '2024-01-15'")
    told = house.told(running)

    def dropped() -> list[str]:
        with store.transaction() as session:
            return history.drop_partitions(session, date(2024, 3, 15))

    assert dropped() == ["history_2024_01"]
    assert house.told(running) == told
    assert house.told(ended) == []
    house.complete("t")
    since = house.told(running)[len(told) :]
    assert dropped() == []
    assert house.told(running) == since


def test_a_row_of_an_unmade_month_is_not_refused(house: House) -> None:
    with psycopg.connect(house.url) as connection:
        late = datetime(2031, 1, 1, tzinfo=UTC)
        connection.execute(
            "INSERT INTO history (machine_at, at, kind, actor, source) VALUES (%s, %s, 'x', 'y', 'z')", [late, late]
        )
    assert house.value("SELECT kind FROM history_rest") == "x"


@pytest.mark.usefixtures("house")
def test_keys_go_up_in_the_order_of_what_happened(house: House) -> None:
    for n in range(3):
        with store.transaction() as session:
            history.record(session, f"k{n}")
    assert [kind for (kind,) in house.rows("SELECT kind FROM history ORDER BY key")] == ["k0", "k1", "k2"]
