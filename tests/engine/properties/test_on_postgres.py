"""Every random diagram gives the same history in the sandbox, on PostgreSQL, and on PostgreSQL with crashes.

Each commit is a place where the process may die: before it, so that all is rolled back, or right after it, so that
nobody hears of it. Another process goes on. Nothing is lost and nothing is done twice.
"""

import random
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import store
from engine.core import apart
from tests.databases import drop_database
from tests.engine.properties.players import InMemory, OnPostgres, verb_for
from tests.engine.properties.random_diagrams import Drawn, diagrams
from tests.engine.properties.test_random_diagrams import numbers, told

STEPS = 30

seeds = st.integers(0, 2**16)
some_examples = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="module", autouse=True)
def database(server: store.EmbeddedServer) -> Iterator[None]:
    """One database for all of them; each begins by clearing it."""
    name = "random_diagrams"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE trunkline STRATEGY wal_log")
    store.configure(server.url(name))
    yield
    store.dispose()
    drop_database(server, name)


def play(drawn: Drawn, numbers: list[int], seed: int, there: OnPostgres) -> None:
    """The same path in memory and on PostgreSQL; both wait for the same things after each step."""
    here = InMemory()
    chosen = random.Random(seed)
    steps = ["start"]
    try:
        for player in (here, there):
            player.begin(drawn.data, {"r": numbers})
        for step in range(STEPS):
            waiting = here.waiting()
            assert there.waiting() == waiting
            if not waiting:
                break
            place = waiting[chosen.randrange(len(waiting))]
            verb = verb_for(place, chosen)
            steps.append(f"{verb} {place}")
            for player in (here, there):
                player.do(place, verb, step)
        assert there.told() == here.told()
        if not waiting:
            assert there.left() == {}
    except Exception as error:
        raise AssertionError(told(drawn, steps)) from error


@settings(some_examples, max_examples=8)
@given(drawn=diagrams(), numbers=numbers, seed=seeds)
def test_gives_the_same_history_as_in_the_sandbox(drawn: Drawn, numbers: list[int], seed: int) -> None:
    play(drawn, numbers, seed, OnPostgres.alone())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "MANY", 0)
        play(drawn, numbers, seed, OnPostgres.alone())


@settings(some_examples, max_examples=8)
@given(drawn=diagrams(), numbers=numbers, seed=seeds, dice=seeds)
def test_a_crash_at_any_commit_loses_and_doubles_nothing(
    drawn: Drawn, numbers: list[int], seed: int, dice: int
) -> None:
    play(drawn, numbers, seed, OnPostgres.alone(0.15, dice))
