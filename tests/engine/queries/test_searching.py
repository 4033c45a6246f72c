"""Searches: filters, orders, pages by offset and cursor, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from engine import store
from engine.core import commands
from engine.errors import Invalid, NotFound
from engine.queries import (
    DecisionDefinitionFilter,
    ElementInstanceFilter,
    EventFilter,
    IncidentFilter,
    JobFilter,
    Page,
    PageRequest,
    ProcessDefinitionFilter,
    ProcessInstanceFilter,
    SubscriptionFilter,
    UserTaskFilter,
    VariableFilter,
    decision_definitions,
    element_instances,
    events,
    incidents,
    jobs,
    process_definitions,
    process_instances,
    subscriptions,
    user_tasks,
    variables,
)
from tests.engine.factories import diagram, end, exclusive, flows, parallel, receive, service, start, sub, user
from tests.engine.house import MONDAY, House

CASE = diagram(
    start("s"),
    user("u", '=[place + ".crc.duty", "HQ.noc.duty"]', users="=[who]"),
    end("e"),
    flows("s u e"),
    prefix="FLT",
    unit="=place",
)


def found(module: Any, wanted: Any = None, **more: Any) -> Page:
    with store.transaction() as session:
        page: Page = module.search(session, wanted, **more)
        return page


def names(page: Page, field: str) -> list[Any]:
    return [getattr(row, field) for row in page.items]


@pytest.fixture
def cases(house: House) -> list[int]:
    """Six cases, an hour apart, in GD-GZ and GD-SZ in turn."""
    house.deploy(CASE)
    keys = []
    for n in range(6):
        house.pin(MONDAY + timedelta(hours=n))
        given = {"place": ("GD-GZ", "GD-SZ")[n % 2], "who": f"w{n}", "n": n}
        keys.append(house.start(variables=given, business_id=f"TT_{n}" if n else None).key)
    return keys


def test_everything_is_found_in_the_order_of_the_keys(cases: list[int]) -> None:
    page = found(process_instances)
    assert names(page, "key") == cases
    assert (page.total, page.has_more) == (6, False)
    row = page.items[0]
    assert (row.process_id, row.process_name, row.version, row.state) == ("p", "流程", 1, "active")
    assert (row.case_no, row.unit, row.started_at, row.incidents) == ("FLT-GD-20261123-0001", "GD-GZ", MONDAY, 0)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"unit": "GD-GZ"}, [0, 2, 4]),
        ({"unit": {"$neq": "GD-GZ"}}, [1, 3, 5]),
        ({"business_id": {"$exists": False}}, [0]),
        ({"business_id": {"$in": ["TT_1", "TT_5"]}}, [1, 5]),
        ({"business_id": {"$notIn": ["TT_1", "TT_5"]}}, [2, 3, 4]),
        ({"business_id": {"$like": "TT_?"}}, [1, 2, 3, 4, 5]),
        ({"business_id": {"$like": "*5"}}, [5]),
        ({"business_id": {"$like": "TT?5"}}, [5]),
        ({"business_id": {"$like": "TT%"}}, []),
        ({"business_id": {"$like": "TT\\?5"}}, []),
        ({"business_id": {"$exists": True, "$neq": "TT_3"}}, [1, 2, 4, 5]),
        ({"started_at": {"$gt": MONDAY, "$lte": MONDAY + timedelta(hours=2)}}, [1, 2]),
        ({"started_at": {"$gte": MONDAY + timedelta(hours=4), "$lt": MONDAY + timedelta(hours=9)}}, [4, 5]),
        ({"text": "T_4"}, [4]),
        ({"text": "0003"}, [2]),
        ({"text": "T%"}, []),
        ({"variables": [{"name": "n", "value": 3}]}, [3]),
        ({"variables": [{"name": "n", "value": {"$gte": 3}}, {"name": "place", "value": "GD-SZ"}]}, [3, 5]),
        ({"variables": [{"name": "place", "value": {"$like": "*-S?"}}]}, [1, 3, 5]),
        ({"variables": [{"name": "n", "value": {"$in": [1, 2, "3"]}}]}, [1, 2]),
        ({"variables": [{"name": "nobody", "value": 1}]}, []),
        ({"involved_unit": "GD-SZ"}, [1, 3, 5]),
        ({"has_incident": True}, []),
        ({"state": "active", "held": False, "suspended": False}, [0, 1, 2, 3, 4, 5]),
        ({"unit": "'; DROP TABLE instances; --"}, []),
    ],
)
def test_filters(cases: list[int], wanted: dict[str, Any], expected: list[int]) -> None:
    page = found(process_instances, ProcessInstanceFilter(**wanted))
    assert [cases.index(key) for key in names(page, "key")] == expected
    assert page.total == len(expected)


@pytest.mark.parametrize(
    "wanted",
    [{"unit": {"$regex": "x"}}, {"unit": {"$in": "GD"}}],
)
def test_a_filter_nobody_understands_is_refused(cases: list[int], wanted: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        found(process_instances, ProcessInstanceFilter(**wanted))


def test_orders_and_their_ties(cases: list[int]) -> None:
    down = found(process_instances, sort=[("unit", "ASC"), ("started_at", "DESC")])
    assert [cases.index(key) for key in names(down, "key")] == [4, 2, 0, 5, 3, 1]
    nulls = found(process_instances, sort=[("business_id", "DESC")])
    assert [cases.index(key) for key in names(nulls, "key")] == [5, 4, 3, 2, 1, 0]
    with pytest.raises(Invalid):
        found(process_instances, sort=[("snapshot", "ASC")])
    with pytest.raises(Invalid):
        found(process_instances, sort=[("unit", "SIDEWAYS")])


@pytest.mark.parametrize(
    "sort",
    [
        [],
        [("unit", "DESC")],
        [("business_id", "ASC")],
        [("business_id", "DESC")],
        [("unit", "ASC"), ("started_at", "DESC")],
    ],
    ids=str,
)
def test_pages_by_cursor_are_the_whole_in_order_forth_and_back(cases: list[int], sort: list[tuple[str, str]]) -> None:
    whole = names(found(process_instances, sort=sort), "key")
    seen: list[int] = []
    pages = [found(process_instances, sort=sort, page=PageRequest(limit=4))]
    while pages[-1].items:
        seen += names(pages[-1], "key")
        pages.append(found(process_instances, sort=sort, page=PageRequest(limit=4, after=pages[-1].end_cursor)))
    assert seen == whole
    assert [page.total for page in pages] == [6, 6, 6]
    back = found(process_instances, sort=sort, page=PageRequest(limit=2, before=pages[1].start_cursor))
    assert names(back, "key") == whole[2:4]


@pytest.mark.parametrize("sort", [[], [("business_id", "ASC")], [("business_id", "DESC")]], ids=str)
def test_rows_without_a_value_come_last_also_when_pages_are_turned_back(
    house: House, cases: list[int], sort: list[tuple[str, str]]
) -> None:
    house.rows("UPDATE instances SET business_id = NULL WHERE key = :key RETURNING key", key=cases[3])
    pages = [found(process_instances, sort=sort, page=PageRequest(start=5))]
    while pages[-1].items:
        pages.append(found(process_instances, sort=sort, page=PageRequest(limit=2, before=pages[-1].start_cursor)))
    seen = [key for page in reversed(pages) for key in names(page, "key")]
    assert seen == names(found(process_instances, sort=sort), "key")


def test_pages_by_offset(cases: list[int]) -> None:
    page = found(process_instances, page=PageRequest(start=4, limit=4))
    assert names(page, "key") == cases[4:]
    assert page.total == 6
    assert not found(process_instances, page=PageRequest(start=9)).items


@pytest.mark.parametrize("given", [{"start": -1}, {"limit": 10_001}, {"limit": -1}, {"after": "a", "before": "b"}])
def test_impossible_pages_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        PageRequest(**given)


@pytest.mark.parametrize("text", ["", "x", "W10=", "WzEsMl0=", "WyJhIiwiYiJd", "eyJhIjoxfQ=="])
def test_a_cursor_of_another_order_is_refused(cases: list[int], text: str) -> None:
    with pytest.raises(Invalid) as refused:
        found(process_instances, sort=[("unit", "ASC")], page=PageRequest(after=text))
    assert refused.value.code == "cursor_invalid"


def test_totals_count_no_further_than_ten_thousand(house: House, cases: list[int]) -> None:
    house.rows("INSERT INTO variables SELECT :key, :key, 'v' || n, '1' FROM generate_series(1, 10050) n", key=cases[0])
    page = found(variables, VariableFilter(instance_key=cases[0]), page=PageRequest(limit=1))
    assert (page.total, page.has_more, len(page.items)) == (10_000, True, 1)


def test_one_of_a_kind(cases: list[int]) -> None:
    with store.transaction() as session:
        assert process_instances.get(session, cases[2]).business_id == "TT_2"
        units = {row.unit: row.why for row in process_instances.units_of(session, cases[0])}
        assert units == {"GD-GZ": "owner", "HQ": "task"}
        for module in (process_instances, user_tasks, jobs, incidents, element_instances, process_definitions):
            with pytest.raises(NotFound):
                module.get(session, 5)


# The other nouns


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"candidate_group": "GD-SZ.crc.duty"}, [1, 3, 5]),
        ({"candidate_group": {"$in": ["GD-SZ.crc.duty", "HQ.noc.duty"]}}, [0, 1, 2, 3, 4, 5]),
        ({"candidate_group": {"$eq": "HQ.crc.duty"}}, []),
        ({"candidate_user": "w4"}, [4]),
        ({"unit": "GD-GZ", "state": "created"}, [0, 2, 4]),
        ({"case_no": {"$like": "*-0002"}}, [1]),
        ({"variables": [{"name": "n", "value": 5}]}, [5]),
        ({"overdue": True}, []),
        ({"assignee": {"$exists": False}}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_tasks(cases: list[int], wanted: dict[str, Any], expected: list[int]) -> None:
    page = found(user_tasks, UserTaskFilter(**wanted))
    assert [cases.index(key) for key in names(page, "instance_key")] == expected
    with pytest.raises(Invalid):
        found(user_tasks, UserTaskFilter(candidate_group={"$like": "x"}))


def test_variables_are_found_by_value_and_seen_through_scopes(house: House) -> None:
    inner = sub("w", start("a"), user("u"), end("b"), flows("a u b"), inputs={"mine": "=1", "n": "=2"})
    house.deploy(diagram(start("s"), inner, end("e"), flows("s w e")))
    key = house.start(variables={"n": 1, "text": "好"}).key
    assert names(found(variables, VariableFilter(instance_key=key)), "name") == ["n", "text", "mine", "n"]
    assert names(found(variables, VariableFilter(value="好")), "name") == ["text"]
    assert names(found(variables, VariableFilter(name="n", scope_key=key)), "value") == [1]
    assert names(found(variables, sort=[("name", "DESC")], page=PageRequest(limit=2)), "name") == ["text", "n"]
    with store.transaction() as session:
        scopes = house_scopes(session)
        assert variables.visible_from(session, key, scopes) == {"mine": 1, "n": 2, "text": "好"}


def house_scopes(session: store.Session) -> list[int]:
    task = user_tasks.search(session).items[0]
    return list(task.scopes)


def test_jobs_incidents_subscriptions_and_element_instances(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            parallel("g"),
            service("j", "test"),
            receive("r", "asked", "=no"),
            exclusive("x"),
            end("e"),
            end("f"),
            flows("s g j e", "g r e", "g x f", x_f="=missing"),
        )
    )
    key = house.start(variables={"no": "7"}).key
    job = found(jobs, JobFilter(type="test", state="created")).items[0]
    assert (job.element, job.retries, job.instance_key, job.root_key) == ("j", 3, key, key)
    incident = found(incidents, IncidentFilter(state="active")).items[0]
    assert (incident.element, incident.kind, incident.process_name) == ("x", "CONDITION_ERROR", "流程")
    assert names(found(jobs, JobFilter(instance_key=key)), "key") == [job.key]
    assert names(found(incidents, IncidentFilter(instance_key=key)), "key") == [incident.key]
    # A key of something inside is not the instance's, whatever keys lie behind it.
    assert found(incidents, IncidentFilter(instance_key=key + 1)).items == []
    waiting = found(subscriptions, SubscriptionFilter(name="asked")).items[0]
    assert (waiting.element, waiting.correlation_key) == ("r", "7")
    assert names(found(process_instances, ProcessInstanceFilter(incident_element="x", has_incident=True)), "key") == [
        key
    ]
    house.advance(key, commands.Cancel())
    elements = {row.element: row for row in found(element_instances, ElementInstanceFilter(instance_key=key)).items}
    assert {name: row.state for name, row in elements.items()} == {
        "s": "completed",
        "g": "completed",
        **dict.fromkeys(("p", "j", "r", "x"), "terminated"),
    }
    assert elements["s"].ended_at == MONDAY


def test_an_element_instance_that_is_still_there_is_active(house: House) -> None:
    house.deploy(diagram(start("s"), exclusive("x"), end("f"), flows("s x f", x_f="=missing")))
    key = house.start().key
    stuck = found(element_instances, ElementInstanceFilter(instance_key=key, has_incident=True)).items
    with store.transaction() as session:
        there = [element_instances.get(session, row.key) for row in stuck]
    assert [(row.element, row.has_incident, row.ended_at) for row in there] == [("x", True, None)]


def test_what_happened_is_told_in_order(cases: list[int]) -> None:
    page = found(events, EventFilter(instance_key=cases[0]))
    assert page.items[0].kind == "instance_started"
    assert names(page, "key") == sorted(names(page, "key"))
    assert {row.root_key for row in page.items} == {cases[0]}


def test_definitions_by_version(house: House) -> None:
    for name in ("a", "b"):
        house.deploy(diagram(start("s"), user(name), end("e"), flows(f"s {name} e"), version=name))
    assert names(found(process_definitions), "version") == [1, 2]
    assert names(found(process_definitions, ProcessDefinitionFilter(latest=True)), "version") == [2]
    assert names(found(process_definitions, ProcessDefinitionFilter(id={"$like": "p*"}, version=1)), "version") == [1]
    with store.transaction() as session:
        row = process_definitions.get(session, found_key(session))
    assert (row.id, row.name, row.deployed_at) == ("p", "流程", MONDAY)
    assert found(decision_definitions, DecisionDefinitionFilter(latest=True)).items == []


def found_key(session: store.Session) -> int:
    return int(process_definitions.search(session).items[0].key)
