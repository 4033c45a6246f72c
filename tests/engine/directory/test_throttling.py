"""Counted attempts: two at once, of one person or behind one address, do not stand in each other's way."""

import threading

import psycopg

from engine import store
from engine.directory import throttling

WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def attempt(person: str, address: str) -> None:
    with store.transaction() as session:
        throttling.count_attempt(session, person, address)


def test_who_is_forgiven_waits_for_an_address_before_having_the_person(db: str) -> None:
    # The person's row comes before the address's wherever one looks: as made, as written last, by its hash.
    attempt("li.na", "10.0.0.2")
    attempt("li.na", "10.0.0.1")
    attempt("wu.gang", "10.0.0.1")

    def forgive() -> None:
        with store.transaction() as session:
            throttling.forgive_attempts(session, "li.na", "10.0.0.1")

    forgiving = threading.Thread(target=forgive)
    with psycopg.connect(db) as counting, psycopg.connect(db, autocommit=True) as watching:
        taken = "SELECT FROM login_attempts WHERE place = %s FOR UPDATE NOWAIT"
        counting.execute(taken, [throttling._address("10.0.0.1")])
        forgiving.start()
        waited = threading.Event()
        while watching.execute(WAITS).fetchone() is None:
            assert not waited.wait(0.005)
        counting.execute(taken, [throttling._person("li.na")])
    forgiving.join(timeout=20)
    assert not forgiving.is_alive()
