"""What administrators do with people and tokens, and whom people name to stand in for them."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import clock, store
from engine.directory.people import add_person, principal_of
from engine.directory.principal import Principal
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.models import Unit
from engine.work import api_tokens, staff
from tests.engine.work.conftest import Desk

ADMIN = Principal("root", "root", "HQ", frozenset({"HQ"}), frozenset({"admin"}))
OPERATOR = Principal("op", "op", "HQ", frozenset({"HQ"}), frozenset({"operator", "analyst"}))
LI = Principal("li", "李娜", "HQ", frozenset({"HQ"}))
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def people(desk: Desk) -> None:
    with store.transaction() as session:
        for id_, level in (("HQ", "hq"), ("GD", "prov")):
            session.add(
                Unit(id=id_, level=level, parent=None if id_ == "HQ" else "HQ", name=id_, name_en=id_, pinyin=id_)
            )
            session.flush()
        for person, unit in (("root", "HQ"), ("li", "HQ"), ("chen", "HQ"), ("gone", "HQ"), ("wu", "GD")):
            add_person(session, person, person, unit, roles=["admin"] if person == "root" else [])
        staff.let_go(session, ADMIN, "gone")


COMMANDS: dict[str, Callable[[Session, Principal], Any]] = {
    "hire": lambda session, who: staff.hire(session, who, "new", "新", "HQ", mail="new@hq.example", roles=["analyst"]),
    "let go": lambda session, who: staff.let_go(session, who, "chen"),
    "take back": lambda session, who: staff.take_back(session, who, "gone"),
    "roles": lambda session, who: staff.give_roles(session, who, "li", ["operator"]),
    "password": lambda session, who: staff.reset_password(session, who, "li", "another one"),
    "into a group": lambda session, who: staff.enter_group(session, who, "li", "HQ.crc.duty"),
    "issue": lambda session, who: api_tokens.issue_token(session, who, "erp", "HQ", lifetime=DAY),
    "tokens": lambda session, who: api_tokens.issued_tokens(session, who),
}


def test_administrators_alone_do_it() -> None:
    for command in COMMANDS.values():
        for principal in (OPERATOR, LI):
            with pytest.raises(Forbidden), store.transaction() as session:
                command(session, principal)
        with store.transaction() as session:
            command(session, ADMIN)


WRONG_PEOPLE: tuple[dict[str, Any], ...] = (
    {"person": ""},
    {"person": "Li"},
    {"person": "a b"},
    {"person": "a" * 61},
    {"name": " "},
    {"name": "名" * 101},
    {"name": "a\u202eb"},
    {"mail": "no mail"},
    {"mail": "a@b\nBcc: c@d"},
    {"mail": "a" * 250 + "@b.cn"},
    {"roles": ["root"]},
    {"roles": ["worker"]},
    {"groups": ["crc"]},
)


def test_a_person_who_cannot_be_is_refused(desk: Desk) -> None:
    before = desk.value("SELECT count(*) FROM people")
    for given in WRONG_PEOPLE:
        whole = {"person": "new", "name": "新", "unit": "HQ", "mail": None, "roles": [], "groups": [], **given}
        with pytest.raises(Invalid), store.transaction() as session:
            staff.hire(session, ADMIN, **whole)
    assert desk.value("SELECT count(*) FROM people") == before


def test_nobody_takes_the_administration_from_oneself() -> None:
    with store.transaction() as session:
        for command in (
            lambda: staff.let_go(session, ADMIN, "root"),
            lambda: staff.give_roles(session, ADMIN, "root", ["operator"]),
        ):
            with pytest.raises(Conflict):
                command()
        staff.give_roles(session, ADMIN, "root", ["operator", "admin"])
    with store.transaction() as session:
        assert principal_of(session, "root").roles == {"operator", "admin"}


SUBSTITUTES = (
    ("chen", -DAY, DAY, None),
    ("chen", DAY, 2 * DAY, None),
    ("chen", DAY, DAY, Invalid),
    ("chen", -2 * DAY, timedelta(), Invalid),
    ("li", -DAY, DAY, Conflict),
    ("wu", -DAY, DAY, NotFound),
    ("gone", -DAY, DAY, NotFound),
    ("nobody", -DAY, DAY, NotFound),
)


def test_a_substitute_is_a_colleague_for_a_time_that_is_not_over(desk: Desk) -> None:
    for other, begins, ends, refusal in SUBSTITUTES:
        with pytest.raises(refusal) if refusal else nullcontext(), store.transaction() as session:
            staff.name_substitute(session, LI, other, clock.now() + begins, clock.now() + ends)
    first, second = desk.rows("SELECT number FROM substitutes ORDER BY number")
    with pytest.raises(NotFound), store.transaction() as session:
        staff.end_substitute(session, ADMIN, first.number)
    with store.transaction() as session:
        staff.end_substitute(session, LI, first.number)
    assert desk.rows("SELECT number FROM substitutes") == [second]


WRONG_TOKENS: tuple[dict[str, Any], ...] = (
    {"name": " "},
    {"name": "a" * 101},
    {"roles": ["root"]},
    {"groups": ["crc"]},
    {"lifetime": timedelta(hours=23)},
    {"lifetime": timedelta(days=3651)},
)


def test_a_token_that_cannot_be_is_refused() -> None:
    for given in WRONG_TOKENS:
        with pytest.raises(Invalid), store.transaction() as session:
            api_tokens.issue_token(session, ADMIN, **{"name": "erp", "unit": "HQ", "lifetime": DAY, **given})
