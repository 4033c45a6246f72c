"""The pages of operators: incidents and trying again, cases by version, workers and queues, people."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import authenticate, principal_of
from engine.instances import apply_due_commands
from engine.instances import start as start_instance
from engine.store import case_clock
from tests.engine.factories import diagram, end, flows, service, start
from tests.web.office import WAIT, Office
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
PARTS = (
    "/operations",
    "/operations/cases",
    "/operations/batches",
    "/operations/waiting",
    "/operations/workers",
    "/operations/people",
)


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
        operator.post(
            f"/operations/incidents/{incident}/variables", name="topic", value='"measure"', scope="case"
        ).status_code
        == 302
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
    operator.post(f"/operations/incidents/{incident}/variables", name="topic", value='"measure"', scope="case")
    operator.post(f"/operations/incidents/{incident}/retry")
    page = operator.text("/operations/workers")
    assert "<code>measure</code>" in page
    assert "外部程序" in page


@pytest.mark.parametrize(
    ("now", "warned"), [("2026-10-31T23:30", False), ("2026-11-01T00:30", True), ("2027-02-01T09:00", True)]
)
def test_operators_are_told_when_the_holidays_of_the_next_year_are_missing(
    visitor: Visiting, office: Office, task: int, now: str, warned: bool
) -> None:
    with store.transaction() as session:
        case_clock.pin(session, datetime.fromisoformat(f"{now}:00+08:00"))
        session.connection().exec_driver_sql("UPDATE tasks SET due_at = '2027-01-01T07:00:00+08:00'")
    page = visitor("zhou.yu").text("/operations")
    assert ("只知道 2026-12-31 以前" in page) is warned
    assert ("有 1 个待办的时限在此之后" in page) is warned


def test_an_administrator_adds_people_and_changes_their_groups(
    office: Office, visitor: Callable[[str], Visitor]
) -> None:
    admin = visitor("admin")
    given = {"person": "xu.ming", "name": "徐明", "unit": "GD-GZ", "group": "GD-GZ.crc.duty", "role": "operator"}
    added = admin.post("/operations/people", **given)
    assert added.status_code == 200
    [password] = re.findall('<code id="secret">([^<]+)</code>', added.get_data(as_text=True))
    with store.transaction() as session:
        assert authenticate(session, "xu.ming", password).roles == {"operator"}
    assert password not in str(added.headers)
    assert "徐明" in admin.text("/operations/people")
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


def test_incidents_of_one_cause_are_one_line_and_tried_again_together(
    office: Office, visitor: Visiting, incident: int
) -> None:
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        start_instance(session, process_id="stuck")
    operator = visitor("zhou.yu")
    page = operator.text("/operations")
    [row] = re.findall(r'href="(/operations\?definition=[^"]+)"', page)
    assert "测量" in operator.text(row.replace("&amp;", "&"))
    [plan] = re.findall(r'href="(/operations/batches/new\?kind=resolve[^"]+)"', page)
    assert "共 2 个工单" in operator.text(plan.replace("&amp;", "&"))
    for case in office.rows("SELECT key FROM instances"):
        given = {"variables": {"topic": "measure"}}
        assert office.ask("admin", "PUT", f"/v2/element-instances/{case.key}/variables", given).status == 204
    code = office.rows("SELECT code FROM incidents LIMIT 1")[0].code
    begun = operator.post(
        "/operations/batches", kind="resolve", process="stuck", version="1", code=code, element="measure"
    )
    apply_due_commands()
    assert "2 个中已完成 2 个" in operator.text(begun.location)
    assert len(office.rows("SELECT 1 FROM jobs")) == 2


def test_an_administrator_resets_a_password_and_changes_roles(
    office: Office, visitor: Callable[[str], Visitor]
) -> None:
    admin, person = visitor("admin"), visitor("li.na")
    told = admin.post("/operations/people/li.na/password").get_data(as_text=True)
    [password] = re.findall('<code id="secret">([^<]+)</code>', told)
    assert person.get("/inbox").status_code == 302
    with store.transaction() as session:
        assert authenticate(session, "li.na", password).id == "li.na"
    assert admin.post("/operations/people/li.na/roles", role="operator").status_code == 302
    with store.transaction() as session:
        assert principal_of(session, "li.na").roles == {"operator"}
    assert admin.post("/operations/people/li.na/roles", role="nonsense").status_code == 400
    assert admin.post("/operations/people/admin/roles", role="operator").status_code == 409
    assert admin.post("/operations/people/nobody/password").status_code == 404
    kinds = [row.kind for row in office.rows("SELECT kind FROM history ORDER BY key")]
    assert kinds[-2:] == ["person_password_reset", "person_roles_changed"]


def test_a_token_is_shown_once_lets_in_and_is_withdrawn(office: Office, visitor: Callable[[str], Visitor]) -> None:
    admin = visitor("admin")
    given = {"name": "<i>工单系统</i>", "unit": "GD-GZ", "days": "30", "role": "worker"}
    told = admin.post("/operations/tokens", **given).get_data(as_text=True)
    [token] = re.findall('<code id="secret">(tl_[^<]+)</code>', told)
    assert office.client.get("/v2/topology", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    page = admin.text("/operations/tokens")
    assert "&lt;i&gt;工单系统&lt;/i&gt;" in page
    assert token not in page
    path = f"/operations/tokens/{token.split('_')[1]}/withdraw"
    assert path in page
    assert admin.post(path).status_code == 302
    assert office.client.get("/v2/topology", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    for wrong in (
        {"name": " "},
        {"days": "0"},
        {"days": "x"},
        {"days": "9999"},
        {"role": "king"},
        {"group": "x"},
        {"unit": "XX"},
    ):
        assert admin.post("/operations/tokens", **{**given, **wrong}).status_code == 400, wrong
    assert admin.post("/operations/tokens/none/withdraw").status_code == 404


def test_tokens_roles_and_passwords_are_for_administrators(visitor: Callable[[str], Visitor]) -> None:
    operator = visitor("zhou.yu")
    assert operator.get("/operations/tokens").status_code == 403
    for path in (
        "/operations/tokens",
        "/operations/tokens/x/withdraw",
        "/operations/people/li.na/password",
        "/operations/people/li.na/roles",
    ):
        assert operator.post(path, name="x", unit="HQ", days="1", role="admin").status_code == 403, path


def test_timers_and_messages_that_wait_are_told(office: Office, visitor: Visiting) -> None:
    office.deploy(("wait.bpmn", WAIT))
    office.post("admin", "/v2/messages/publication", {"name": "nobody", "correlationKey": "k", "timeToLive": 60_000})
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        start_instance(session, process_id="wait", variables={"id": "1"})
    page = visitor("zhou.yu").text("/operations/waiting")
    assert "<code>nobody</code>" in page
    assert "<code>word</code>" in page
