"""What a request asks of the database, who asks included: how many statements, and one transaction at most."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from engine import store
from tests.web.office import TALK, Office

# The statements of one database, without ours that ask for them.
SENT = """
    SELECT s.query, sum(s.calls)::int FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database() AND s.query NOT LIKE '%pg_stat_statements%'
      AND s.query NOT LIKE 'SELECT pg_notify%' -- word of changes, gathered and sent later
    GROUP BY s.query
"""
ABOUT_TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK")


class Counter:
    """Counts what is sent from the application's connections."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, work: Callable[[], Any]) -> tuple[int, int]:
        """How many statements something sends, and how many transactions it begins with a word of their own."""
        before = self._sent()
        work()
        new = {query: calls - before.get(query, 0) for query, calls in self._sent().items()}
        told = {query: calls for query, calls in new.items() if calls and not query.startswith("SET ")}
        assert told.get("BEGIN", 0) == told.get("COMMIT", 0)
        return sum(n for query, n in told.items() if query not in ABOUT_TRANSACTIONS), told.get("BEGIN", 0)

    def _sent(self) -> dict[str, int]:
        with psycopg.connect(store.configured_url(), autocommit=True) as connection:
            return dict(connection.execute(SENT).fetchall())


@pytest.fixture
def counter(office: Office) -> Counter:
    """With two cases begun, so that what is prepared and cached once is so."""
    office.deploy(TALK)
    for _ in range(2):
        office.start("talk")
    return Counter(office)


def leased(office: Office) -> str:
    wanted = {"type": "ask", "timeout": 60_000, "maxJobsToActivate": 1, "requestTimeout": -1}
    [job] = office.post("worker", "/v2/jobs/activation", wanted)["jobs"]
    return str(job["jobKey"])


def test_starting_a_case_takes_four_statements_who_asks_included(office: Office, counter: Counter) -> None:
    statements, begun = counter.of(lambda: office.start("talk"))
    assert (statements <= 4, begun) == (True, 1), statements


def test_a_job_is_leased_in_one_transaction_and_completed_by_one_statement(office: Office, counter: Counter) -> None:
    office.post("worker", f"/v2/jobs/{leased(office)}/completion")
    keys: list[str] = []
    statements, begun = counter.of(lambda: keys.append(leased(office)))
    assert (statements <= 4, begun) == (True, 1), statements
    statements, begun = counter.of(lambda: office.post("worker", f"/v2/jobs/{keys[0]}/completion"))
    # The last of them writes it all, a transaction by itself.
    assert (2 < statements <= 6, begun) == (True, 0), statements


def test_completing_a_task_takes_ten_statements_who_asks_included(office: Office, counter: Counter) -> None:
    for _ in range(2):
        office.post("worker", f"/v2/jobs/{leased(office)}/completion")
    [first, second] = office.post("clerk", "/v2/user-tasks/search")["items"]
    office.post("clerk", f"/v2/user-tasks/{first['userTaskKey']}/completion")
    path = f"/v2/user-tasks/{second['userTaskKey']}/completion"
    statements, begun = counter.of(lambda: office.post("clerk", path))
    assert (2 < statements <= 10, begun) == (True, 0), statements


@pytest.mark.parametrize("what", ["process-instances", "user-tasks", "jobs", "incidents", "variables"])
def test_searching_asks_twice_and_begins_nothing(office: Office, counter: Counter, what: str) -> None:
    assert counter.of(lambda: office.post("clerk", f"/v2/{what}/search")) == (2, 0)
