"""What operators look at is of the cases that they see: counts, work, timers, incidents, commands, conversations."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import store
from engine.directory.principal import ADMIN, Principal
from engine.errors import NotFound
from engine.queries import comments, failed_commands, family, incidents, operations, pending, statistics
from tests.databases import lent
from tests.engine.factories import (
    boundary,
    diagram,
    end,
    exclusive,
    flows,
    parallel,
    receive,
    service,
    start,
    timer,
    user,
)
from tests.engine.house import MONDAY, House

CASE = diagram(
    start("s"),
    parallel("g"),
    service("j", "work"),
    user("u", '=place + ".crc.duty"', due="2026-12-01T09:00:00+08:00"),
    boundary("b", "u", timer(duration="PT1H"), interrupting=False),
    receive("r", "word", "=place"),
    exclusive("x"),
    end("e"),
    flows("s g j e", "g u e", "g r e", "g x e", "b e", x_e="=false"),
    unit="=place",
)


def person(*units: str, **more: Any) -> Principal:
    return Principal("op", "op", units[0], frozenset(units), **more)


# How many cases each sees: one is in Guangzhou, two are in Shenzhen.
READERS = {
    "city": (person("GD-GZ"), 1),
    "other city": (person("GD-SZ"), 2),
    "province": (person("GD", "GD-GZ", "GD-SZ"), 3),
    "other province": (person("ZJ"), 0),
    "administrator": (person("ZJ", roles=frozenset({ADMIN})), 3),
    "the system": (None, 3),
}


@pytest.fixture(scope="module")
def house(server: store.EmbeddedServer) -> Iterator[House]:
    """Each case has a job, a task with a timer, a message it waits for, an incident, a failed command, a comment."""
    with lent(server) as url:
        store.configure(url)
        made = House(url)
        made.pin(MONDAY)
        made.deploy(CASE)
        for place in ("GD-GZ", "GD-SZ", "GD-SZ"):
            made.start(variables={"place": place})
        made.rows("""
            INSERT INTO commands (kind, instance_key, payload, failed_at, error)
            SELECT 'correlate', key, '{}', now(), 'x' FROM instances
        """)
        made.rows("""
            INSERT INTO comments (instance_key, root_key, author, text, at)
            SELECT key, key, 'x', 'x', now() FROM instances
        """)
        yield made
        store.dispose()


COUNTS: dict[str, Callable[[Session, Principal | None], int]] = {
    "versions": lambda session, who: sum(one.active for one in operations.versions(session, who)),
    "jobs": lambda session, who: sum(one.waiting for one in operations.jobs_by_topic(session, who)),
    "tasks due": lambda session, who: operations.due_after(session, date(2026, 11, 30), who),
    "timers": lambda session, who: pending.timers(session, who).number,
    "next timers": lambda session, who: len(pending.timers(session, who).next),
    "messages awaited": lambda session, who: sum(one.number for one in pending.awaited(session, who)),
    "causes": lambda session, who: sum(one.cases for one in incidents.groups(session, who)),
    "incidents": lambda session, who: incidents.search(session, principal=who).total,
    "failed commands": lambda session, who: len(failed_commands.search(session, who)),
    "running": lambda session, who: sum(one.stuck for one in statistics.running_by_process(session, who)),
    "running versions": lambda session, who: sum(one.stuck for one in statistics.running_by_version(session, "p", who)),
    "errors": lambda session, who: sum(one.cases for one in statistics.stuck_by_error(session, who)),
    "waiting": lambda session, who: sum(one.cases for one in statistics.waiting_by_version(session, who)),
}


@pytest.mark.parametrize("what", COUNTS)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_counted_is_what_is_seen(house: House, what: str, reader: str) -> None:
    principal, number = READERS[reader]
    with store.transaction() as session:
        assert COUNTS[what](session, principal) == number


@pytest.mark.parametrize("reader", READERS)
def test_what_belongs_to_a_case_that_is_not_seen_is_not_there(house: House, reader: str) -> None:
    principal, number = READERS[reader]
    commands = house.rows("SELECT id FROM commands ORDER BY id")
    cases = house.rows("SELECT key FROM instances ORDER BY key")
    found = {"commands": 0, "comments": 0, "family": 0}
    with store.transaction() as session:
        for (command,), (case,) in zip(commands, cases, strict=True):
            with suppress(NotFound):
                found["commands"] += failed_commands.get(session, command, principal).instance_key == case
            found["comments"] += len(comments.of_case(session, case, principal))
            found["family"] += sum(member.seen for member in family.family(session, case, principal))
    assert found == dict.fromkeys(found, number)
