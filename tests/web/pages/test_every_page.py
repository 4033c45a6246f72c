"""Every page and every form behind one: as a stranger, without its word, without the role, from a foreign unit.

The routes are the application's own, so a new one is tried as well; one that fits into no table fails.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.work.documents import add_document
from tests.web.office import Office
from tests.web.pages.conftest import Visitor

Visiting = Callable[..., Visitor]
API = ("/v2", "/api", "/openapi.json", "/healthz", "/readyz", "/oauth")
FOR_ANYBODY = {"/", "/assets/<path:name>", "/favicon.ico", "/login", "/language", "/theme", "/demo/person"}
# Where a logged-in person works on what is their own.
THEIR_OWN = {
    "/cases",
    "/documents",
    "/events",
    "/inbox",
    "/inbox/claim",
    "/logout",
    "/me",
    "/start",
    "/demo/clock",
    "/lookups/<kind>",
}
OF_A_CASE = ("/cases/", "/tasks/", "/documents/")
OF_A_ROLE = ("/models", "/operations")
# Starting and lending a hand: by groups, tried elsewhere.
BY_GROUP = ("/start/", "/me/")


@pytest.fixture
def places(visitor: Visiting, office: Office, case: int, task: int) -> Mapping[str, str]:
    """What stands in the addresses: all of Guangzhou's."""
    with store.transaction() as session:
        owner = principal_of(session, "li.na")
        with acting(owner):
            document = add_document(
                session, owner, b"secret", file_name="a.txt", content_type="text/plain", instance_key=case
            ).id
    return {
        "case_key": str(case),
        "task_key": str(task),
        "document_id": document,
        "incident_key": str(case + 1),
        "action_key": str(case + 1),
        "batch_key": str(case + 1),
        "token": "0",
        "kind": "person",
        "kinds": "processes",
        "id": "fault",
        "version": "1",
        "process_id": "fault",
        "person": "li.na",
        "command_id": "1",
        "what": "cancel",
        "name": "none.js",
    }


@pytest.fixture
def routes(office: Office, places: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Method, rule and address of every page."""

    def address(rule: str) -> str:
        path = rule.replace("any(deactivate, activate):what", "any(deactivate):deactivate")
        return re.sub(r"<(?:[^:>]*:)?(\w+)>", lambda found: places.get(found[1], stand_in(found[1])), path)

    def stand_in(name: str) -> str:
        """A key that is not named above is one of nothing."""
        return "16777217" if name.endswith("_key") else name

    def found() -> Iterator[tuple[str, str, str]]:
        for rule in office.client.application.url_map.iter_rules():
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                if not rule.rule.startswith(API):
                    yield method, rule.rule, address(rule.rule)

    return sorted(found())


def asked(visitor: Visitor, method: str, path: str) -> Any:
    return visitor.get(path) if method == "GET" else visitor.send(method, path, {})


def test_every_page_is_in_a_table(routes: list[tuple[str, str, str]]) -> None:
    assert len(routes) > 60
    known = FOR_ANYBODY | THEIR_OWN
    other = {rule for _, rule, _ in routes if rule not in known}
    assert not {rule for rule in other if not rule.startswith(OF_A_CASE + OF_A_ROLE + BY_GROUP)}


def test_a_stranger_is_sent_to_the_login_and_changes_nothing(
    office: Office, visitor: Visiting, routes: list[tuple[str, str, str]]
) -> None:
    before, stranger = office.everything(), visitor()
    for method, rule, path in routes:
        if rule in FOR_ANYBODY:
            continue
        answer = asked(stranger, method, path)
        where = answer.location or ""
        assert answer.status_code == 401 or (answer.status_code, where[:6]) == (302, "/login"), (method, rule)
    assert office.everything() == before


@pytest.mark.parametrize("person", ["admin", "li.na"])
def test_a_post_without_its_word_changes_nothing(
    office: Office, visitor: Visiting, routes: list[tuple[str, str, str]], person: str
) -> None:
    """A page of another site can make a browser send a form with our cookies, but not with that word."""
    before, client = office.everything(), visitor(person).client
    for method, rule, path in routes:
        if method == "GET":
            continue
        for headers in ({}, {"X-CSRF-Token": "guessed"}, {"X-CSRF-Token": ""}):
            answer = client.open(path, method=method, data={"person": "admin", "text": "x"}, headers=headers)
            assert answer.status_code == 403, (method, rule)
    assert office.everything() == before


def test_models_and_operations_are_for_their_roles(
    office: Office, visitor: Visiting, routes: list[tuple[str, str, str]]
) -> None:
    before, clerk = office.everything(), visitor("li.na")
    for method, rule, path in routes:
        if rule.startswith(OF_A_ROLE):
            assert asked(clerk, method, path).status_code == 403, (method, rule)
    assert office.everything() == before


def test_a_foreign_unit_learns_nothing_of_cases_tasks_and_documents(
    office: Office, visitor: Visiting, routes: list[tuple[str, str, str]]
) -> None:
    before, foreigner = office.everything(), visitor("guo.jing")
    for method, rule, path in routes:
        # Forgetting a draft of one's own, which is not there, is nobody's harm.
        if rule.startswith(OF_A_CASE) and (method, rule[-6:]) != ("DELETE", "/draft"):
            answer = asked(foreigner, method, path)
            assert answer.status_code in (403, 404), (method, rule)
            assert "secret" not in answer.get_data(as_text=True)
    assert office.everything() == before
