"""What `ref` fields find: people and units of the directory, records of ports as far as the reader sees them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine import store
from engine.directory.people import add_person
from engine.directory.principal import Principal
from engine.errors import NotFound, Unavailable
from engine.store.models import Person, Unit
from engine.work import lookups
from engine.work.contract import Lookup, Port, Retry
from tests.databases import lent

UNITS = (
    ("HQ", None, "hq", "总部"),
    ("GD", "HQ", "prov", "广东"),
    ("GD-GZ", "GD", "city", "广州"),
    ("ZJ", "HQ", "prov", "浙江"),
)
RECORDS = [
    {"id": "1", "label": "city", "unit": "GD-GZ"},
    {"id": "2", "label": "above", "unit": "HQ"},
    {"id": "3", "label": "elsewhere", "unit": "ZJ"},
    {"id": "4", "label": "shared", "units": ["ZJ", "GD-GZ"]},
    {"id": "5", "label": "for all"},
]
READER = Principal("li", "李娜", "GD-GZ", frozenset({"GD-GZ"}))
PROVINCE = Principal("wu", "吴刚", "GD", frozenset({"GD", "GD-GZ"}))


def records(text: str, limit: int, port: Port) -> list[dict[str, object]]:
    return [one for one in RECORDS if text in str(one["label"])][:limit]


def busy(text: str, limit: int, port: Port) -> list[dict[str, object]]:
    raise Retry(timedelta(seconds=1), "not now")


@pytest.fixture(scope="module", autouse=True)
def directory(server: store.EmbeddedServer) -> Iterator[None]:
    """People and units, changed by no test."""
    with lent(server) as url:
        store.configure(url)
        with store.transaction() as session:
            for id_, parent, level, name in UNITS:
                session.add(Unit(id=id_, parent=parent, level=level, name=name, name_en=id_, pinyin=id_.lower()))
                session.flush()
            add_person(session, "li.na", "李娜", "GD-GZ")
            add_person(session, "an.li", "安丽", "GD")
            add_person(session, "gone", "李离", "GD")
            person = session.get(Person, "gone")
            assert person is not None
            person.active = False
        yield
        store.dispose()


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"record": Lookup(None, records), "ported": Lookup("inventory", records), "busy": Lookup(None, busy)}
    monkeypatch.setattr(lookups, "lookups", lambda: found)


def found(kind: str, text: str = "", reader: Principal = READER) -> list[str]:
    with store.transaction() as session:
        return [one["id"] for one in lookups.look_up(session, reader, kind, text)]


@pytest.mark.parametrize(
    ("text", "people"),
    [("", ["an.li", "li.na"]), ("李", ["li.na"]), ("AN L", ["an.li"]), ("li.n", ["li.na"]), ("%", []), ("离", [])],
)
def test_people_are_found_by_name_account_and_pinyin_but_for_those_who_left(text: str, people: list[str]) -> None:
    assert found("person", text) == people


@pytest.mark.parametrize(
    ("text", "units"), [("广", ["GD", "GD-GZ"]), ("gd-", ["GD-GZ"]), ("ZJ", ["ZJ"]), ("_", []), ("x", [])]
)
def test_units_are_found_by_name_in_both_languages(text: str, units: list[str]) -> None:
    assert found("unit", text) == units


def test_a_record_is_for_its_units_and_those_above_and_below() -> None:
    assert found("record") == ["1", "2", "4", "5"]
    assert found("record", "ity") == ["1"]
    assert found("record", reader=PROVINCE) == ["1", "2", "4", "5"]
    assert found("record", reader=Principal("x", "x", "ZJ", frozenset({"ZJ"}))) == ["2", "3", "4", "5"]


def test_no_more_is_told_than_can_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MOST", 2)
    assert found("record") == ["1", "2"]
    assert found("person") == ["an.li", "li.na"][:2]


def test_what_nobody_serves_and_what_cannot_be_asked_now_are_told_apart() -> None:
    with pytest.raises(NotFound):
        found("nonsense")
    for kind in ("ported", "busy"):
        with pytest.raises(Unavailable):
            found(kind)
