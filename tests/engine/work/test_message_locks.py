"""Publishing and subscribing at the same time, on two connections: whichever is first, they do not miss each other."""

import threading
from datetime import timedelta

import psycopg
import pytest

from engine import store
from engine.instances import start
from engine.store.message_locks import lock_publishing, lock_subscribing
from engine.work.messages import publish_message
from tests.engine.factories import catch, diagram, end, flows, message
from tests.engine.factories import start as begin
from tests.engine.work.conftest import Desk

WITH_KEY = diagram(begin("s"), catch("c", message("paid", "=no")), end("e"), flows("s c e"))
BY_NAME = diagram(begin("s"), catch("c", message("paid")), end("e"), flows("s c e"))
TTL = timedelta(hours=1)


class Aside(threading.Thread):
    """Runs something in a transaction of its own beside the test's; `begun` is set when it is about to."""

    def __init__(self, work: object) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.failure: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            with store.transaction() as session:
                self._work(session)  # type: ignore[operator]
        except Exception as error:  # noqa: BLE001 - told to the test by `done`
            self.failure = error

    def done(self) -> None:
        self.join(20)
        assert not self.is_alive()
        assert self.failure is None


def until_waiting(desk_url: str) -> None:
    """Come back once some connection waits for an advisory lock: no clock is involved, the database tells."""
    with psycopg.connect(desk_url, autocommit=True) as connection:
        while True:
            found = connection.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ).fetchone()
            if found and found[0]:
                return


@pytest.mark.parametrize("file", [WITH_KEY, BY_NAME], ids=["key", "name"])
def test_publishing_first(desk: Desk, file: bytes) -> None:
    desk.deploy(file)
    with store.transaction() as session:
        publish_message(session, "paid", "1", {"n": 1}, TTL)
        subscriber = Aside(lambda aside: start(aside, process_id="p", variables={"no": "1"}))
        until_waiting(desk.url)
    subscriber.done()
    assert desk.value("SELECT state FROM instances") == "completed"


@pytest.mark.parametrize("file", [WITH_KEY, BY_NAME], ids=["key", "name"])
def test_subscribing_first(desk: Desk, file: bytes) -> None:
    desk.deploy(file)
    with store.transaction() as session:
        start(session, process_id="p", variables={"no": "1"})
        publisher = Aside(lambda aside: publish_message(aside, "paid", "1", {"n": 1}))
        until_waiting(desk.url)
    publisher.done()
    assert desk.value("SELECT state FROM instances") == "completed"


def test_two_publishers_with_different_keys_do_not_wait(desk: Desk) -> None:
    with store.transaction() as session:
        lock_publishing(session, "paid", "1")
        Aside(lambda aside: lock_publishing(aside, "paid", "2")).done()


def test_two_subscribers_never_wait_crosswise(desk: Desk) -> None:
    wanted = [("paid", "1"), ("sent", "2"), ("paid", None), ("lost", None)]
    with store.transaction() as session:
        lock_subscribing(session, wanted)
        other = Aside(lambda aside: lock_subscribing(aside, list(reversed(wanted))))
        until_waiting(desk.url)
    other.done()
