"""Every page as a stranger, for a foreign unit and with nonsense: a sentence that helps, and nothing changed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
# As a script or a form of ours would send them; {task} and {case} are those of Guangzhou.
ON_A_TASK: list[tuple[str, str, Any]] = [
    ("POST", "/tasks/{task}/claim", None),
    ("POST", "/tasks/{task}/release", None),
    ("PUT", "/tasks/{task}/draft", {"reason": "x"}),
    ("POST", "/tasks/{task}/complete", {"reason": "x"}),
    ("POST", "/tasks/{task}/assign", None),
    ("POST", "/me/substitutes/end", None),
]
STARTING: list[tuple[str, str, Any]] = [
    ("POST", "/start/fault", {"reason": "x"}),
    ("PUT", "/start/fault/draft", {"reason": "x"}),
]
# A stranger; the response centre of another city, which may start faults of its own; maintenance there.
TRIED = [(who, change) for who in (None, "guo.jing", "luo.fei") for change in ON_A_TASK]
TRIED += [(who, change) for who in (None, "luo.fei") for change in STARTING]


@pytest.mark.parametrize(("person", "change"), TRIED)
def test_who_has_no_right_changes_nothing(
    office: Office, visitor: Visiting, task: int, person: str | None, change: tuple[str, str, Any]
) -> None:
    method, path, body = change
    before = office.everything()
    answer = visitor(person, language="en").send(method, path.format(task=task), body)
    assert answer.status_code in ((401, 403) if person is None else (403, 404))
    assert answer.get_json()["detail"]
    assert office.everything() == before


@pytest.mark.parametrize("path", ["/tasks/{task}", "/cases/{case}"])
def test_a_foreign_unit_is_not_told_what_there_is(visitor: Visiting, case: int, task: int, path: str) -> None:
    there, nowhere = path.format(task=task, case=case), path.format(task=1 << 24, case=1 << 24)
    foreigner = visitor("guo.jing")
    assert foreigner.get(there).status_code == foreigner.get(nowhere).status_code == 404
    assert visitor("li.na").get(there).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/x",
        "/tasks/-1",
        "/tasks/99999999999999999999",
        "/tasks/%00",
        "/inbox?tab=nonsense",
        "/inbox?page=0",
        "/inbox?page=%C2%B2",
        "/inbox?page=99999999999999",
        "/start/no_such_process",
        "/start/%27%20OR%201=1",
        "/lookups/nonsense",
        "/documents/nonsense",
        "/documents/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/assets/../web/app.py",
        "/nowhere",
    ],
)
def test_nonsense_is_answered_with_a_page_that_helps(visitor: Visiting, path: str) -> None:
    answer = visitor("li.na").get(path)
    page = answer.get_data(as_text=True)
    assert 400 <= answer.status_code < 500
    assert "返回待办" in page or answer.is_json
    assert "Traceback" not in page


@pytest.mark.parametrize("body", [[], "x", 5, None])
def test_a_form_that_is_no_object_is_refused(office: Office, visitor: Visiting, body: Any) -> None:
    before = office.everything()
    assert visitor("li.na").send("POST", "/start/fault", body).status_code == 400
    assert office.everything() == before


def test_a_post_without_its_word_changes_nothing(office: Office, visitor: Visiting, task: int) -> None:
    person = visitor("li.na")
    for headers in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": visitor("chen.chen").word()}):
        answer = person.client.post(f"/tasks/{task}/claim", headers=headers)
        assert answer.status_code == 403
    assert office.rows("SELECT assignee FROM tasks")[0].assignee is None


def test_a_page_of_another_site_is_refused_even_with_the_word(office: Office, visitor: Visiting, task: int) -> None:
    person = visitor("li.na")
    headers = {"X-CSRF-Token": person.word(), "Sec-Fetch-Site": "cross-site"}
    assert person.client.post(f"/tasks/{task}/claim", headers=headers).status_code == 403
    assert office.rows("SELECT assignee FROM tasks")[0].assignee is None


def test_the_menu_shows_what_a_role_may(visitor: Visiting) -> None:
    assert "流程设计" not in visitor("li.na").text("/inbox")
    analyst = visitor("zhou.yu").text("/inbox")
    assert "流程设计" in analyst
    assert "运行监控" in analyst


def test_pages_say_what_they_load_and_the_api_keeps_its_own_way(visitor: Visiting) -> None:
    person = visitor("li.na")
    policy = person.get("/inbox").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    missing = person.get("/v2/nonsense")
    assert (missing.status_code, missing.content_type) == (404, "application/problem+json")


def test_the_demo_has_no_addresses_elsewhere(visitor: Visiting) -> None:
    assert visitor("li.na").post("/demo/person", person="admin").status_code == 404
    assert visitor("li.na").post("/demo/clock", step="1h").status_code == 404


def test_errors_speak_the_readers_language(visitor: Visiting) -> None:
    assert "找不到此页面" in visitor("li.na").text("/nowhere")
    english = visitor("li.na")
    english.client.set_cookie("trunkline_language", "en")
    assert "There is no such page" in english.text("/nowhere")
    # What the framework refuses is told in the language of the page, too, not in that of the browser alone.
    chinese = visitor("li.na", language="en")
    chinese.client.set_cookie("trunkline_language", "zh")
    page = chinese.text("/nowhere")
    assert "地址可能写错了" in page
    assert "There is no address" not in page


def test_whoever_has_sent_something_is_led_back_to_where_it_was_sent_from(visitor: Visiting, case: int) -> None:
    person = visitor("li.na")
    headers = {"Accept": "text/html", "Referer": f"http://localhost/cases/{case}?tab=comments"}
    sent = {"csrf": person.word(), "text": ""}
    page = person.client.post(f"/cases/{case}/comments", data=sent, headers=headers).get_data(as_text=True)
    assert f'href="/cases/{case}?tab=comments"' in page
    elsewhere = {**headers, "Referer": "https://elsewhere.example/cases"}
    page = person.client.post(f"/cases/{case}/comments", data=sent, headers=elsewhere).get_data(as_text=True)
    assert "elsewhere" not in page
    assert "返回待办" in page
