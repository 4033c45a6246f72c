"""The inbox without a browser: finding, what is done, handing over, and standing in for somebody."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.instances import start
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
TODAY = date.today()  # noqa: DTZ011 - the office's clock is the machine's


@pytest.fixture
def second(visitor: Visiting) -> str:
    """The number of a case of another customer."""
    with store.transaction() as session, acting(principal_of(session, "li.na")):
        customer = {"id": "C-9", "label": "100%羊城_银行"}
        return str(start(session, process_id="fault", variables={"customer": customer}).case_no)


@pytest.fixture
def substitute(office: Office, visitor: Visiting) -> Iterator[Visitor]:
    """Lin Tao, who stands in for Li Na today, by her own wish."""
    named = visitor("li.na").post(
        "/me/substitutes", person="lin.tao", begins=TODAY.isoformat(), ends=(TODAY + timedelta(days=1)).isoformat()
    )
    assert named.status_code == 302
    yield visitor("lin.tao")
    with store.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM substitutes WHERE person = 'li.na'")


@pytest.mark.parametrize("asked", ["羊城", "%", "100%", "_银", "C"])
def test_it_is_searched_by_customer_and_signs_are_only_signs(
    visitor: Visiting, case: int, second: str, asked: str
) -> None:
    page = visitor("li.na").get("/inbox", query_string={"tab": "groups", "text": asked}).get_data(as_text=True)
    assert (second in page) == (asked != "C")
    assert page.count('class="task-name"') == (1 if asked != "C" else 0)


def test_it_is_searched_by_number_and_process_and_says_when_there_is_nothing(
    visitor: Visiting, case: int, second: str
) -> None:
    person = visitor("li.na")
    assert person.text(f"/inbox?tab=groups&text={second[-6:]}").count('class="task-name"') == 1
    assert person.text("/inbox?tab=groups&process=fault").count('class="task-name"') == 2
    nothing = person.text("/inbox?tab=groups&process=other")
    assert "没有符合条件的任务" in nothing
    assert "清除筛选" in nothing
    newest = person.text("/inbox?tab=groups&order=newest")
    assert newest.index(second) < newest.index("FLT-", newest.index(second) + len(second))


@pytest.mark.parametrize("query", ["tab=x", "order=x", "page=x", "page=-1"])
def test_nonsense_is_told(visitor: Visiting, query: str) -> None:
    assert visitor("li.na").get(f"/inbox?{query}").status_code == 404


def test_what_is_done_is_looked_at_again(visitor: Visiting, task: int) -> None:
    person = visitor("li.na")
    person.post(f"/tasks/{task}/claim")
    person.send("POST", f"/tasks/{task}/complete", {"reason": "断纤", "result": "repaired"})
    assert f"/tasks/{task}" in person.text("/inbox?tab=done")
    page = person.text(f"/tasks/{task}")
    assert "断纤" in page
    assert "已修复" in page
    assert f"/tasks/{task}" not in visitor("chen.chen").text("/inbox?tab=done")


def test_a_task_is_handed_to_a_colleague_of_its_group(office: Office, visitor: Visiting, task: int) -> None:
    person = visitor("li.na")
    person.post(f"/tasks/{task}/claim")
    page = person.text(f"/tasks/{task}")
    assert 'value="chen.chen"' in page
    assert 'value="liu.yang"' not in page
    assert person.post(f"/tasks/{task}/assign", person="liu.yang").status_code == 400
    assert person.post(f"/tasks/{task}/assign", person="chen.chen").status_code == 302
    assert office.rows("SELECT assignee FROM tasks")[0].assignee == "chen.chen"
    assert "已转给陈晨" in person.text("/inbox")
    before = office.everything()
    assert person.post(f"/tasks/{task}/assign", person="li.na").status_code == 403
    assert visitor("guo.jing").post(f"/tasks/{task}/assign", person="guo.jing").status_code == 404
    assert office.everything() == before


def test_a_substitute_finds_and_completes_what_the_other_has_claimed(
    office: Office, visitor: Visiting, task: int, substitute: Visitor
) -> None:
    visitor("li.na").post(f"/tasks/{task}/claim")
    page = substitute.text("/inbox")
    assert f"/tasks/{task}" in page
    assert "代李娜" in page
    assert "您正在代其办理" in substitute.text(f"/tasks/{task}")
    done = substitute.send("POST", f"/tasks/{task}/complete", {"reason": "断纤"})
    assert done.status_code == 200
    told = "SELECT DISTINCT actor, on_behalf_of FROM history WHERE kind = 'element_completed' AND element = 'look'"
    assert [tuple(row) for row in office.rows(told)] == [("lin.tao", "li.na")]


def test_a_colleague_who_stands_in_for_nobody_reads_only(office: Office, visitor: Visiting, task: int) -> None:
    visitor("li.na").post(f"/tasks/{task}/claim")
    before = office.everything()
    colleague = visitor("chen.chen")
    assert colleague.send("POST", f"/tasks/{task}/complete", {"reason": "x"}).status_code == 403
    assert colleague.send("PUT", f"/tasks/{task}/draft", {"reason": "x"}).status_code == 403
    assert colleague.post(f"/tasks/{task}/release").status_code == 403
    assert office.everything() == before


def test_several_tasks_are_claimed_at_once_and_what_cannot_be_is_told(
    office: Office, visitor: Visiting, task: int, second: str
) -> None:
    """What another was first at, and what is not there for oneself; the rest is one's own all the same."""
    mine, theirs = (int(row.key) for row in office.rows("SELECT key FROM tasks ORDER BY key"))
    visitor("chen.chen").post(f"/tasks/{theirs}/claim")
    person = visitor("li.na")
    before = office.everything()
    assert person.post("/inbox/claim").status_code == 400
    assert person.post("/inbox/claim", task="-1").status_code == 400
    assert office.everything() == before
    picked = {"task": [str(mine), str(theirs), str(1 << 24)], "csrf": person.word()}
    answer = person.client.post("/inbox/claim", data=picked)
    assert (answer.status_code, answer.location) == (302, "/inbox?tab=mine")
    page = person.text("/inbox")
    assert "已认领 1 个任务" in page
    assert "“查看”已由陈晨认领" in page
    claimed = {row.key: row.assignee for row in office.rows("SELECT key, assignee FROM tasks")}
    assert claimed == {mine: "li.na", theirs: "chen.chen"}
    assert visitor("guo.jing").post("/inbox/claim", task=str(mine)).location == "/inbox?tab=groups"


def test_standing_in_ends_when_it_is_ended(visitor: Visiting, task: int, substitute: Visitor, office: Office) -> None:
    person = visitor("li.na")
    person.post(f"/tasks/{task}/claim")
    number = office.rows("SELECT number FROM substitutes WHERE person = 'li.na'")[0].number
    assert "代您办理" in person.text("/me")
    # Both days as they were named; the second one is the last.
    assert f"{TODAY} – {TODAY + timedelta(days=1)}</div>" in person.text("/me")
    assert "您代 李娜 办理" in substitute.text("/me")
    assert substitute.post("/me/substitutes/end", number=str(number)).status_code == 404
    assert person.post("/me/substitutes/end", number=str(number)).status_code == 302
    assert substitute.send("POST", f"/tasks/{task}/complete", {"reason": "x"}).status_code in (403, 404)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"person": "li.na", "begins": "2026-01-01", "ends": "2099-01-01"}, 409),
        ({"person": "guo.jing", "begins": "2026-01-01", "ends": "2099-01-01"}, 404),
        ({"person": "nobody", "begins": "2026-01-01", "ends": "2099-01-01"}, 404),
        ({"person": "lin.tao", "begins": "2026-01-02", "ends": "2026-01-01"}, 400),
        ({"person": "lin.tao", "begins": "x", "ends": "9999-12-31"}, 400),
        ({"person": "lin.tao"}, 400),
    ],
)
def test_a_substitute_is_of_ones_own_unit_for_a_time_to_come(
    office: Office, visitor: Visiting, given: dict[str, str], status: int
) -> None:
    before = office.rows("SELECT count(*) FROM substitutes")
    assert visitor("li.na").post("/me/substitutes", **given).status_code == status
    assert office.rows("SELECT count(*) FROM substitutes") == before


def test_a_comment_on_the_task_page_leads_back_to_it(visitor: Visiting, task: int, case: int) -> None:
    person = visitor("li.na")
    person.post(f"/tasks/{task}/claim")
    word = person.word()
    there = f"http://localhost/tasks/{task}"
    answer = person.client.post(
        f"/cases/{case}/comments", data={"csrf": word, "text": "已联系客户"}, headers={"Referer": there}
    )
    assert answer.headers["Location"] == f"/tasks/{task}"
    assert "已联系客户" in person.text(f"/tasks/{task}")
