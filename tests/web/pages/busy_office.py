"""An office in which something stands on every page: cases at every turn, and what analysts and operators keep."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text

from engine import store
from engine.directory.acting import acting
from engine.directory.people import principal_of, set_password
from engine.directory.sessions import open_session
from engine.instances import start as start_instance
from tests.browser.site import files
from tests.engine.factories import diagram, end, event_sub, flows, message, service, start, user
from tests.web.office import Office
from tests.web.pages.conftest import Visitor
from tests.web.pages.page_forms import CSRF, PageForm, forms_of

# The last is an operator of another city.
CLERK, ADMIN, FOREIGNER = "li.na", "admin", "guo.jing"
TABLE = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
    '<decision id="grade" name="等级"><decisionTable id="t"><input id="i" label="级"><inputExpression id="x">'
    '<text>level</text></inputExpression></input><output id="o" name="grade" /></decisionTable></decision>'
    "</definitions>"
)
# Waits for an action with a form.
ACTING = diagram(
    start("s"),
    user("wait", "GD-GZ.crc.duty", name="等待"),
    end("e"),
    event_sub(
        "more",
        start(
            "told",
            message("told", '="x"'),
            interrupting=False,
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
# Gets stuck on a variable that is missing; the element has one of its own.
STUCK = diagram(
    start("s"),
    service("measure", "=topic", name="测量", inputs={"mine": "=1"}),
    end("e"),
    flows("s measure e"),
    process_id="stuck",
    name="会卡住",
    unit='="GD-GZ"',
    starters="*.crc.*",
)


def walk(step: str) -> bytes:
    """One task with this id."""
    return diagram(
        start("s"),
        user(step, "GD-GZ.crc.duty", name="查看"),
        end("e"),
        flows(f"s {step} e"),
        process_id="walk",
        name="走",
        unit='="GD-GZ"',
        starters="*.crc.*",
    )


@dataclass(frozen=True)
class Busy:
    """Addresses of pages by who opens them (None: a stranger), and the keys that stand in them."""

    pages: Mapping[str | None, Sequence[str]]
    keys: Mapping[str, int]


def fill(office: Office, clerk: Visitor, admin: Visitor) -> Busy:
    """Let it be a busy day."""
    office.deploy(
        *[(one.name, one.content) for one in files()],
        ("acting.bpmn", ACTING),
        ("stuck.bpmn", STUCK),
        ("walk.bpmn", walk("look")),
        ("grade.dmn", TABLE.encode()),
    )
    cases = {name: _started(name) for name in ("fault", "acting", "stuck", "walk")}
    other, spare = _started("fault"), _started("fault")
    office.deploy(("walk.bpmn", walk("see")))
    keys = {
        **cases,
        "task": _one(office, "tasks", cases["fault"]),
        "free_task": _one(office, "tasks", other),
        "spare_task": _one(office, "tasks", spare),
        "action": _one(office, "subscriptions", cases["acting"]),
        "incident": _one(office, "incidents", cases["stuck"]),
    }
    _kept(clerk, admin, keys)
    office.rows(
        "INSERT INTO commands (instance_key, kind, payload, failed_at, error)"
        ' VALUES (:key, \'nobody_knows\', \'{"by": {"id": "x", "source": "web"}}\', now(), \'x\') RETURNING id',
        key=keys["stuck"],
    )
    keys["batch"] = int(office.rows("SELECT key FROM batches")[0].key)
    code = office.rows("SELECT code FROM incidents")[0].code
    return Busy({None: ["/login"], CLERK: _of_clerk(keys), ADMIN: _of_admin(keys, code)}, keys)


def _started(process_id: str) -> int:
    with store.transaction() as session, acting(principal_of(session, CLERK)):
        return start_instance(session, process_id=process_id, variables={"seen": {"deep": [1]}}).key


def _one(office: Office, table: str, case: int) -> int:
    return int(office.rows(f"SELECT key FROM {table} WHERE instance_key = :case ORDER BY key", case=case)[0].key)


def _kept(clerk: Visitor, admin: Visitor, keys: Mapping[str, int]) -> None:
    """What people have done by their pages."""
    clerk.post(f"/tasks/{keys['task']}/claim")
    clerk.post("/me/substitutes", person="chen.chen", begins="2026-11-01", ends="2030-01-01")
    clerk.post(f"/cases/{keys['fault']}/comments", text="已联系客户")
    admin.post("/operations/batches", kind="cancel", process="acting", version="1")
    admin.post("/operations/tokens", name="工单系统", unit="GD-GZ", days="30", role="worker")
    admin.send("PUT", "/models/processes/walk/draft", {"content": walk("again").decode(), "base": 2})


def _of_clerk(keys: Mapping[str, int]) -> list[str]:
    tabs = ("timeline", "variables", "forms", "decisions", "called", "comments")
    return [
        *(f"/inbox?tab={tab}" for tab in ("mine", "groups", "overdue", "done")),
        f"/tasks/{keys['task']}",
        f"/tasks/{keys['free_task']}",
        "/start",
        "/start/fault",
        "/cases",
        "/cases?process=walk&version=1&state=active",
        *(f"/cases/{keys['fault']}?tab={tab}" for tab in tabs),
        f"/cases/{keys['acting']}",
        f"/cases/{keys['acting']}/actions/{keys['action']}",
        "/me",
    ]


def _of_admin(keys: Mapping[str, int], code: str) -> list[str]:
    parts = ("cases", "batches", "waiting", "workers", "people", "tokens")
    batches = (
        "kind=cancel&process=walk&version=1",
        "kind=migrate&process=walk&version=1",
        f"kind=resolve&process=stuck&version=1&element=measure&code={code}",
    )
    models = [f"/models/processes/walk{below}" for below in ("", "/versions", "/texts", "/compare", "/play")]
    return [
        "/models",
        *models,
        "/models/forms/look",
        "/models/forms/look/texts",
        "/models/decisions/grade",
        "/models/decisions/grade/texts",
        "/operations",
        *(f"/operations/{part}" for part in parts),
        f"/operations/incidents/{keys['incident']}",
        f"/operations/batches/{keys['batch']}",
        *(f"/operations/batches/new?{asked}" for asked in batches),
        f"/operations/cases/{keys['walk']}?version=2",
        f"/operations/cases/{keys['stuck']}",
        f"/cases/{keys['walk']}",
    ]


@dataclass
class House:
    """The application in demo mode, its people's browsers, and what there is to see."""

    app: Flask
    office: Office
    people: Mapping[str | None, Visitor]
    busy: Busy
    forms: list[tuple[str | None, str, PageForm]] = field(init=False)

    def __post_init__(self) -> None:
        self.forms = list(self._forms())

    def state(self) -> list[Any]:
        """All that is kept, as a number a table; sessions and counted attempts to log in apart."""
        told = "SELECT '{0}', count(*), sum(hashtextextended(t::text, 0)) FROM {0} t"
        return self.office.rows(" UNION ALL ".join(told.format(table) for table in self._tables()))

    def _tables(self) -> list[str]:
        found = self.office.rows(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition AND relname NOT IN ('login_sessions', 'login_attempts')"
        )
        return [row.relname for row in found]

    def _forms(self) -> Iterator[tuple[str | None, str, PageForm]]:
        """Each form once, with who meets it and its route."""
        seen = set()
        for who, pages in self.busy.pages.items():
            for address in pages:
                answer = self.people[who].get(address)
                assert answer.status_code == 200, address
                for form in forms_of(answer.get_data(as_text=True), address):
                    rule = self.rule(form.method, form.action)
                    kind = (form.method, rule, tuple(form.fields), form.fields.get("kind"))
                    if kind not in seen:
                        seen.add(kind)
                        yield who, rule, form

    def fields(self, method: str) -> list[tuple[str | None, str, PageForm, str]]:
        """Each field once, with who meets it, its route and form."""
        found: dict[tuple[Any, ...], tuple[str | None, str, PageForm, str]] = {}
        for who, rule, form in self.forms:
            for name in sorted(form.fields.keys() - {CSRF}):
                if form.method == method:
                    found.setdefault((rule, anyone(name), form.fields.get("kind")), (who, rule, form, name))
        return list(found.values())

    def rule(self, method: str, address: str) -> str:
        matched, _ = self.app.url_map.bind("localhost").match(urlsplit(address).path, method=method, return_rule=True)
        return str(matched.rule)


def furnished(app: Flask, office: Office, patch: pytest.MonkeyPatch, data: Path) -> House:
    """The office on a busy day. Passwords are checked quickly, as many are tried."""
    patch.setenv("TRUNKLINE_DATA", str(data))
    patch.setenv("TRUNKLINE_HANDLERS", "tests.browser.records")
    quick = PasswordHasher(1, 8, 1)
    patch.setattr("engine.directory.people._hasher", quick)
    patch.setattr("engine.directory.people._nobody", lambda: quick.hash("nobody"))
    with store.transaction() as session:
        set_password(session, CLERK, "demo")
        session.execute(text("UPDATE people SET roles = '{operator}' WHERE id = :person"), {"person": FOREIGNER})
    people = {person: _browser(app, person) for person in (None, CLERK, ADMIN, FOREIGNER)}
    return House(app, office, people, fill(office, people[CLERK], people[ADMIN]))


def _browser(app: Flask, person: str | None) -> Visitor:
    client = app.test_client()
    if person is not None:
        with store.transaction() as session:
            client.set_cookie("trunkline_session", open_session(session, person))
    return Visitor(client)


def anyone(field: str) -> str:
    """Fields of English texts are as many as a model has texts; they are all alike."""
    return "text.*" if field.startswith("text.") else field
