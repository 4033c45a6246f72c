"""Who sees what: a case is seen by its units and all above them, a task by whoever it is for as well."""

from typing import Any

import pytest

from engine import store
from engine.directory.acting import Actor, acting
from engine.directory.principal import ADMIN, Principal
from engine.errors import NotFound
from engine.queries import element_instances, events, incidents, jobs, process_instances, user_tasks, variables
from tests.engine.factories import diagram, end, flows, parallel, service, start, user
from tests.engine.house import House

CASE = diagram(
    start("s"),
    parallel("g"),
    user("u", '=place + ".crc.duty"', users="=[who]"),
    service("j"),
    end("e"),
    flows("s g u e", "g j e"),
    unit="=place",
)
MODULES = (process_instances, user_tasks, jobs, variables, element_instances, events)


def person(id: str, *units: str, **more: Any) -> Principal:  # noqa: A002
    return Principal(id, id, units[0] if units else "none", frozenset(units), **more)


GZ = person("gz", "GD-GZ")
PROVINCE = person("gd", "GD", "GD-GZ", "GD-SZ")


@pytest.fixture
def cases(house: House) -> dict[str, int]:
    house.deploy(CASE)
    with acting(Actor("api", "api")):
        return {
            place: house.start(variables={"place": place, "who": f"by-{place}"}).key for place in ("GD-GZ", "GD-SZ")
        }


def seen(module: Any, principal: Principal | None) -> set[int]:
    with store.transaction() as session:
        rows = module.search(session, principal=principal).items
    return {getattr(row, "instance_key", None) or row.key for row in rows if getattr(row, "kind", "") != "deployed"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_each_unit_sees_its_own_cases_and_those_above_see_all(cases: dict[str, int], module: Any) -> None:
    assert seen(module, GZ) == {cases["GD-GZ"]}
    assert seen(module, PROVINCE) == set(cases.values())
    assert seen(module, person("x", "ZJ")) == set()
    assert seen(module, None) == seen(module, person("root", roles=frozenset({ADMIN}))) == set(cases.values())


def test_what_is_not_seen_is_not_found(cases: dict[str, int]) -> None:
    with store.transaction() as session:
        assert process_instances.get(session, cases["GD-GZ"], GZ).unit == "GD-GZ"
        with pytest.raises(NotFound):
            process_instances.get(session, cases["GD-SZ"], GZ)
        with pytest.raises(NotFound):
            incidents.get(session, cases["GD-SZ"] + 1, GZ)


def test_a_task_is_seen_by_whoever_it_is_for(cases: dict[str, int]) -> None:
    assert seen(user_tasks, person("by-GD-SZ", "ZJ")) == {cases["GD-SZ"]}
    assert seen(process_instances, person("by-GD-SZ", "ZJ")) == set()


def test_a_task_is_seen_by_whoever_may_work_on_it_wherever_the_case_is(house: House) -> None:
    house.deploy(diagram(start("s"), user("u", "*.noc.duty", users="li"), end("e"), flows("s u e"), unit="GD-GZ"))
    key = house.start().key
    for member, found in {
        person("any", "ZJ", groups=frozenset({"ZJ.noc.duty"})): {key},
        person("none", "ZJ", groups=frozenset({"ZJ.crc.duty"})): set(),
        person("substitute", "ZJ", lent=(("li", frozenset()),)): {key},
    }.items():
        assert seen(user_tasks, member) == found
        assert seen(process_instances, member) == set()
    house.rows("UPDATE tasks SET candidate_groups = '{}', candidate_users = '{}', assignee = 'li' RETURNING key")
    assert seen(user_tasks, person("substitute", "ZJ", lent=(("li", frozenset()),))) == {key}


def test_every_unit_whose_groups_got_a_task_sees_the_case(house: House) -> None:
    house.deploy(diagram(start("s"), user("u", "GD-GZ.crc.duty, GD-SZ.crc.duty"), end("e"), flows("s u e")))
    key = house.start().key
    assert seen(process_instances, person("sz", "GD-SZ")) == seen(process_instances, GZ) == {key}


def test_a_unit_that_got_a_task_sees_the_case_from_then_on(house: House) -> None:
    house.deploy(
        diagram(start("s"), user("u", "GD-GZ.crc.duty"), user("v", "GD-SZ.crc.duty"), end("e"), flows("s u v e"))
    )
    key = house.start().key
    assert seen(process_instances, person("sz", "GD-SZ")) == set()
    house.complete("u")
    assert seen(process_instances, person("sz", "GD-SZ")) == seen(process_instances, GZ) == {key}


def test_the_first_page_of_a_hundred_thousand_open_tasks_is_quick(house: House) -> None:
    house.deploy(CASE)
    house.start(variables={"place": "GD-GZ", "who": "w"})
    house.rows(
        """
        WITH made AS (
            INSERT INTO instances
            SELECT (i.key + (n::bigint << 24)), i.definition_key, i.process_id, i.version, i.state, false, false, null,
                   null, i.key + (n::bigint << 24), null, null, 'GD-' || n % 500, i.starter, i.started_at, null, 0,
                   i.snapshot
            FROM instances i, generate_series(1, 100000) n RETURNING key, unit
        ), seeing AS (
            INSERT INTO involved_units SELECT key, unit, 'owner', now() FROM made
        )
        INSERT INTO tasks (key, instance_key, element, element_key, state, scopes, candidate_groups, candidate_users,
                           priority, definition_key, process_id, unit, created_at)
        SELECT m.key + 2, m.key, t.element, m.key + 1, 'created', t.scopes, ARRAY[m.unit || '.crc.duty'], '{}', 50,
               t.definition_key, t.process_id, m.unit, t.created_at
        FROM made m, tasks t
        """
    )
    house.rows("ANALYZE")
    from engine.queries import UserTaskFilter

    wanted = UserTaskFilter(state="created")
    everybody = person("hq", *(f"GD-{n}" for n in range(500)))
    one_unit = person("one", "GD-499")
    for principal, sort in (
        (None, ()),
        (everybody, ()),
        (one_unit, ()),
        (everybody, [("due_at", "ASC")]),
        (one_unit, [("priority", "DESC")]),
    ):
        with store.transaction() as session:
            session.connection().exec_driver_sql("SET LOCAL statement_timeout = '500ms'")
            page = user_tasks.search(session, wanted, sort, principal=principal)
        assert len(page.items) == 100
