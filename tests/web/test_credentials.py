"""Passwords over the API: checked once while they are in use, and guessed slowly from each address."""

import base64
from types import SimpleNamespace
from typing import Any

import pytest

import engine
from engine.directory import throttling
from tests.web.office import Office
from web import credentials


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> credentials.Passwords:
    """None is known yet."""
    known = credentials.Passwords()
    monkeypatch.setattr(credentials, "_passwords", known)
    return known


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The process's own seconds, to be set."""
    made = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(credentials, "time", SimpleNamespace(monotonic=lambda: made.seconds))
    return made


def status(office: Office, password: str = "demo", address: str = "10.0.0.1") -> int:
    given = {"Authorization": "Basic " + base64.b64encode(f"li.na:{password}".encode()).decode()}
    return office.ask(None, "GET", "/v2/topology", headers=given, environ_overrides={"REMOTE_ADDR": address}).status


def test_a_password_is_computed_again_once_it_was_not_used_for_a_while(
    office: Office, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []

    def authenticate(session: Any, person: str, *given: Any) -> engine.Principal:
        computed.append(person)
        return found(session, person, *given)

    found = engine.authenticate
    monkeypatch.setattr(engine, "authenticate", authenticate)
    for waited, times in ((0, 1), (299, 1), (299, 1), (300, 2), (1, 2)):
        clock.seconds += waited
        assert status(office) == 200
        assert len(computed) == times


@pytest.mark.usefixtures("clock")
def test_of_too_many_passwords_the_one_not_used_for_longest_is_forgotten(
    passwords: credentials.Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "KEPT_PASSWORDS", 2)
    for person in "ab":
        passwords.keep(person, "x")
    assert passwords.holds("a", "x")
    passwords.keep("c", "x")
    assert [passwords.holds(person, "x") for person in "abc"] == [True, False, True]
    assert not passwords.holds("a", "y")


def test_attempts_are_counted_by_address_and_forgiven_by_the_right_password(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "OF_A_PAIR", 2)
    assert [status(office, "guess"), status(office)] == [401, 200]
    assert [status(office, "guess") for _ in range(3)] == [401, 401, 429]
    assert status(office, "guess", address="10.0.0.2") == 401
