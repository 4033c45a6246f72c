"""Starting instances: what is written, which numbers are given, and what is refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import store
from engine.diagrams import lint
from engine.directory.acting import Actor, acting
from engine.errors import Conflict, Invalid, NotFound
from engine.instances import start as start_instance
from tests.engine.factories import diagram, end, exclusive, flows, message, script, service, start, timer, user
from tests.engine.house import MONDAY, House

STRAIGHT = diagram(start("s"), script("t", "n + 1", "m"), end("e"), flows("s t e"))
WAITING = diagram(start("s"), user("u", "GD-GZ.crc.duty"), end("e"), flows("s u e"))


def test_a_process_runs_to_its_end_and_leaves_variables_and_history(house: House) -> None:
    house.deploy(STRAIGHT)
    instance = house.start(variables={"n": 1})
    assert instance.state == "completed"
    assert instance.variables == {"n": 1, "m": Decimal(2)}
    assert house.state(instance.key) == "completed"
    assert house.variables(instance.key) == {"n": 1, "m": 2}
    assert [told for told in house.told(instance.key) if told[0] != "element_activated"] == [
        ("instance_started", "p"),
        ("element_completed", "s"),
        ("element_completed", "t"),
        ("element_completed", "e"),
        ("instance_completed", "p"),
    ]


def test_every_flow_taken_is_in_history_with_the_key_of_the_element_instance(house: House) -> None:
    house.deploy(STRAIGHT)
    key = house.start(variables={"n": 1}).key
    rows = house.rows("SELECT element, element_key, data FROM history WHERE kind = 'element_completed' ORDER BY key")
    assert [(element, data) for element, _, data in rows if data] == [
        ("s", {"flows": ["s_t"]}),
        ("t", {"flows": ["t_e"]}),
    ]
    assert all(element_key >> 24 << 24 == key for _, element_key, _ in rows)
    assert len({element_key for _, element_key, _ in rows}) == len(rows)


def test_numbers_keep_every_digit(house: House) -> None:
    house.deploy(diagram(start("s"), script("t", "n * 3", "m"), user("u"), end("e"), flows("s t u e")))
    key = house.start(variables={"n": Decimal("0.10"), "big": 10**30}).key
    assert {name: str(value) for name, value in house.variables(key).items()} == {
        "n": "0.10",
        "big": str(10**30),
        "m": "0.30",
    }


def test_keys_are_the_instances_number_and_a_counter(house: House) -> None:
    house.deploy(WAITING)
    first, second = house.start(), house.start()
    assert first.key % 2**24 == 0
    assert second.key > first.key
    for task_key, element_key, instance_key in house.rows("SELECT key, element_key, instance_key FROM tasks"):
        assert task_key >> 24 == element_key >> 24 == instance_key >> 24


def test_a_task_is_written_with_its_candidates_and_unit(house: House) -> None:
    house.deploy(WAITING)
    key = house.start().key
    row = house.row("SELECT instance_key, element, state, candidate_groups, unit, created_at FROM tasks")
    assert row == (key, "u", "created", ["GD-GZ.crc.duty"], "GD-GZ", MONDAY)


def test_a_limit_sets_a_timer_and_the_due_time(house: House) -> None:
    limit = '={value: 4, unit: "h", warning: 0.8}'
    house.deploy(diagram(start("s"), user("u", properties={"limit": limit}), end("e"), flows("s u e")))
    house.start()
    assert house.value("SELECT due_at FROM tasks") == MONDAY + timedelta(hours=4)
    assert house.row("SELECT kind, due_at FROM timers") == ("warning", MONDAY + timedelta(hours=3.2))


def test_a_job_is_for_api_workers_unless_a_handler_is_registered(house: House) -> None:
    house.deploy(diagram(start("s"), service("j", "notify.email", headers={"a": "b"}), end("e"), flows("s j e")))
    house.start()
    house.rows(
        "INSERT INTO handlers (topic, version, input, output, texts, worker, seen_at)"
        " VALUES ('notify.email', 1, '{}', '{}', '{}', 'w', now())"
    )
    house.start()
    rows = house.rows("SELECT state, retries, attempts, headers, handled FROM jobs ORDER BY key")
    assert rows == [("created", 3, 0, {"a": "b"}, False), ("created", 3, 0, {"a": "b"}, True)]
    queued = house.rows("SELECT entrypoint, payload FROM pgqueuer.pgqueuer")
    assert queued == [("jobs", str(house.value("SELECT key FROM jobs WHERE handled")).encode())]


def test_nothing_is_queued_for_a_start_that_is_not_committed(house: House) -> None:
    house.deploy(diagram(start("s"), service("j"), end("e"), flows("s j e")))
    before = house.everything()
    with store.transaction() as session:
        start_instance(session, process_id="p")
        session.rollback()
    assert house.everything() == before


# Numbers and names of a case


def test_case_numbers_count_by_prefix_province_and_day(house: House) -> None:
    house.deploy(
        diagram(start("s"), user("u"), end("e"), flows("s u e"), process_id="a", prefix="FLT", unit='="GD-" + city'),
        diagram(start("s"), user("u"), end("e"), flows("s u e"), process_id="b", prefix="FLT"),
    )
    given = [house.start("a", variables={"city": city}) for city in ("GZ", "SZ")]
    assert [(case.case_no, case.unit) for case in given] == [
        ("FLT-GD-20261123-0001", "GD-GZ"),
        ("FLT-GD-20261123-0002", "GD-SZ"),
    ]
    assert given[0].variables["no"] == "FLT-GD-20261123-0001"
    assert house.start("b").case_no == "FLT-HQ-20261123-0001"
    house.pin(MONDAY + timedelta(hours=16))  # past midnight in Shanghai
    assert house.start("a", variables={"city": "GZ"}).case_no == "FLT-GD-20261124-0001"


def test_a_case_without_unit_of_its_own_belongs_to_its_starters_unit(house: House) -> None:
    house.deploy(WAITING)
    with acting(Actor("wang", "web", unit="GD-SZ")):
        key = house.start().key
    assert house.row("SELECT unit, starter FROM instances") == ("GD-SZ", "wang")
    involved = house.rows("SELECT unit, why FROM involved_units WHERE instance_key = :key ORDER BY unit", key=key)
    assert involved == [("GD-GZ", "task"), ("GD-SZ", "owner")]


def test_the_owning_unit_follows_its_variables(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            user("u"),
            script("t", '"GD-SZ"', "place"),
            user("v"),
            end("e"),
            flows("s u t v e"),
            unit="=place",
        )
    )
    key = house.start(variables={"place": "GD-GZ"}).key
    house.complete("u")
    assert house.value("SELECT unit FROM instances") == "GD-SZ"
    assert house.rows("SELECT unit FROM involved_units WHERE instance_key = :key ORDER BY unit", key=key) == [
        ("GD-GZ",),
        ("GD-SZ",),
    ]


def test_a_unit_past_feels_limits_stays_and_the_case_goes_on(house: House) -> None:
    endless = '=if far then string(count(for i in 1..100000000 return i)) else "GD-GZ"'
    house.deploy(diagram(start("s"), script("t", "true", "far"), user("v"), end("e"), flows("s t v e"), unit=endless))
    house.start(variables={"far": False})
    assert house.value("SELECT unit FROM instances") == "GD-GZ"
    assert house.value("SELECT count(*) FROM history WHERE kind = 'unit_not_computed'") == 1
    house.complete("v")
    assert house.value("SELECT state FROM instances") == "completed"


def test_a_business_id_names_one_running_case_of_a_process(house: House) -> None:
    house.deploy(WAITING, diagram(start("s"), user("o"), end("e"), flows("s o e"), process_id="q"))
    house.start(business_id="TT-1")
    before = house.everything()
    with pytest.raises(Conflict) as refused:
        house.start(business_id="TT-1")
    assert refused.value.code == "business_id_in_use"
    after = house.everything()
    assert {name: rows for name, rows in after.items() if name != "numbers"} == before
    house.start("q", business_id="TT-1")
    house.complete("u")
    house.start(business_id="TT-1")


def test_history_says_who_acted(house: House) -> None:
    house.deploy(STRAIGHT)
    with acting(Actor("li", "api", unit="GD", on_behalf_of="wang", request_id="r-1")):
        house.start(variables={"n": 1})
    found = house.rows(
        "SELECT DISTINCT actor, on_behalf_of, unit, source, request_id, at FROM history WHERE instance_key > 0"
    )
    assert found == [("li", "wang", "GD", "api", "r-1", MONDAY)]


# Refused

DEEP: list[Any] = []
for _ in range(5_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("wrong", "kind", "code"),
    [
        ({"process_id": "nobody"}, NotFound, "process_unknown"),
        ({"process_id": "p", "version": 7}, NotFound, "process_unknown"),
        ({"definition_key": 5}, NotFound, "definition_unknown"),
        ({"process_id": "p", "variables": ["a"]}, Invalid, "variables_not_an_object"),
        ({"process_id": "p", "variables": {"": 1}}, Invalid, "variables_not_an_object"),
        ({"process_id": "p", "variables": {"text": "a\0b"}}, Invalid, "value_not_storable"),
        ({"process_id": "p", "variables": {"text": "\ud800"}}, Invalid, "value_not_storable"),
        ({"process_id": "p", "variables": {"a\0b": 1}}, Invalid, "value_not_storable"),
        ({"process_id": "p", "variables": {"inner": {"\udfff": [1]}}}, Invalid, "value_not_storable"),
        ({"process_id": "p", "variables": {"number": float("nan")}}, Invalid, "value_not_json"),
        ({"process_id": "p", "variables": {"number": Decimal("1E+200000")}}, Invalid, "value_not_storable"),
        ({"process_id": "p", "variables": {"inner": {1: 1}}}, Invalid, "value_not_json"),
        ({"process_id": "p", "variables": {"set": {1}}}, Invalid, "value_not_json"),
        ({"process_id": "p", "variables": {"deep": DEEP}}, Invalid, "value_not_json"),
        ({"process_id": "p", "business_id": "a\0"}, Invalid, "name_malformed"),
        ({"process_id": "p", "business_id": "x" * 257}, Invalid, "name_malformed"),
        ({"process_id": "p\0"}, Invalid, "name_malformed"),
        ({"process_id": "p", "start_element": "u"}, NotFound, "start_event_unknown"),
        ({"process_id": "by_message"}, Conflict, "process_without_none_start"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    house: House, wrong: dict[str, Any], kind: type[Exception], code: str
) -> None:
    house.deploy(WAITING, diagram(start("s", message("go")), end("e"), flows("s e"), process_id="by_message"))
    before = house.everything()
    with pytest.raises(kind) as refused, store.transaction() as session:
        start_instance(session, **wrong)
    assert getattr(refused.value, "code", "") == code
    assert house.everything() == before


def test_numbers_and_names_of_any_size_that_json_has_come_back(house: House) -> None:
    """10^6000 has more digits than Python makes an int of: it used to be stored and could never be read again."""
    house.deploy(WAITING)
    given = {"big": Decimal("1E+6000"), "a.b": 1, 'say "so"': 2, "名字": 3, "__class__": 4, "x" * 1_000: 5}
    key = house.start(variables=given).key
    assert house.variables(key) == given
    house.complete("u", {"done": True})
    assert house.state(key) == "completed"


def test_an_older_version_can_be_started(house: House) -> None:
    house.deploy(diagram(start("s"), user("old"), end("e"), flows("s old e")))
    second = house.deploy(diagram(start("s"), user("new"), end("e"), flows("s new e"))).definitions[0]
    assert house.start(version=1).version == 1
    assert house.start().version == 2
    assert house.start().definition_key == second.key
    assert house.rows("SELECT element FROM tasks ORDER BY key") == [("old",), ("new",), ("new",)]


def test_a_start_event_that_waits_can_be_named(house: House) -> None:
    house.deploy(
        diagram(start("s", timer(duration="PT1H")), start("plain"), exclusive("x"), end("e"), flows("s x e", "plain x"))
    )
    key = house.start(start_element="s").key
    assert ("element_completed", "s") in house.told(key)
    assert ("element_completed", "plain") not in house.told(key)


def test_what_was_deployed_before_a_check_became_stricter_still_runs(house: House) -> None:
    good = diagram(start("s"), user("u"), end("e"), flows("s u e"))
    key = house.deploy(good).definitions[0].key
    # BPMN's schema has the end event before what is drawn beside the flow; once nobody asked
    odd = good.replace(b'<bpmn:endEvent id="e">', b'<bpmn:textAnnotation id="n"/><bpmn:endEvent id="e">')
    assert "bpmn_schema_order" in [finding.code for finding in lint(odd, "p.bpmn") if finding.severity == "error"]
    house.rows("UPDATE definitions SET content = :content WHERE key = :key", content=odd, key=key)
    house.start()
    house.complete("u")
    assert house.row("SELECT state FROM instances") == ("completed",)
