"""Nonsense in each field of each form, and forms of others: the right status, a sentence that helps, nothing changed.

The forms are those the pages show, and the routes the application's own: a field or a route that is new is tried as
well, or fails for not being tried.
"""

import json
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine import settings
from tests.web.office import Office
from tests.web.pages.busy_office import ADMIN, CLERK, FOREIGNER, Busy, House, anyone, furnished, walk
from tests.web.pages.conftest import Visitor
from tests.web.pages.page_forms import CSRF, PageForm
from tests.web.pages.test_every_page import API
from web.app import create_app
from web.pages.assets import FOLDER

NONSENSE: Mapping[str, Any] = {
    "missing": None,
    "twice": None,
    "empty": "",
    "blank": " \t\n ",
    "long": "长" * 20_000,
    "minus": "-1",
    "huge": "9" * 40,
    "nul": "a\x00b",
    "control": "a\x1b[2Jb",
    "half": b"a\xed\xa0\x80b",
    "script": "<script>alert(1)</script>",
    "sql": "' OR 1=1 --",
    "date": "2026-13-45T99:99",
    "json": '{"a": [1',
    "digits": "²",
}
# Enough for what only chooses what is shown.
IN_PATHS = ("minus", "huge", "nul", "script", "digits", "json")
IN_ADDRESSES = ("missing", "empty", "long", "minus", "huge", "nul", "control", "half", "script", "digits")
# What is a text like any other where people may write what they like.
WRITTEN = frozenset({"twice", "minus", "huge", "half", "script", "sql", "date", "json", "digits"})
LEFT_OUT = frozenset({"missing", "empty", "blank"})
# What stands in the other fields while one has nonsense, where the page itself does not fill them in. {n}: once only;
# other names are keys of the busy office.
GOOD: Mapping[str, Mapping[str, str]] = {
    "/inbox/claim": {"task": "{spare_task}"},
    "/login": {"person": "li.na", "password": "demo"},
    "/cases/<case_key>/comments": {"text": "已联系"},
    "/me/substitutes": {"person": "chen.chen", "ends": "2030-01-01"},
    "/me/password": {"old": "demo", "new": "demodemo", "again": "demodemo"},
    "/models/new": {"id": "new_{n}", "name": "新的"},
    "/operations/people": {"name": "新人", "person": "new.{n}", "mail": "a@b.example"},
    "/operations/people/<person>/groups": {"group": "GD-GZ.noc.duty"},
    "/operations/tokens": {"name": "接口"},
    "/operations/incidents/<incident_key>/variables": {"name": "n", "value": "{n}"},
    "/operations/cases/<case_key>/variables": {"name": "n", "value": "{n}"},
    "/operations/cases/<case_key>/move": {"source": "look", "target": "look"},
}
TEXTS = "/models/<any(processes, forms, decisions):kinds>/<id>/texts"
# The nonsense that is none in a field: by route and field. Whatever else is taken fails.
TAKEN: Mapping[tuple[str, str], frozenset[str]] = {
    # Where somebody goes after the login; what is no address here leads to the inbox.
    ("/login", "next"): frozenset(NONSENSE) - {"nul", "control"},
    ("/cases/<case_key>/comments", "text"): WRITTEN,
    ("/models/new", "name"): WRITTEN | LEFT_OUT,
    ("/operations/people", "name"): WRITTEN,
    # A number is an account; -1 is taken by then.
    ("/operations/people", "person"): frozenset({"twice", "huge"}),
    ("/operations/people", "mail"): LEFT_OUT,
    ("/operations/people", "group"): LEFT_OUT,
    ("/operations/people", "role"): frozenset({"missing", "empty"}),
    ("/operations/people/<person>/roles", "role"): frozenset({"missing", "empty"}),
    ("/operations/tokens", "name"): WRITTEN,
    ("/operations/tokens", "group"): LEFT_OUT,
    ("/operations/tokens", "role"): frozenset({"missing", "empty"}),
    # A variable may be called anything in one line; -1 and a long number are JSON.
    ("/operations/incidents/<incident_key>/variables", "name"): WRITTEN,
    ("/operations/cases/<case_key>/variables", "name"): WRITTEN,
    ("/operations/incidents/<incident_key>/variables", "value"): frozenset({"minus", "huge", "twice"}),
    ("/operations/cases/<case_key>/variables", "value"): frozenset({"minus", "huge", "twice"}),
    # A step may be begun without ending one, and ended without beginning another: once, as the case ends with it.
    ("/operations/cases/<case_key>/move", "source"): frozenset({"missing", "empty"}),
    ("/operations/cases/<case_key>/move", "target"): frozenset({"missing"}),
    # English texts may be left open.
    (TEXTS, "text.*"): WRITTEN | LEFT_OUT,
    # Cases that do not fit are told by the batch.
    ("/operations/batches", "map.look"): frozenset({"missing", "empty"}),
}
# Read by nobody: a browser's password store wants to see it.
UNREAD = ("/me/password", "username")
# Where many attempts with a wrong password would be all that is refused.
GUESSED = frozenset({"/login", "/me/password"})
PART = re.compile(r"<(?:any\((\w+)[^>]*|[^>]*)>")
ENGLISH = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
# Of the API: somebody with a page before them has no use for it.
UNHELPFUL = "请检查其格式"


# What scripts send.
NO_JSON = (b"", b"{", b"[]", b"5", b"null", b'"x"', b"\xff", b"[" * 100_000, b'{"a": NaN}', b"9" * 5000, b"\x00")
NUMBERS, TEXTS_SENT = (-1, 1e300, 10**40), ("", "\x00", "\ud800", "2026-13-45T99:99", "<i>")
VALUES = (None, True, *NUMBERS, *TEXTS_SENT, [], {}, [[[]]], {"a": {"b": 1}})
NOW = "2026-11-27T09:00:00+08:00"
MODEL = "/models/<any(processes, forms, decisions):kinds>/<id>"
PLAY = "/models/<any(processes):kinds>/<id>/play"
# A form is checked as that of the start is; once it is right the task or action would be gone.
ENDING = {"/tasks/<task_key>/complete", "/cases/<case_key>/actions/<action_key>"}
BEGINNING = "/start/<process_id>"
ACTION = "/cases/<case_key>/actions/<action_key>"


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(settings.load({"TRUNKLINE_DEMO": "1"}))


@pytest.fixture(scope="module")
def house(app: Flask, lasting_office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not (FOLDER / ".vite" / "manifest.json").exists():
        pytest.skip("the front end is not built: make front")
    with pytest.MonkeyPatch.context() as patch:
        yield furnished(app, lasting_office, patch, tmp_path_factory.mktemp("data"))


def filled(house: House, form: PageForm, rule: str, n: int) -> dict[str, list[Any]]:
    """The form's fields with something good in each."""
    good = {name: [value.format(n=n, **house.busy.keys)] for name, value in GOOD.get(rule, {}).items()}
    return {**{name: list(values) for name, values in form.fields.items()}, **good}


def with_nonsense(sent: dict[str, list[Any]], field: str, kind: str) -> dict[str, list[Any]]:
    if kind == "missing":
        return {name: values for name, values in sent.items() if name != field}
    if kind == "twice":
        return {**sent, field: ["-1", *sent[field]]}
    return {**sent, field: [NONSENSE[kind]]}


def told(visitor: Visitor, answer: TestResponse) -> tuple[bool, str]:
    """Whether what was sent was refused, and what was said to it."""
    with visitor.client.session_transaction() as visit:
        flashed = visit.pop("_flashes", [])
    if answer.status_code < 400:
        return any(kind == "danger" for kind, _ in flashed), " ".join(text for _, text in flashed)
    page = answer.get_data(as_text=True)
    found = re.findall(r'<(?:p class="empty-subtitle|div class="alert)[^>]*>(.*?)</(?:p|div)>', page, re.DOTALL)
    return True, " ".join(re.sub(r"<[^>]+>|\s+", " ", one) for one in found)


def test_every_search_and_choice_of_what_is_shown_with_nonsense(house: House) -> None:
    wrong: list[str] = []
    before, n = house.state(), 0
    for who, rule, form, field in house.fields("GET"):
        for kind in IN_ADDRESSES:
            n += 1
            sent = with_nonsense(filled(house, form, rule, n), field, kind)
            answer = house.people[who].client.get(urlsplit(form.action).path, query_string=sent)
            if answer.status_code not in (200, 400, 404) or "alert(1)</script>" in answer.get_data(as_text=True):
                wrong.append(f"{rule} {field} {kind}: {answer.status_code}")
    assert house.state() == before
    assert n > 100
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["/inbox", "/cases", "/operations"])
@pytest.mark.parametrize("number", ["", "x", "0", "-1", "²", "99999999", "000000001" + "9" * 5000], ids=range(7))
def test_a_page_of_a_list_that_cannot_be_is_not_there(house: House, path: str, number: str) -> None:
    assert house.people[ADMIN].client.get(path, query_string={"page": number}).status_code == 404


def test_every_address_with_nonsense_in_each_of_its_parts(house: House) -> None:
    wrong: list[str] = []
    before, visitor = house.state(), house.people[ADMIN]
    headers = {"Accept": "text/html", "X-CSRF-Token": visitor.word()}
    for rule in house.app.url_map.iter_rules():
        if rule.rule.startswith(API) or not rule.arguments:
            continue
        for kind in IN_PATHS:
            address = PART.sub(lambda part, kind=kind: part[1] or quote(NONSENSE[kind]), rule.rule)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = visitor.client.open(address, method=method, headers=headers)
                # Of a draft that is not there nothing is left either.
                forgets = "/draft" in rule.rule and answer.status_code in (204, 302)
                if not (400 <= answer.status_code < 500 or forgets):
                    wrong.append(f"{method} {rule.rule} {kind}: {answer.status_code}")
    assert house.state() == before
    assert not wrong, "\n".join(wrong)


def test_an_operator_of_a_foreign_unit_changes_nothing_by_any_form(house: House) -> None:
    """Their own login, language and password apart, and what nobody would miss."""
    before, foreigner = house.state(), house.people[FOREIGNER]
    word, tried = foreigner.word(), 0
    for _, rule, form in house.forms:
        if form.method == "POST" and rule.startswith(("/operations", "/cases", "/tasks", "/models")):
            sent = {**filled(house, form, rule, 0), CSRF: [word]}
            answer = foreigner.client.post(form.action, data=sent, headers={"Accept": "text/html"})
            assert answer.status_code in (403, 404, 409), rule
            tried += 1
    for address in house.busy.pages[ADMIN]:
        if re.search(r"\d{6}", address):
            assert foreigner.get(address).status_code == 404, address
    assert tried > 20
    assert house.state() == before


def test_every_form_with_nonsense_in_each_field(house: House) -> None:
    wrong: list[str] = []
    before, n = house.state(), 0
    # Moving ends the case that other forms are about.
    for who, rule, form, field in sorted(house.fields("POST"), key=lambda found: found[1].endswith("/move")):
        if (rule, field) == UNREAD:
            continue
        visitor = house.people[who]
        word = visitor.word()
        for n, kind in enumerate(NONSENSE, n + 1):  # noqa: B020 - goes on counting
            if rule in GUESSED:
                house.office.rows("DELETE FROM login_attempts RETURNING 1")
                word = visitor.word()
            sent = with_nonsense({**filled(house, form, rule, n), CSRF: [word]}, field, kind)
            answer = visitor.client.post(form.action, data=sent, headers={"Accept": "text/html"})
            after, (refused, said) = house.state(), told(visitor, answer)
            complaint = _complaint((rule, anyone(field)), kind, answer.status_code, refused, said)
            if before != after and refused:
                complaint = "changed something"
            if complaint:
                wrong.append(f"{rule} {field} {kind}: {answer.status_code} {complaint} {said[:90]!r}")
            before = after
    assert n > 500
    assert not wrong, "\n".join(wrong)


def _complaint(place: tuple[str, str], kind: str, status: int, refused: bool, said: str) -> str:
    if status >= 500:
        return "broke"
    is_right = kind in TAKEN.get(place, ())
    if refused == is_right:
        return "refused" if refused else "taken"
    if not refused:
        return ""
    if status not in (302, 400, 401, 403, 404, 409, 413, 429):
        return "status"
    # What was written comes back in the sentence.
    own = re.sub(r"“[^”]*”|<[^>]*>|&\w+;", "", said)
    helps = re.search(r"[一-鿿]{3}", own) and not ENGLISH.search(own) and UNHELPFUL not in own
    return "" if helps else "unhelpful"


def by_script(busy: Busy) -> Mapping[tuple[str, str], tuple[str, str, Mapping[str, Any]]]:
    """Method and route of all that scripts send → who sends it where, and the fields of what they send."""
    keys, walks, form = (
        busy.keys,
        "/models/processes/walk",
        {"reason": "x", "minutes": 5, "steps": [], "result": "nothing"},
    )
    action = f"/cases/{keys['acting']}/actions/{keys['action']}"
    model = {"content": "<x", "base": 1, "seen": NOW}
    return {
        ("PUT", "/start/<process_id>/draft"): (CLERK, "/start/fault/draft", form),
        ("POST", "/start/<process_id>"): (CLERK, "/start/fault", form),
        ("PUT", "/tasks/<task_key>/draft"): (CLERK, f"/tasks/{keys['task']}/draft", form),
        ("POST", "/tasks/<task_key>/complete"): (CLERK, f"/tasks/{keys['task']}/complete", form),
        ("PUT", f"{ACTION}/draft"): (CLERK, f"{action}/draft", form),
        ("POST", ACTION): (CLERK, action, form),
        ("PUT", f"{MODEL}/draft"): (ADMIN, f"{walks}/draft", model),
        ("POST", f"{MODEL}/deploy"): (ADMIN, f"{walks}/deploy", {**model, "over": False, "comment": ""}),
        ("POST", "/models/check"): (ADMIN, "/models/check", {"kind": "process", "resource": "a.bpmn", "content": "<x"}),
        ("POST", PLAY): (ADMIN, f"{walks}/play", {"now": NOW, "steps": []}),
        ("POST", f"{PLAY}/form"): (ADMIN, f"{walks}/play/form", {"form": "look", "values": {}, "data": {}}),
    }


def test_what_scripts_send_with_nonsense_in_each_field(house: House) -> None:
    """A draft may hold what its form would refuse, and its page shows it again; all else changes nothing."""
    wrong: list[str] = []
    for (method, rule), (who, address, good) in by_script(house.busy).items():
        visitor, before = house.people[who], house.state()
        bodies = [*NO_JSON, *(json.dumps({**good, name: value}).encode() for name in good for value in VALUES)]
        headers = {"Accept": "application/json", "X-CSRF-Token": visitor.word(), "Accept-Language": "zh"}
        for body in bodies if rule not in ENDING else NO_JSON:
            sent = {"data": body, "content_type": "application/json", "headers": headers}
            answer = visitor.client.open(address, method=method, **sent)
            said = answer.get_json().get("detail", "") if answer.status_code >= 400 else "好"
            if (
                answer.status_code >= 500
                or not re.search(r"[一-鿿]", said)
                or ENGLISH.search(re.sub("“[^”]*”", "", said))
            ):
                wrong.append(f"{method} {rule} {body[:60]!r}: {answer.status_code} {said[:90]}")
            after = house.state()
            if before != after and not (answer.status_code < 300 and (rule.endswith("/draft") or rule == BEGINNING)):
                wrong.append(f"{method} {rule} {body[:60]!r}: {answer.status_code} changed something")
            before = after
        if rule.endswith("/draft"):
            assert visitor.get(address.removesuffix("/draft")).status_code == 200, address
    assert not wrong, "\n".join(wrong)


def test_files_that_are_none(house: House) -> None:
    visitor = house.people[ADMIN]
    word = visitor.word()
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    files = ((b"", "a.bpmn"), (b"\x00\xff" * 50, "a.bpmn"), (bomb, "a.bpmn"), (b"<a/>", "a.dmn"), (b"[]", "a.form"))
    named = ((walk("x"), name) for name in ("", "a.exe", "../../a", "长" * 500, "<script>.bpmn\x00"))
    for content, name in (*files, *named):
        for address in ("/models/import", "/documents"):
            before = house.state()
            sent = {CSRF: word, "file": (BytesIO(content), name)}
            answer = visitor.client.post(address, data=sent, headers={"Accept": "text/html"})
            refused, said = told(visitor, answer)
            assert answer.status_code < 500, (address, name)
            assert not refused or (house.state() == before and re.search(r"[一-鿿]{3}", said)), (address, name, said)
    for address in ("/models/import", "/documents"):
        refused, said = told(visitor, visitor.client.post(address, data={CSRF: word}, headers={"Accept": "text/html"}))
        assert refused, address
        assert "文件" in said


def test_every_route_that_changes_something_is_tried(house: House) -> None:
    """By a form that a page shows, or by what scripts send."""
    tried = (
        {(form.method, rule) for _, rule, form in house.forms} | by_script(house.busy).keys() | {("POST", "/documents")}
    )
    routes = {
        (method, rule.rule)
        for rule in house.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if not rule.rule.startswith(API)
    }
    forgetting = {(method, rule) for method, rule in routes if method == "DELETE" and rule.endswith("/draft")}
    assert routes - tried - forgetting == set()


def test_the_same_forms_are_taken_once_they_are_filled_in_well(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else what refuses nonsense above might be another field."""
    house = furnished(app, office, monkeypatch, tmp_path)
    taken = 0
    for who, rule, form in house.forms:
        if form.method == "GET" or form.files or form.fields.keys() == {CSRF}:
            continue
        visitor = house.people[who]
        sent = {**filled(house, form, rule, 0), CSRF: [visitor.word()]}
        answer = visitor.client.post(form.action, data=sent, headers={"Accept": "text/html"})
        refused, said = told(visitor, answer)
        assert not refused, (rule, said)
        taken += 1
    assert taken > 15
