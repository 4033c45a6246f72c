"""Logging in: what is refused, what is counted, what a session is worth."""

import re
from collections.abc import Callable

import pytest

from engine import clock, store
from engine.directory import throttling
from engine.directory.sessions import IDLE, LONGEST, session_of
from engine.store.models import LoginSession
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]


def test_a_stranger_is_sent_to_the_login_and_back(visitor: Visiting) -> None:
    answer = visitor().get("/inbox?tab=groups")
    assert (answer.status_code, answer.location) == (302, "/login?next=/inbox?tab%3Dgroups")
    assert visitor().send("GET", "/lookups/customer").status_code == 401


@pytest.mark.parametrize("person", ["li.na", "nobody", "chen.chen", "", "张三" * 100])
def test_a_wrong_name_and_a_wrong_password_look_the_same(visitor: Visiting, person: str) -> None:
    answer = visitor(language="en").post("/login", person=person, password="wrong")
    assert answer.status_code == 401
    assert "The user name or the password is wrong." in answer.get_data(as_text=True)
    assert "trunkline_session" not in str(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"])
def test_a_link_cannot_lead_elsewhere_after_the_login(visitor: Visiting, elsewhere: str) -> None:
    answer = visitor().post("/login", person="li.na", password="demo", next=elsewhere)
    assert (answer.status_code, answer.location) == (302, "/inbox")


def test_guessing_is_stopped_even_for_the_right_password(visitor: Visiting) -> None:
    guesser = visitor()
    for _ in range(throttling.OF_A_PAIR):
        assert guesser.post("/login", person="he.ping", password="wrong").status_code == 401
    answer = guesser.post("/login", person="he.ping", password="wrong")
    assert answer.status_code == 429
    assert "分钟后再试" in answer.get_data(as_text=True)
    assert guesser.post("/login", person="li.na", password="demo").status_code == 302


def test_attempts_are_forgotten_after_a_while(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.machine()
    for _ in range(throttling.OF_A_PAIR + 1):
        with store.transaction() as session:
            until = throttling.count_attempt(session, "li.na", "192.0.2.1")
    assert until is not None
    monkeypatch.setattr(clock, "machine", lambda: now + throttling.WINDOW * 1.01)
    with store.transaction() as session:
        assert throttling.count_attempt(session, "li.na", "192.0.2.1") is None


def attempt(person: str, address: str, *, right: bool = False) -> bool:
    """Whether a password would be looked at."""
    with store.transaction() as session:
        until = throttling.count_attempt(session, person, address)
        if until is None and right:
            throttling.forgive_attempts(session, person, address)
    return until is None


def test_guessing_one_password_from_many_addresses_is_stopped(office: Office) -> None:
    addresses = [f"192.0.2.{n}" for n in range(throttling.OF_A_PERSON)]
    assert all(attempt("li.na", address) for address in addresses)
    assert not attempt("li.na", "198.51.100.1")
    assert attempt("he.ping", "198.51.100.1")


def test_one_address_alone_keeps_nobody_out_elsewhere(office: Office) -> None:
    tried = [attempt("li.na", "192.0.2.1") for _ in range(throttling.OF_AN_ADDRESS)]
    assert tried.count(True) == throttling.OF_A_PAIR
    assert attempt("li.na", "198.51.100.1", right=True)


def test_as_many_people_log_in_from_one_address_as_there_are(office: Office) -> None:
    assert all(attempt(f"person.{n}", "192.0.2.1", right=True) for n in range(throttling.OF_AN_ADDRESS + 20))
    guessed = [attempt(f"other.{n}", "192.0.2.1") for n in range(throttling.OF_AN_ADDRESS + 1)]
    assert guessed == [True] * throttling.OF_AN_ADDRESS + [False]


def test_cookies_are_for_our_server_alone_and_for_https_where_they_came_by_it(visitor: Visiting) -> None:
    plain = visitor().client
    for address, secure in (("http://localhost", False), ("https://localhost", True)):
        form = plain.get("/login", base_url=address)
        csrf = re.search(r'name="csrf" value="([^"]+)"', form.get_data(as_text=True))
        assert csrf is not None
        answer = plain.post("/login", data={"csrf": csrf[1], "person": "li.na", "password": "demo"}, base_url=address)
        assert answer.status_code == 302
        cookies = form.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
        assert {cookie.split("=")[0] for cookie in cookies} == {"trunkline_visit", "trunkline_session"}
        for cookie in cookies:
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert ("Secure" in cookie) is secure
        plain = visitor().client


def test_a_session_ends_when_it_is_not_used_and_at_last_in_any_case(
    office: Office, visitor: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = clock.machine()
    token = visitor("li.na").client.get_cookie("trunkline_session")
    assert token is not None

    def known(moment: object) -> bool:
        monkeypatch.setattr(clock, "machine", lambda: moment)
        with store.transaction() as session:
            return session_of(session, token.value) is not None

    assert known(begun + IDLE * 0.9)
    assert known(begun + IDLE * 1.8)
    assert not known(begun + IDLE * 3)
    step = begun + IDLE * 1.8
    while step < begun + LONGEST:
        known(step)
        step += IDLE * 0.9
    assert not known(begun + LONGEST * 1.01)


def test_the_database_does_not_hold_what_a_cookie_does(visitor: Visiting) -> None:
    cookie = visitor("li.na").client.get_cookie("trunkline_session")
    assert cookie is not None
    with store.transaction() as session:
        [row] = session.query(LoginSession)
        assert cookie.value.encode() not in row.token_hash
        assert len(row.token_hash) == 32


def test_a_new_password_logs_out_everywhere_else(visitor: Visiting) -> None:
    here, elsewhere = visitor("li.na"), visitor("li.na")
    wrong = here.post("/me/password", old="wrong", new="sunrise over pearl", again="sunrise over pearl")
    assert (wrong.status_code, "现在的密码不正确" in wrong.get_data(as_text=True)) == (400, True)
    differing = here.post("/me/password", old="demo", new="sunrise over pearl", again="sunset over pearl")
    assert differing.status_code == 400
    assert here.post("/me/password", old="demo", new="short", again="short").status_code == 400
    changed = here.post("/me/password", old="demo", new="sunrise over pearl", again="sunrise over pearl")
    assert changed.status_code == 302
    assert here.get("/inbox").status_code == 200
    assert elsewhere.get("/inbox").status_code == 302
    assert visitor().post("/login", person="li.na", password="sunrise over pearl").status_code == 302
