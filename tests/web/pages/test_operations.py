"""The pages of operators: incidents and trying again, cases by version, workers and queues, people."""

from collections.abc import Callable
from datetime import datetime

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import start as start_instance
from engine.store import case_clock
from tests.engine.factories import diagram, end, flows, service, start
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
# Gets stuck on a variable that is missing, and goes on to a job once it is there.
STUCK = diagram(
    start("s"),
    service("measure", "=topic", name="<script>测量"),
    end("e"),
    flows("s measure e"),
    process_id="stuck",
    name="会卡住",
    unit='="GD-GZ"',
    starters="*.crc.*",
)
PARTS = ("/operations", "/operations/cases", "/operations/workers", "/operations/people")


@pytest.fixture
def incident(office: Office, visitor: Visiting) -> int:
    """An open incident of a case in Guangzhou."""
    office.deploy(("stuck.bpmn", STUCK))
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        start_instance(session, process_id="stuck", variables={"seen": "值"})
    return int(office.rows("SELECT key FROM incidents WHERE state = 'active'")[0].key)


def test_an_incident_says_its_cause_and_goes_on_once_that_is_removed(
    office: Office, visitor: Visiting, incident: int
) -> None:
    operator = visitor("zhou.yu")
    page = operator.text("/operations")
    assert "topic" in page
    assert "&lt;script&gt;测量" in page
    assert "<script>测量" not in page
    page = operator.text(f"/operations/incidents/{incident}")
    assert "怎么处理" in page
    assert "值" in page
    assert (
        operator.post(f"/operations/incidents/{incident}/variables", name="topic", value='"measure"').status_code == 302
    )
    assert operator.post(f"/operations/incidents/{incident}/retry").status_code == 302
    assert office.rows("SELECT type FROM jobs")[0].type == "measure"
    assert "没有异常" in operator.text("/operations")
    assert "此异常已处理" in operator.text(f"/operations/incidents/{incident}")


def test_the_case_shows_what_is_stuck_and_what_to_do(visitor: Visiting, office: Office, incident: int) -> None:
    case = office.rows("SELECT key FROM instances")[0].key
    assert "运行维护员排除原因后重试" in visitor("li.na").text(f"/cases/{case}")
    assert f"/operations/incidents/{incident}" in visitor("zhou.yu").text(f"/cases/{case}")


@pytest.mark.parametrize("value", ["", "{", "NaN", "[" * 5000])
def test_a_value_that_is_no_json_changes_nothing(office: Office, visitor: Visiting, incident: int, value: str) -> None:
    before = office.everything()
    operator = visitor("zhou.yu")
    assert operator.post(f"/operations/incidents/{incident}/variables", name="topic", value=value).status_code == 400
    assert operator.post(f"/operations/incidents/{incident}/variables", name="", value="1").status_code == 400
    assert office.everything() == before


@pytest.mark.parametrize("path", PARTS)
def test_operations_are_for_operators(visitor: Visiting, path: str) -> None:
    assert visitor(None).get(path).status_code == 302
    assert visitor("li.na").get(path).status_code == 403
    for language in ("zh", "en"):
        operator = visitor("zhou.yu")
        operator.client.set_cookie("trunkline_language", language)
        assert operator.get(path).status_code == 200


@pytest.mark.parametrize("what", ["retry", "variables"])
def test_who_is_no_operator_repairs_nothing(office: Office, visitor: Visiting, incident: int, what: str) -> None:
    before = office.everything()
    for person, status in ((None, (302, 403)), ("li.na", (403,))):
        answer = visitor(person).post(f"/operations/incidents/{incident}/{what}", name="topic", value='"x"')
        assert answer.status_code in status
    assert office.everything() == before


@pytest.mark.parametrize("path", ["/operations/incidents/1", "/operations/incidents/x", "/operations?page=x"])
def test_nonsense_is_answered_with_a_page_that_helps(visitor: Visiting, path: str) -> None:
    assert visitor("zhou.yu").get(path).status_code in (400, 404)


def test_cases_are_counted_by_version_and_the_number_leads_to_them(visitor: Visiting, incident: int) -> None:
    page = visitor("zhou.yu").text("/operations/cases")
    assert "会卡住" in page
    assert "/cases?process=stuck&amp;version=1&amp;state=stuck" in page


def test_open_jobs_and_handlers_are_listed(office: Office, visitor: Visiting, incident: int) -> None:
    operator = visitor("zhou.yu")
    assert "还没有工作进程报到" in operator.text("/operations/workers")
    operator.post(f"/operations/incidents/{incident}/variables", name="topic", value='"measure"')
    operator.post(f"/operations/incidents/{incident}/retry")
    page = operator.text("/operations/workers")
    assert "<code>measure</code>" in page
    assert "外部程序" in page


@pytest.mark.parametrize(("now", "warned"), [("2026-10-15", False), ("2026-11-15", True), ("2027-02-01", True)])
def test_operators_are_told_when_the_holidays_of_the_next_year_are_missing(
    visitor: Visiting, office: Office, task: int, now: str, warned: bool
) -> None:
    with store.transaction() as session:
        case_clock.pin(session, datetime.fromisoformat(f"{now}T09:00:00+08:00"))
        session.connection().exec_driver_sql("UPDATE tasks SET due_at = '2027-01-04T09:00:00+08:00'")
    page = visitor("zhou.yu").text("/operations")
    assert ("只知道 2026-12-31 以前" in page) is warned
    assert ("有 1 个待办的时限在此之后" in page) is warned


def test_an_administrator_adds_people_and_changes_their_groups(
    office: Office, visitor: Callable[[str], Visitor]
) -> None:
    admin = visitor("admin")
    given = {"person": "xu.ming", "name": "徐明", "unit": "GD-GZ", "group": "GD-GZ.crc.duty", "role": "operator"}
    assert admin.post("/operations/people", **given).status_code == 302
    page = admin.text("/operations/people")
    assert "徐明" in page
    assert "初始密码" in page
    for what, group, status in (
        ("join", "GD-GZ.noc.duty", 302),
        ("join", "GD-GZ.noc.duty", 409),
        ("join", "nonsense", 400),
        ("join", "XX.noc.duty", 404),
        ("leave", "GD-GZ.crc.duty", 302),
        ("leave", "GD-GZ.crc.duty", 404),
    ):
        answer = admin.post("/operations/people/xu.ming/groups", what=what, group=group)
        assert answer.status_code == status, (what, group)
    with store.transaction() as session:
        assert principal_of(session, "xu.ming").groups == {"GD-GZ.noc.duty"}
    kinds = [row.kind for row in office.rows("SELECT kind FROM history WHERE kind <> 'deployed' ORDER BY key")]
    assert kinds == ["person_added", "group_joined", "group_left"]


def test_who_is_let_go_is_out_at_once_and_may_come_back(visitor: Callable[[str], Visitor]) -> None:
    admin, person = visitor("admin"), visitor("li.na")
    assert person.get("/inbox").status_code == 200
    admin.post("/operations/people/li.na/deactivate")
    assert person.get("/inbox").status_code == 302
    admin.post("/operations/people/li.na/activate")
    assert visitor("li.na").get("/inbox").status_code == 200
    assert admin.post("/operations/people/admin/deactivate").status_code == 409


def test_an_operator_reads_people_and_changes_nobody(office: Office, visitor: Callable[[str], Visitor]) -> None:
    operator = visitor("zhou.yu")
    assert "只有管理员可以更改" in operator.text("/operations/people")
    before = office.rows("SELECT id, active FROM people ORDER BY id")
    for path in ("/operations/people", "/operations/people/li.na/deactivate", "/operations/people/li.na/groups"):
        answer = operator.post(path, person="x", name="x", unit="HQ", group="HQ.crc.duty")
        assert answer.status_code == 403, path
    assert office.rows("SELECT id, active FROM people ORDER BY id") == before


@pytest.mark.parametrize(
    "given", [{"person": "", "name": "x"}, {"person": "A B", "name": "x"}, {"person": "x", "name": " "}]
)
def test_a_person_needs_an_account_and_a_name(visitor: Callable[[str], Visitor], given: dict[str, str]) -> None:
    assert visitor("admin").post("/operations/people", unit="HQ", **given).status_code == 400


def test_a_command_between_cases_that_was_given_up_is_seen_and_tried_again(
    office: Office, visitor: Visiting, incident: int
) -> None:
    """By an operator of the unit. What is retried already is not there any more."""
    insert = """
        INSERT INTO commands (instance_key, kind, payload, failed_at, error)
        SELECT key, 'nobody_knows', '{"by": {"id": "x", "source": "web"}}', now(), 'Error: <b>' FROM instances
        RETURNING id
    """
    number = office.rows(insert)[0].id
    operator = visitor("zhou.yu")
    page = operator.text("/operations/workers")
    assert "nobody_knows" in page
    assert "Error: &lt;b&gt;" in page
    assert operator.post(f"/operations/commands/{number}/retry").status_code == 302
    row = office.rows("SELECT attempts, failed_at, error FROM commands")[0]
    assert (row.attempts, row.failed_at) == (1, None)
    assert operator.post(f"/operations/commands/{number}/retry").status_code == 404
