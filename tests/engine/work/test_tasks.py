"""The inbox's commands: who may claim, assign and complete, forms, conflicts, and what completing costs."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from engine import store
from engine.directory.acting import acting
from engine.directory.people import add_person
from engine.directory.principal import Principal
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.models import Unit
from engine.work.tasks import assign_task, claim_task, complete_task, hand_over_task, unassign_task
from tests.benchmarks import copies
from tests.engine.factories import diagram, end, flows, start, user
from tests.engine.work.conftest import Desk


def person(name: str, *groups: str, units: tuple[str, ...] = ("GD-GZ",), roles: tuple[str, ...] = ()) -> Principal:
    return Principal(name, name, "GD-GZ", frozenset(units), frozenset(roles), frozenset(groups), source="web")


LI = person("li", "GD-GZ.crc.duty")
WANG = person("wang", "GD-GZ.crc.duty")
OTHER = person("other", "GD-GZ.noc.duty")
STRANGER = person("stranger", "GD-SZ.crc.duty", units=("GD-SZ",))
OPERATOR = person("op", roles=("operator",))

FORM = {
    "id": "facts",
    "type": "default",
    "schemaVersion": 17,
    "components": [
        {"type": "number", "id": "n", "key": "n", "label": "数量", "validate": {"required": True, "max": 9}},
        {"type": "textfield", "id": "c", "key": "customer.name", "label": "客户"},
    ],
}


# Stands in for li, and is in no group of its own.
SUBSTITUTE = Principal(
    "sub", "sub", "GD-GZ", frozenset({"GD-GZ"}), groups=LI.groups, source="web", lent=(("li", LI.groups),)
)


def a_task(desk: Desk, form: bool = False, groups: str = "GD-GZ.crc.duty", **variables: Any) -> int:
    files: list[Any] = [
        diagram(start("s"), user("t", groups, form="facts" if form else None), end("e"), flows("s t e"))
    ]
    if form:
        files.append(("facts.form", json.dumps(FORM).encode()))
    desk.deploy(*files)
    desk.start(**variables)
    return int(desk.value("SELECT key FROM tasks"))


def do(command: Any, principal: Principal, key: int, *arguments: Any, **named: Any) -> None:
    with acting(principal), store.transaction() as session:
        command(session, principal, key, *arguments, **named)


def assignee(desk: Desk) -> str | None:
    return desk.value("SELECT assignee FROM tasks")  # type: ignore[no-any-return]


def test_a_candidate_claims_and_completes(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, LI, key)
    assert assignee(desk) == "li"
    do(complete_task, LI, key, {"done": True})
    [row] = desk.rows("SELECT state, completed_by FROM tasks")
    assert tuple(row) == ("completed", "li")
    instance = desk.value("SELECT key FROM instances")
    assert desk.state(instance) == "completed"
    assert desk.variables(instance) == {"done": True}
    told = desk.rows("SELECT kind, actor FROM history WHERE kind LIKE 'task%' ORDER BY key")
    assert ("task_assigned", "li") in [tuple(row) for row in told]


def test_a_task_need_not_be_claimed_to_be_completed(desk: Desk) -> None:
    do(complete_task, LI, a_task(desk))
    assert desk.value("SELECT completed_by FROM tasks") == "li"


def test_of_two_who_claim_one_gets_it(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, LI, key)
    with pytest.raises(Conflict) as refused:
        do(claim_task, WANG, key)
    assert (refused.value.code, refused.value.parameters["assignee"]) == ("task_assigned_already", "li")
    do(claim_task, LI, key)


@pytest.mark.parametrize("first", [claim_task, complete_task])
def test_of_two_at_the_same_moment_the_later_one_is_refused(desk: Desk, first: Any) -> None:
    key = a_task(desk)
    with ThreadPoolExecutor(1) as pool:
        with acting(LI), store.transaction() as session:
            first(session, LI, key)
            later, waited = pool.submit(do, claim_task, WANG, key), threading.Event()
            while not session.execute(text("SELECT FROM pg_locks WHERE NOT granted")).all():
                assert not waited.wait(0.005)
        with pytest.raises(Conflict) as refused:
            later.result(timeout=20)
    assert refused.value.code == "task_changed"
    assert desk.value("SELECT coalesce(assignee, completed_by) FROM tasks") == "li"


def test_claiming_a_task_takes_no_other(desk: Desk) -> None:
    key = a_task(desk)
    desk.start()
    do(claim_task, LI, key)
    assert [row.key for row in desk.rows("SELECT key FROM tasks WHERE assignee = 'li'")] == [key]


def test_nobody_completes_what_somebody_else_has(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, LI, key)
    with pytest.raises(Forbidden) as refused:
        do(complete_task, WANG, key)
    assert refused.value.code == "task_of_another"
    assert desk.value("SELECT state FROM tasks") == "created"


def test_what_is_given_back_is_everybodys(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, LI, key)
    do(unassign_task, LI, key)
    assert assignee(desk) is None
    do(claim_task, WANG, key)
    assert assignee(desk) == "wang"


def test_completing_twice_is_a_conflict(desk: Desk) -> None:
    key = a_task(desk)
    do(complete_task, LI, key)
    for command in (complete_task, claim_task, unassign_task):
        with pytest.raises(Conflict) as refused:
            do(command, LI, key)
        assert refused.value.code == "task_ended"


@pytest.mark.parametrize("command", [claim_task, unassign_task, complete_task])
def test_who_sees_the_case_but_is_no_candidate_is_forbidden(desk: Desk, command: Any) -> None:
    key = a_task(desk)
    with pytest.raises(Forbidden) as refused:
        do(command, OTHER, key)
    assert refused.value.code == "task_not_yours"


@pytest.mark.parametrize("command", [claim_task, unassign_task, complete_task])
def test_who_does_not_see_the_case_is_not_told_of_it(desk: Desk, command: Any) -> None:
    key = a_task(desk)
    desk.rows("INSERT INTO involved_units VALUES (:other, 'GD-SZ', 'owner', now())", other=desk.start())
    for principal, asked in ((STRANGER, key), (LI, key + 1)):
        with pytest.raises(NotFound):
            do(command, principal, asked)


def test_an_operator_may_everything(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, LI, key)
    do(complete_task, OPERATOR, key)
    assert desk.value("SELECT completed_by FROM tasks") == "op"


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [("*.crc.*", True), ("GD-GZ.*.duty", True), ("GD-GZ.crc", True), ("*.crc.dept_lead", False), ("sales", False)],
)
def test_groups_match_part_by_part(desk: Desk, pattern: str, allowed: bool) -> None:
    key = a_task(desk, groups=pattern)
    desk.rows("INSERT INTO involved_units SELECT key, 'GD-GZ', 'owner', now() FROM instances ON CONFLICT DO NOTHING")
    if allowed:
        do(claim_task, LI, key)
    else:
        with pytest.raises(Forbidden):
            do(claim_task, LI, key)


@pytest.fixture
def people(desk: Desk) -> None:
    with store.transaction() as session:
        for id_, parent, level in (("HQ", None, "hq"), ("GD", "HQ", "prov"), ("GD-GZ", "GD", "city")):
            session.add(Unit(id=id_, parent=parent, level=level, name=id_, name_en=id_, pinyin=id_))
            session.flush()
        add_person(session, "wang", "王", "GD-GZ", groups=["GD-GZ.crc.duty"])
        add_person(session, "other", "何", "GD-GZ", groups=["GD-GZ.noc.duty"])


@pytest.mark.usefixtures("people")
def test_a_task_is_given_to_another_candidate_only(desk: Desk) -> None:
    key = a_task(desk)
    do(assign_task, LI, key, "wang")
    assert assignee(desk) == "wang"
    with pytest.raises(Invalid) as refused:
        do(assign_task, LI, key, "other")
    assert refused.value.code == "assignee_not_candidate"
    with pytest.raises(NotFound):
        do(assign_task, LI, key, "nobody")
    do(assign_task, OPERATOR, key, "other")
    assert assignee(desk) == "other"


@pytest.mark.usefixtures("people")
def test_without_override_nothing_is_taken_from_anybody(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, LI, key)
    with pytest.raises(Conflict):
        do(assign_task, LI, key, "wang", override=False)
    do(assign_task, LI, key, "wang", override=True)
    assert assignee(desk) == "wang"


def test_the_form_says_what_is_taken_over(desk: Desk) -> None:
    key = a_task(desk, form=True, customer={"name": "a", "id": "C-1"})
    do(complete_task, LI, key, {"n": 3, "customer": {"name": "b", "id": "C-9"}, "approved": True})
    instance = desk.value("SELECT key FROM instances")
    assert desk.variables(instance) == {"n": 3, "customer": {"name": "b", "id": "C-1"}}


def test_a_value_out_of_range_changes_nothing(desk: Desk) -> None:
    key = a_task(desk, form=True)
    with pytest.raises(Invalid) as refused:
        do(complete_task, LI, key, {"n": 10})
    assert [(f.element, f.code) for f in refused.value.findings] == [("n", "form_too_large")]
    assert desk.value("SELECT state FROM tasks") == "created"
    assert desk.variables(desk.value("SELECT key FROM instances")) == {}


def test_a_suspended_case_stands(desk: Desk) -> None:
    key = a_task(desk)
    desk.rows("UPDATE instances SET suspended = true")
    with pytest.raises(Conflict) as refused:
        do(complete_task, LI, key)
    assert refused.value.code == "instance_suspended"


def test_completing_takes_ten_statements_and_one_commit(desk: Desk) -> None:
    """As PostgreSQL counts them, begin and commit aside; the second time, when the definition is known."""
    key = a_task(desk, form=True)
    do(complete_task, LI, key, {"n": 1})
    desk.start()
    second = desk.value("SELECT key FROM tasks WHERE state = 'created'")
    count = (
        "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
        " WHERE d.datname = current_database() AND toplevel"
        " AND query NOT IN ('BEGIN', 'COMMIT', 'ROLLBACK') AND query NOT LIKE '%pg_stat_statements%'"
        # word of changes, which is gathered and sent beside it
        " AND query NOT LIKE 'SET %' AND query NOT LIKE 'SELECT pg_notify%'"
    )
    before = desk.value(count)
    do(complete_task, LI, second, {"n": 1})
    spent = desk.value(count) - before
    # lock, write; the form is known
    assert 2 <= spent <= 10


def test_completing_looks_at_no_other_open_task(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As PostgreSQL counts the blocks it looks at, with a plan from the time when few were open."""

    def complete_one() -> int:
        before = desk.value(looked)
        do(complete_task, LI, desk.value("SELECT min(key) FROM tasks WHERE state = 'created'"))
        return int(desk.value(looked) - before)

    # What the statistics make of a table of one page is another matter.
    store.configure(f"{desk.url}&options=--enable_seqscan%3Doff")
    looked = "SELECT coalesce(sum(shared_blks_hit), 0) FROM pg_stat_statements WHERE query LIKE 'WITH instance AS%'"
    a_task(desk)
    for _ in range(24):
        desk.start()
        complete_one()
    # A connection that has not sent the statement yet looks at the catalogue as well.
    with_few = min(complete_one() for _ in range(2) if desk.start())
    for _ in range(3):
        desk.start()
    monkeypatch.setattr(copies, "settle", lambda url: None)  # plans are made anew with fresh statistics
    copies.multiply(desk.value("SELECT max(key) FROM instances"), 3_000)
    assert 0 < min(complete_one() for _ in range(3)) < with_few + 15


def test_a_substitute_completes_what_the_other_has_claimed_and_history_names_both(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, LI, key)
    with pytest.raises(Forbidden):
        do(complete_task, WANG, key)
    do(complete_task, SUBSTITUTE, key)
    [task] = desk.rows("SELECT state, completed_by FROM tasks")
    assert tuple(task) == ("completed", "sub")
    told = "SELECT DISTINCT actor, on_behalf_of FROM history WHERE kind = 'element_completed' AND element = 't'"
    assert [tuple(row) for row in desk.rows(told)] == [("sub", "li")]


def test_a_substitute_claims_by_the_others_right_and_gives_back(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, SUBSTITUTE, key)
    assert assignee(desk) == "sub"
    do(unassign_task, SUBSTITUTE, key)
    kinds = "SELECT kind, on_behalf_of FROM history WHERE kind LIKE 'task_%assigned' ORDER BY key"
    assert [tuple(row) for row in desk.rows(kinds)] == [("task_assigned", "li"), ("task_unassigned", "li")]


def test_whom_it_stands_in_for_has_no_more_rights_than_before(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, SUBSTITUTE, key)
    for other in (LI, WANG):
        with pytest.raises(Forbidden):
            do(complete_task, other, key)
    with pytest.raises(NotFound):
        do(complete_task, STRANGER, key)
    assert desk.value("SELECT state FROM tasks") == "created"


@pytest.mark.usefixtures("people")
def test_a_task_is_handed_over_by_whoever_has_it(desk: Desk) -> None:
    key = a_task(desk)
    do(claim_task, LI, key)
    with pytest.raises(Forbidden):
        do(hand_over_task, WANG, key, "wang")
    do(hand_over_task, LI, key, "wang")
    assert assignee(desk) == "wang"
    with pytest.raises(Forbidden):
        do(hand_over_task, LI, key, "li")
    with pytest.raises(NotFound):
        do(hand_over_task, WANG, key, "nobody")
