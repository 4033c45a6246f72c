"""Cases put right by operators: variables, steps, versions; one by one and many at once; and who may not."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import apply_due_commands
from engine.instances import start as start_instance
from tests.engine.factories import catch, diagram, end, flows, start, timer, user
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
OPERATOR = "zhou.yu"


def walk(first: str, second: str = "wait") -> bytes:
    """A user task and a long wait after it, with these ids."""
    return diagram(
        start("s"),
        user(first, "GD-GZ.crc.duty", name="<b>查看</b>"),
        catch(second, timer(duration="PT2H")),
        end("e"),
        flows(f"s {first} {second} e"),
        process_id="walk",
        name="走",
        unit='="GD-GZ"',
        starters="*.crc.*",
    )


@pytest.fixture
def cases(office: Office, visitor: Visiting) -> list[int]:
    """Three cases of version 1; version 2 calls the first step otherwise."""
    office.deploy(("walk.bpmn", walk("look")))
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        started = [start_instance(session, process_id="walk", variables={"n": n}).key for n in range(3)]
    office.deploy(("walk.bpmn", walk("see")))
    return started


def test_a_step_is_moved_ended_and_begun(office: Office, visitor: Visiting, cases: list[int]) -> None:
    operator, path = visitor(OPERATOR), f"/operations/cases/{cases[0]}"
    page = operator.text(path)
    assert "&lt;b&gt;查看&lt;/b&gt;" in page
    assert "<b>查看</b>" not in page
    assert operator.post(f"{path}/move", source="look", target="wait").status_code == 302
    assert office.rows("SELECT element FROM timers WHERE instance_key = :c", c=cases[0])[0].element == "wait"
    assert operator.post(f"{path}/move", target="look").status_code == 302
    open_tasks = "SELECT 1 FROM tasks WHERE instance_key = :c AND state = 'created'"
    assert len(office.rows(open_tasks, c=cases[0])) == 1
    assert operator.post(f"{path}/move", source="look").status_code == 302
    assert office.rows(open_tasks, c=cases[0]) == []
    assert operator.post(f"{path}/move").status_code == 400


def test_what_cannot_be_moved_is_told_on_the_page(office: Office, visitor: Visiting, cases: list[int]) -> None:
    operator, path = visitor(OPERATOR), f"/operations/cases/{cases[0]}"
    before = office.everything()
    for given in ({"target": "nowhere"}, {"source": "wait"}, {"source": "look", "target": "<i>"}):
        assert operator.post(f"{path}/move", **given).status_code == 302
        assert "alert-danger" in operator.text(path)
    assert office.everything() == before


def test_variables_are_set_in_the_case_and_nowhere_else(office: Office, visitor: Visiting, cases: list[int]) -> None:
    operator, path = visitor(OPERATOR), f"/operations/cases/{cases[0]}"
    given = {"scope": str(cases[0]), "name": "n", "value": '{"deep": [1.10]}'}
    assert operator.post(f"{path}/variables", **given).status_code == 302
    assert "1.10" in operator.text(path)
    before = office.everything()
    for wrong, status in (
        ({"scope": str(cases[1])}, 404),
        ({"scope": "x"}, 400),
        ({"value": "{"}, 400),
        ({"name": " "}, 400),
    ):
        assert operator.post(f"{path}/variables", **{**given, **wrong}).status_code == status, wrong
    assert office.everything() == before


def test_a_case_goes_to_another_version_once_its_step_has_a_place(
    office: Office, visitor: Visiting, cases: list[int]
) -> None:
    operator, path = visitor(OPERATOR), f"/operations/cases/{cases[0]}"
    page = operator.text(f"{path}?version=2")
    # The one step that is new is what the old one was renamed to.
    assert '<option value="see" selected' in page
    assert operator.post(f"{path}/migrate", version="2").status_code == 302
    assert "alert-danger" in operator.text(f"{path}?version=2")
    assert operator.post(f"{path}/migrate", version="2", **{"map.look": "see"}).status_code == 302
    assert office.rows("SELECT version FROM instances WHERE key = :c", c=cases[0])[0].version == 2
    assert operator.get(f"{path}?version=9").status_code == 404
    assert operator.post(f"{path}/migrate", version="9").status_code == 404
    assert operator.post(f"{path}/migrate", version="x").status_code == 400


def test_all_cases_of_a_version_change_it_at_once(office: Office, visitor: Visiting, cases: list[int]) -> None:
    operator = visitor(OPERATOR)
    assert "kind=migrate&amp;process=walk&amp;version=1" in operator.text("/operations/cases")
    page = operator.text("/operations/batches/new?kind=migrate&process=walk&version=1")
    assert "共 3 个工单" in page
    begun = operator.post(
        "/operations/batches", kind="migrate", process="walk", version="1", to="2", **{"map.look": "see"}
    )
    assert begun.status_code == 302
    apply_due_commands()
    assert "3 个中已完成 3 个" in operator.text(begun.location)
    assert {row.version for row in office.rows("SELECT version FROM instances")} == {2}
    assert "换版本" in operator.text("/operations/batches")


def test_cases_that_refuse_say_why_and_a_batch_can_be_stopped(
    office: Office, visitor: Visiting, cases: list[int]
) -> None:
    operator = visitor(OPERATOR)
    begun = operator.post("/operations/batches", kind="migrate", process="walk", version="1", to="2")
    apply_due_commands()
    page = operator.text(begun.location)
    assert "未成功 3 个" in page
    assert f"/operations/cases/{cases[0]}" in page
    waits = operator.post("/operations/batches", kind="cancel", process="walk", version="1")
    assert operator.post(f"{waits.location}/cancel").status_code == 302
    apply_due_commands()
    assert {row.state for row in office.rows("SELECT state FROM instances")} == {"active"}
    assert operator.post(f"{waits.location}/cancel").status_code == 409


@pytest.mark.parametrize(
    "path",
    [
        "/operations/cases/1",
        "/operations/cases/x",
        "/operations/batches/1",
        "/operations/batches/x",
        "/operations/batches/new",
        "/operations/batches/new?kind=nonsense&process=walk&version=1",
        "/operations/batches/new?kind=cancel&process=no&version=1",
        "/operations/batches/new?kind=cancel&process=walk&version=9",
        "/operations/batches/new?kind=cancel&process=%00&version=1",
        "/operations?definition=x",
    ],
)
def test_nonsense_is_answered_with_a_page_that_helps(visitor: Visiting, cases: list[int], path: str) -> None:
    assert visitor(OPERATOR).get(path).status_code in (400, 404)


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("/operations/cases/{case}/move", {"source": "look", "target": "wait"}),
    ("/operations/cases/{case}/variables", {"scope": "{case}", "name": "n", "value": "9"}),
    ("/operations/cases/{case}/migrate", {"version": "2", "map.look": "see"}),
    ("/operations/batches", {"kind": "cancel", "process": "walk", "version": "1"}),
]


@pytest.mark.parametrize(("path", "given"), CHANGES)
def test_who_is_no_operator_changes_nothing(
    office: Office, visitor: Visiting, cases: list[int], path: str, given: dict[str, str]
) -> None:
    before = office.everything()
    sent = {name: value.format(case=cases[0]) for name, value in given.items()}
    for person in (None, "li.na"):
        assert visitor(person).post(path.format(case=cases[0]), **sent).status_code in (302, 403)
    assert office.everything() == before


@pytest.fixture
def foreign_operator(office: Office, visitor: Visiting) -> Any:
    """An operator of another city, who sees none of these cases."""
    with store.transaction() as session:
        session.connection().exec_driver_sql("UPDATE people SET roles = '{operator}' WHERE id = 'guo.jing'")
    yield visitor("guo.jing")
    with store.transaction() as session:
        session.connection().exec_driver_sql("UPDATE people SET roles = '{}' WHERE id = 'guo.jing'")


def test_an_operator_of_another_unit_sees_and_changes_nothing(
    office: Office, foreign_operator: Visitor, cases: list[int]
) -> None:
    assert foreign_operator.get(f"/operations/cases/{cases[0]}").status_code == 404
    before = office.rows("SELECT key, state, version FROM instances ORDER BY key")
    for path, given in CHANGES[:3]:
        sent = {name: value.format(case=cases[0]) for name, value in given.items()}
        assert foreign_operator.post(path.format(case=cases[0]), **sent).status_code == 404
    foreign_operator.post("/operations/batches", kind="cancel", process="walk", version="1")
    apply_due_commands()
    assert office.rows("SELECT key, state, version FROM instances ORDER BY key") == before
    page = foreign_operator.text("/operations/waiting")
    assert "共 0 个" in page
