"""Each load runs once with next to nothing to do, so that the benchmarks are there when somebody wants them."""

from collections.abc import Iterator

import psycopg
import pytest

from engine import store
from tests.benchmarks.bench import Bench, Sizes
from tests.benchmarks.counting import counting
from tests.benchmarks.crew import Crew
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground, with_database
from tests.benchmarks.loads import LOADS

FEW = Sizes(timers=(3,), jobs=8, services=4, messages=10, turns=8, wide=8, backlog=3, open_tasks=1_300, page_views=1)
# Only what has ended in its database counts as done; these leave instances waiting on purpose.
LEFT = {"USER", "LOOP", "STATE", "INBOX"}


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with with_database() as ground:
        yield ground


@pytest.fixture(scope="module")
def crew(ground: Ground) -> Iterator[Crew]:
    with Crew(ground.url) as crew:
        yield crew


@pytest.mark.parametrize("name", LOADS)
def test_a_load_gives_its_figures_and_leaves_nothing_undone(name: str, ground: Ground, crew: Crew) -> None:
    store.configure(ground.url)
    rows = list(LOADS[name](Bench(ground, crew, (2,), (1,), 0.02, FEW)))
    assert rows
    assert all(row.line().startswith(name.split(",")[0]) or name == "HTTP" for row in rows)
    for row in rows:
        assert isinstance(row, Figure) or (row.per_second > 0 and row.p50 <= row.p99)
    with psycopg.connect(ground.url) as connection:
        left = connection.execute("SELECT process_id, count(*) FROM instances WHERE state = 'active' GROUP BY 1")
        assert {process_id.partition("_")[0] for process_id, _ in left} <= LEFT


def test_statements_are_counted_without_begin_and_commit(ground: Ground) -> None:
    with psycopg.connect(ground.url) as connection:
        with counting(ground.url) as counted:
            connection.execute("CREATE TABLE counted AS SELECT n FROM generate_series(1, 1000) n")
            connection.execute("SELECT 1")
            connection.commit()
        assert counted.statements == 2
        assert 0 <= counted.seconds < 60
        # A row's number and its head at the least.
        assert counted.wal > 1_000 * 28
        connection.execute("DROP TABLE counted")
