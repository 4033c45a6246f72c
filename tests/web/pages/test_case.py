"""The page of a case and the list of cases: what they tell, to whom, and what people do there."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.directory.principal import Principal
from engine.instances import cancel, migrate, set_variables
from engine.instances import start as start_instance
from engine.queries.waiting import of_case
from engine.work.tasks import complete_task
from tests.engine.factories import (
    catch,
    condition,
    diagram,
    end,
    event_sub,
    flows,
    listening,
    message,
    parallel,
    signal,
    start,
    sub,
    timer,
    user,
)
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
TABS = ("timeline", "variables", "forms", "decisions", "called", "comments")


def test_it_says_what_the_case_waits_for_and_for_whom(visitor: Visiting, case: int) -> None:
    page = visitor("li.na").text(f"/cases/{case}")
    for told in ("查看", "等待认领", "广州市分公司 · 响应中心值班", "陈晨、李娜", "到期"):
        assert told in page
    english = visitor("li.na")
    english.client.set_cookie("trunkline_language", "en")
    page = english.text(f"/cases/{case}")
    for told in ("Look into it", "To be claimed by", "Guangzhou branch · response centre on duty", "Due"):
        assert told in page


def test_whoever_claims_is_named(visitor: Visiting, case: int, task: int) -> None:
    visitor("chen.chen").post(f"/tasks/{task}/claim")
    page = visitor("li.na").text(f"/cases/{case}")
    assert "陈晨 正在办理" in page
    assert "认领了“查看”" in page


def test_a_group_of_another_engines_diagram_is_shown_as_it_is_and_names_nobody(
    office: Office, visitor: Visiting
) -> None:
    drawn = diagram(start("s"), user("u", "sales", users="li.na"), end("e"), flows("s u e"), unit="GD-GZ")
    office.deploy(drawn)
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        case = start_instance(session, process_id="p").key
    person, task = visitor("li.na"), office.rows("SELECT key FROM tasks")[0].key
    for path in (f"/cases/{case}", "/inbox?tab=groups", f"/tasks/{task}"):
        shown = person.get(path)
        assert shown.status_code == 200
        assert "sales" in shown.get_data(as_text=True)


def test_what_ended_before_a_migration_keeps_the_name_it_had(office: Office, visitor: Visiting) -> None:
    def version_of(first: str, name: str) -> bytes:
        steps = (user(first, "GD-GZ.crc.duty", name=name), user("b", "GD-GZ.crc.duty"))
        return diagram(start("s"), *steps, end("e"), flows(f"s {first} b e"), process_id="two", unit="GD-GZ")

    [_, second] = [office.deploy(version_of(*step))[0] for step in (("z", "旧步骤"), ("y", "新步骤"))]
    person = principal_of_now("li.na")
    with store.transaction() as session, acting(person):
        case = start_instance(session, process_id="two", version=1).key
    task = office.rows(f"SELECT key FROM tasks WHERE instance_key = {case}")[0].key
    with store.transaction() as session, acting(person):
        complete_task(session, person, task)
    assert "完成了“旧步骤”" in visitor("li.na").text(f"/cases/{case}")
    with store.transaction() as session:
        migrate(session, case, second, {})
    assert "完成了“旧步骤”" in visitor("li.na").text(f"/cases/{case}")


def principal_of_now(name: str) -> Principal:
    with store.transaction() as session:
        return principal_of(session, name)


def test_whatever_event_is_waited_for_is_told(office: Office, visitor: Visiting) -> None:
    events = (
        ("m", message("word")),
        ("g", signal("alarm")),
        ("c", condition("=hot > 3")),
        ("t", timer(duration="PT1H")),
    )
    parts = [catch(id_, event, name=f"事件{id_}") for id_, event in events]
    ways = flows("s f", *(f"f {id_} e" for id_, _ in events))
    office.deploy(diagram(start("s"), parallel("f"), *parts, end("e"), ways, unit="GD-GZ"))
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        case = start_instance(session, process_id="p").key
    page = visitor("li.na").text(f"/cases/{case}")
    for told in ("等待“事件m”的消息", "等待“事件g”的信号", "等待“事件c”的条件成立", "“事件t”等到"):
        assert told in page


def test_a_step_whose_listener_has_not_answered_is_waited_for(office: Office, visitor: Visiting) -> None:
    inside = sub(
        "p1",
        start("i"),
        user("u", "GD-GZ.crc.duty"),
        end("o"),
        flows("i u o"),
        name="检查",
        extensions=listening(("start", "look")),
    )
    office.deploy(diagram(start("s"), inside, end("e"), flows("s p1 e"), unit="GD-GZ"))
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        case = start_instance(session, process_id="p").key
    with store.transaction() as session:
        assert not of_case(session, case).is_empty()
    page = visitor("li.na").text(f"/cases/{case}")
    assert "“检查”等待外部程序领取（look）" in page
    assert "这是监听任务" in page
    assert "系统正在推进此工单" not in page
    english = visitor("li.na")
    english.client.set_cookie("trunkline_language", "en")
    assert "It is a listener" in english.text(f"/cases/{case}")


def test_the_timeline_tells_who_did_what_and_details_on_demand(visitor: Visiting, case: int, task: int) -> None:
    person = visitor("li.na")
    person.post(f"/tasks/{task}/claim")
    person.send("POST", f"/tasks/{task}/complete", {"reason": "断纤"})
    page = person.text(f"/cases/{case}")
    assert "完成了“查看”" in page
    assert "发起了工单" in page
    assert "到达“" not in page
    assert "到达“" in person.text(f"/cases/{case}?details=1")


def test_variables_and_filled_forms_show_what_the_case_holds(visitor: Visiting, case: int, task: int) -> None:
    person = visitor("li.na")
    person.post(f"/tasks/{task}/claim")
    person.send("POST", f"/tasks/{task}/complete", {"reason": "断纤", "result": "repaired"})
    variables = person.text(f"/cases/{case}?tab=variables")
    assert "整个工单" in variables
    assert "断纤" in variables
    forms = person.text(f"/cases/{case}?tab=forms")
    assert "李娜" in forms
    # A choice is shown as its form shows it.
    assert "已修复" in forms
    assert "repaired" not in forms


def test_values_and_names_stay_text(visitor: Visiting, case: int) -> None:
    with store.transaction() as session:
        set_variables(session, case, {"note": "<script>alert(1)</script>", "more": {"a": "<b>x</b>"}})
    page = visitor("li.na").text(f"/cases/{case}?tab=variables")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>x</b>" not in page


def test_a_comment_is_read_by_all_who_see_the_case(office: Office, visitor: Visiting, case: int) -> None:
    said = "客户催了两次\n<script>alert(1)</script>"
    assert visitor("li.na").post(f"/cases/{case}/comments", text=said).status_code == 302
    page = visitor("wu.gang").text(f"/cases/{case}?tab=comments")
    assert "客户催了两次\n&lt;script&gt;" in page
    assert "李娜" in page
    assert "发表了评论" in visitor("li.na").text(f"/cases/{case}")
    kept = office.rows("SELECT kind, data FROM history WHERE kind = 'comment_added'")
    assert list(kept[0].data) == ["comment"]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_no_comment_and_too_long_a_one_are_refused(office: Office, visitor: Visiting, case: int, text: str) -> None:
    answer = visitor("li.na").post(f"/cases/{case}/comments", text=text)
    assert answer.status_code == 400
    assert "评论" in answer.get_data(as_text=True)
    assert office.rows("SELECT key FROM comments") == []


def test_a_comment_cannot_be_changed_afterwards(office: Office, visitor: Visiting, case: int) -> None:
    visitor("li.na").post(f"/cases/{case}/comments", text="一")
    with pytest.raises(Exception, match="append-only"):
        office.rows("UPDATE comments SET text = '二' RETURNING key")


@pytest.mark.parametrize("tab", TABS)
def test_a_foreign_unit_sees_no_tab(visitor: Visiting, case: int, tab: str) -> None:
    assert visitor("guo.jing").get(f"/cases/{case}?tab={tab}").status_code == 404
    assert visitor("wu.gang").get(f"/cases/{case}?tab={tab}").status_code == 200


FOREIGN: list[tuple[str, str, Any]] = [
    ("POST", "/cases/{case}/comments", None),
    ("POST", "/cases/{case}/cancel", None),
    ("POST", "/cases/{case}/suspend", None),
    ("POST", "/cases/{case}/actions/1", {}),
    ("PUT", "/cases/{case}/actions/1/draft", {}),
]


@pytest.mark.parametrize("change", FOREIGN)
@pytest.mark.parametrize("person", [None, "guo.jing"])
def test_who_does_not_see_the_case_changes_nothing(
    office: Office, visitor: Visiting, case: int, person: str | None, change: tuple[str, str, Any]
) -> None:
    method, path, body = change
    before = office.everything()
    answer = visitor(person).send(method, path.format(case=case), body)
    assert answer.status_code in ((401, 403) if person is None else (404,))
    assert office.everything() == before


@pytest.mark.parametrize("path", ["diagram.bpmn", "events"])
def test_what_the_page_loads_is_refused_to_a_foreign_unit(visitor: Visiting, case: int, path: str) -> None:
    assert visitor("guo.jing").get(f"/cases/{case}/{path}").status_code == 404


def test_the_diagram_is_a_download_that_runs_nothing(visitor: Visiting, case: int) -> None:
    answer = visitor("li.na").get(f"/cases/{case}/diagram.bpmn")
    assert answer.get_data().startswith(b"<?xml")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("what", ["cancel", "suspend", "resume"])
def test_operators_alone_stop_and_cancel(office: Office, visitor: Visiting, case: int, what: str) -> None:
    before = office.everything()
    assert visitor("li.na").post(f"/cases/{case}/{what}").status_code == 403
    assert office.everything() == before
    operator = visitor("zhou.yu")
    if what == "resume":
        operator.post(f"/cases/{case}/suspend")
        assert "运行维护员停止了此工单" in operator.text(f"/cases/{case}")
    assert operator.post(f"/cases/{case}/{what}").status_code == 302
    state = office.rows("SELECT state, suspended FROM instances")[0]
    assert (
        tuple(state) == {"cancel": ("canceled", False), "suspend": ("active", True), "resume": ("active", False)}[what]
    )


def test_an_ended_case_says_so(visitor: Visiting, case: int) -> None:
    with store.transaction() as session:
        cancel(session, case)
    page = visitor("li.na").text(f"/cases/{case}")
    assert "不再等待任何事情" in page
    assert "等待认领" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/cases/{case}?tab=nonsense",
        "/cases/{case}?before=x",
        "/cases/{case}?before=-1",
        "/cases/{case}?before=99999999999999999999",
        "/cases/x",
        "/cases/{case}/actions/x",
        "/cases/{case}/actions/1",
        "/cases?state=nonsense",
        "/cases?page=0",
        "/cases?page=99999999",
        "/cases?version=x",
    ],
)
def test_nonsense_is_answered_with_a_page_that_helps(visitor: Visiting, case: int, path: str) -> None:
    answer = visitor("li.na").get(path.format(case=case))
    assert answer.status_code in (400, 404)
    assert "返回待办" in answer.get_data(as_text=True)


def test_the_list_finds_by_number_process_and_state(visitor: Visiting, case: int, office: Office) -> None:
    number = office.rows("SELECT case_no FROM instances")[0].case_no
    person = visitor("li.na")
    for query in (
        "",
        f"?text={number[4:9]}",
        "?process=fault",
        "?state=all",
        f"?process=fault&version=1&text={number}",
    ):
        assert number in person.text(f"/cases{query}"), query
    for query in ("?text=nowhere", "?process=other", "?state=completed", "?state=stuck", "?version=7", "?text=%25"):
        page = person.text(f"/cases{query}")
        assert number not in page, query
        assert "没有找到工单" in page
    assert number not in visitor("guo.jing").text("/cases")
    assert number in visitor("zhao.min").text("/cases")


ACTIONS = diagram(
    start("s"),
    user("wait", "GD-GZ.crc.duty", name="等待"),
    end("e"),
    event_sub(
        "more",
        start(
            "told",
            message("told", '="x"'),
            interrupting=False,
            name="补充说明",
            properties={"action.form": "look", "action.roles": "*.crc.*", "action.label": "补充"},
        ),
        end("told_end"),
        flows("told told_end"),
    ),
    flows("s wait e"),
    process_id="acting",
    name="可补充",
    unit='="GD-GZ"',
    starters="*.crc.*",
)


@pytest.fixture
def open_action(office: Office, visitor: Visiting) -> tuple[int, str]:
    """A case with an action that is open to response centres, and the action's address."""
    office.deploy(("acting.bpmn", ACTIONS))
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        case = start_instance(session, process_id="acting").key
    key = office.rows("SELECT key FROM subscriptions WHERE action IS NOT NULL")[0].key
    return case, f"/cases/{case}/actions/{key}"


def test_an_action_is_offered_to_whom_it_is_for_and_sent_by_its_form(
    office: Office, visitor: Visiting, open_action: tuple[int, str]
) -> None:
    case, address = open_action
    person = visitor("li.na")
    assert address in person.text(f"/cases/{case}")
    assert "补充" in person.text(address)
    answer = person.send("POST", address, {"reason": "客户补充", "minutes": 5})
    assert answer.get_json() == {"next": f"/cases/{case}"}
    assert "提交了“补充说明”" in person.text(f"/cases/{case}")
    assert office.rows("SELECT actor FROM history WHERE kind = 'action_sent'")[0].actor == "li.na"


def test_an_action_is_called_as_the_reader_has_it(office: Office, visitor: Visiting) -> None:
    office.deploy(("acting.bpmn", ACTIONS), ("acting.en.yaml", b"acting: Open\ntold.action.label: Add facts\n"))
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        case = start_instance(session, process_id="acting").key
    key = office.rows("SELECT key FROM subscriptions WHERE action IS NOT NULL")[0].key
    english = visitor("li.na", language="en")
    english.post("/language", language="en")
    assert "Add facts" in english.text(f"/cases/{case}")
    assert "<h1" in english.text(f"/cases/{case}/actions/{key}")
    assert "Add facts" in english.text(f"/cases/{case}/actions/{key}")
    english.send("POST", f"/cases/{case}/actions/{key}", {"reason": "more"})
    assert "Add facts" in english.text(f"/cases/{case}")
    english.post("/language", language="zh")
    chinese = english.text(f"/cases/{case}")
    assert "补充" in chinese
    assert "Add facts" not in chinese


def test_an_actions_form_is_checked_in_the_forms_own_words(
    office: Office, visitor: Visiting, open_action: tuple[int, str]
) -> None:
    _, address = open_action
    before = office.everything()
    answer = visitor("li.na").send("POST", address, {"minutes": 90})
    assert answer.status_code == 400
    told = {finding["element"]: finding["message"] for finding in answer.get_json()["findings"]}
    assert told == {"reason": "“原因”为必填项。", "minutes": "“分钟”不能大于 60。"}
    assert office.everything() == before


def test_an_action_of_others_is_not_offered_and_refused(
    office: Office, visitor: Visiting, open_action: tuple[int, str]
) -> None:
    case, address = open_action
    maintenance = visitor("liu.yang")
    assert "目前没有对您开放的操作" in maintenance.text(f"/cases/{case}")
    before = office.everything()
    assert maintenance.get(address).status_code == 403
    assert maintenance.send("POST", address, {"reason": "x"}).status_code == 403
    assert office.everything() == before


def test_a_draft_of_an_action_is_kept_until_it_is_sent(visitor: Visiting, open_action: tuple[int, str]) -> None:
    _, address = open_action
    person = visitor("li.na")
    assert person.send("PUT", f"{address}/draft", {"reason": "想到一半"}).status_code == 200
    assert "想到一半" in person.text(address)
    person.send("POST", address, {"reason": "客户补充"})
    assert "想到一半" not in person.text(address)
