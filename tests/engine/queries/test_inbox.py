"""The inbox: which tasks each tab has for whom, in which order, and how many."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, get_args

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import add_person
from engine.directory.principal import Principal
from engine.errors import NotFound
from engine.instances import apply_due_commands, set_variables
from engine.queries import inbox
from engine.store.models import Unit
from engine.work.tasks import claim_task, complete_task
from tests.databases import lent
from tests.engine.factories import call, diagram, end, flows, start, user
from tests.engine.house import MONDAY, House

HOUR = timedelta(hours=1)
TASK = diagram(
    start("s"),
    user("u", "=groups", users="=users", due="=due"),
    end("e"),
    flows("s u e"),
    process_id="task",
    name="任务",
    prefix="T",
    unit="=place",
)
OTHER = diagram(start("s"), user("u", "GD-GZ.crc.duty"), end("e"), flows("s u e"), process_id="other", name="别的")
# What each task is: its candidate groups and users, and after how many hours it is due.
TASKS: dict[str, tuple[list[str], list[str], int | None]] = {
    "later": (["GD-GZ.crc.duty"], [], 5),
    "sooner": (["GD-GZ.crc.duty"], [], 1),
    "undated": (["GD-GZ.crc.duty"], [], None),
    "everywhere": (["*.crc.duty"], [], 2),
    "elsewhere": (["GD-SZ.crc.duty"], [], 1),
    "named": ([], ["wang"], 1),
    "claimed": (["GD-GZ.crc.duty"], [], 1),
    "taken": (["GD-GZ.crc.duty"], [], 3),
    "done": (["GD-GZ.crc.duty"], [], 1),
}


def person(id: str, *groups: str, **more: Any) -> Principal:  # noqa: A002
    unit = groups[0].partition(".")[0] if groups else "GD-GZ"
    return Principal(id, id, unit, frozenset({unit}), groups=frozenset(groups), **more)


LI = person("li", "GD-GZ.crc.duty")
CHEN = person("chen", "GD-GZ.crc.duty")
SZ = person("sz", "GD-SZ.crc.duty")
WANG = person("wang", "GD-GZ.noc.duty")
LEAD = person("lead", "GD-GZ.crc.duty_lead")
SUBSTITUTE = person("sub", *LI.groups, *WANG.groups, lent=(("li", LI.groups), ("wang", WANG.groups)))


@pytest.fixture(scope="module")
def house(server: store.EmbeddedServer) -> Iterator[House]:
    """A task of each kind, at nine on a Monday; it is changed by no test."""
    with lent(server) as url:
        store.configure(url)
        made = House(url)
        made.pin(MONDAY)
        _fill(made)
        yield made
        store.dispose()


def _fill(house: House) -> None:
    with store.transaction() as session:
        session.add(Unit(id="HQ", level="hq", name="总部", name_en="Headquarters", pinyin="zong bu"))
        session.flush()
        add_person(session, "li", "李娜", "HQ")
    house.deploy(TASK, OTHER)
    for name, (groups, users, hours) in TASKS.items():
        due = (MONDAY + hours * HOUR).isoformat() if hours is not None else None
        given = {"groups": groups, "users": users, "due": due, "place": "GD-GZ", "customer": {"id": "C", "label": name}}
        house.start("task", variables=given, business_id=f"B_{name}")
    house.start("other")
    for name, who, command in (
        ("claimed", LI, claim_task),
        ("taken", CHEN, claim_task),
        ("done", LI, complete_task),
    ):
        key = key_of(house, name)
        with acting(who), store.transaction() as session:
            command(session, who, key)


def key_of(house: House, name: str) -> int:
    statement = "SELECT t.key FROM tasks t JOIN instances i ON i.key = t.instance_key WHERE i.business_id = :id"
    return int(house.value(statement, id=f"B_{name}"))


def names(principal: Principal, tab: inbox.Tab, **more: Any) -> list[str]:
    """The tasks of a tab by their names, those of the other process by none."""
    with store.transaction() as session:
        return [task.customer or "" for task in inbox.tasks(session, principal, tab, **more)]


OPEN = ["sooner", "everywhere", "later", "undated", ""]


@pytest.mark.parametrize(
    ("principal", "tab", "expected"),
    [
        (LI, "mine", ["claimed"]),
        (LI, "groups", OPEN),
        (LI, "done", ["done"]),
        (CHEN, "mine", ["taken"]),
        (CHEN, "done", []),
        (SZ, "mine", []),
        (SZ, "groups", ["elsewhere", "everywhere"]),
        (WANG, "groups", ["named"]),
        (LEAD, "groups", []),
        (SUBSTITUTE, "mine", ["claimed"]),
        (SUBSTITUTE, "groups", ["sooner", "named", "everywhere", "later", "undated", ""]),
        (SUBSTITUTE, "done", []),
    ],
    ids=lambda value: getattr(value, "id", None) or str(value),
)
def test_each_sees_its_own_and_its_groups_tasks_by_their_due_times(
    house: House, principal: Principal, tab: inbox.Tab, expected: list[str]
) -> None:
    assert names(principal, tab) == expected


@pytest.mark.parametrize(
    ("hours", "principal", "expected"),
    [
        (0.9, LI, []),
        (1, LI, ["sooner", "claimed"]),
        (4, LI, ["sooner", "claimed", "everywhere"]),
        (4, CHEN, ["sooner", "everywhere", "taken"]),
        (4, SZ, ["elsewhere", "everywhere"]),
        (4, WANG, ["named"]),
        (4, LEAD, []),
        (4, SUBSTITUTE, ["sooner", "named", "claimed", "everywhere"]),
    ],
    ids=lambda value: getattr(value, "id", None) or str(value),
)
def test_what_is_late_is_late_for_those_whose_it_is(
    house: House, hours: float, principal: Principal, expected: list[str]
) -> None:
    house.pin(MONDAY + hours * HOUR)
    assert names(principal, "overdue") == expected
    with store.transaction() as session:
        told = [task for tab in ("mine", "groups") for task in inbox.tasks(session, principal, tab)]
    assert {task.customer for task in told if task.is_overdue} == set(expected)
    house.pin(MONDAY)


@pytest.mark.parametrize("principal", [LI, CHEN, SZ, WANG, LEAD, SUBSTITUTE], ids=lambda one: one.id)
def test_a_tab_counts_what_it_has(house: House, principal: Principal) -> None:
    house.pin(MONDAY + 4 * HOUR)
    with store.transaction() as session:
        counts = inbox.counts(session, principal)
    assert counts == {tab: len(names(principal, tab)) for tab in get_args(inbox.Tab) if tab != "done"}
    house.pin(MONDAY)


def test_the_newest_come_first_where_that_is_asked_for(house: House) -> None:
    newest = inbox.Wanted(order="newest")
    assert names(LI, "groups", wanted=newest) == ["", "everywhere", "undated", "sooner", "later"]


def test_pages_follow_each_other(house: House) -> None:
    assert [names(LI, "groups", limit=2, offset=offset) for offset in (0, 2, 4, 6)] == [
        OPEN[:2],
        OPEN[2:4],
        OPEN[4:],
        [],
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"text": "oon"}, ["sooner"]),
        ({"text": "B_LATER"}, ["later"]),
        ({"text": "B%LATER"}, []),
        ({"text": "elsewhere"}, []),
        ({"process_id": "other"}, [""]),
        ({"process_id": "other", "text": "later"}, []),
    ],
    ids=str,
)
def test_a_search_finds_among_ones_own(house: House, wanted: dict[str, str], expected: list[str]) -> None:
    assert names(LI, "groups", wanted=inbox.Wanted(**wanted)) == expected


def test_the_processes_to_choose_from_are_those_of_ones_own_tasks(house: House) -> None:
    with store.transaction() as session:
        assert inbox.processes(session, LI) == [("task", "任务"), ("other", "别的")]
        assert inbox.processes(session, SZ) == [("task", "任务")]
        assert inbox.processes(session, LEAD) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("claimed", {"li", "chen", "sub", "li moved"}),
        ("named", {"wang", "sub"}),
        ("elsewhere", {"sz"}),
        ("done", {"li", "chen", "sub", "li moved"}),
    ],
)
def test_one_task_is_there_for_whoever_may_work_on_it_or_has(house: House, name: str, expected: set[str]) -> None:
    found, key = set(), key_of(house, name)
    moved = Principal("li", "li moved", "ZJ", frozenset({"ZJ"}))
    for principal in (LI, CHEN, SZ, WANG, LEAD, SUBSTITUTE, moved):
        with suppress(NotFound), store.transaction() as session:
            assert inbox.task(session, principal, key).customer == name
            found.add(principal.name)
    assert found == expected


@pytest.fixture
def family(db: str) -> tuple[House, int, int]:
    """A case and the one that it called, which has its caller's variables only to look at; and another beside them."""
    house = House(db)
    house.pin(MONDAY)
    outer = (start("s"), call("c", "inner", all_parent=False), end("e"), flows("s c e"))
    inner = (
        start("s"),
        user("u", "GD-GZ.crc.duty", inputs={"customer": '="of the task alone"'}, due="2026-11-24T09:00:00+08:00"),
        end("e"),
        flows("s u e"),
    )
    house.deploy(diagram(*outer, process_id="outer"), diagram(*inner, process_id="inner"), OTHER)
    case = house.start("outer", variables={"customer": "of the root", "name": "no customer"}).key
    apply_due_commands()
    house.start("other")
    return house, case, house.value("SELECT key FROM instances WHERE parent_key = :key", key=case)


def test_a_called_case_shows_its_own_customer_or_its_roots(family: tuple[House, int, int]) -> None:
    _, _, called = family
    assert names(LI, "groups") == ["of the root", ""]
    with store.transaction() as session:
        set_variables(session, called, {"customer": {"id": "C", "label": "its own"}})
    assert names(LI, "groups") == ["its own", ""]
    assert (
        names(LI, "groups", wanted=inbox.Wanted("its"))
        == names(LI, "groups", wanted=inbox.Wanted("root"))
        == ["its own"]
    )
    assert names(LI, "groups", wanted=inbox.Wanted("no customer")) == []


def test_a_case_has_the_open_tasks_of_all_that_it_called_and_no_others(family: tuple[House, int, int]) -> None:
    house, case, called = family
    for key in (case, called):
        with store.transaction() as session:
            assert [task.instance_key for task in inbox.tasks_of_family(session, key)] == [called]
    house.rows("DELETE FROM tasks WHERE process_id = 'other' RETURNING key")
    house.complete("u")
    with store.transaction() as session:
        assert inbox.tasks_of_family(session, case) == []
