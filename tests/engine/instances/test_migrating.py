"""Migrating instances on the database: every row follows in one transaction, and what is refused changes nothing."""

import pytest

from engine import store
from engine.core.commands import FailJob
from engine.errors import Conflict, Invalid, NotFound
from engine.instances import cancel, check_mapping, migrate, resume, suspend
from tests.engine.factories import boundary, catch, diagram, end, flows, message, parallel, service, start, timer, user
from tests.engine.house import House


def version(mark: str, *, late: bool = False) -> bytes:
    parts = [user(f"u{mark}"), service(f"j{mark}"), service(f"i{mark}"), catch(f"m{mark}", message("word"))]
    parts += [catch(f"t{mark}", timer(duration="PT1H"))]
    ways = [f"f {kind}{mark} e" for kind in "ujimt"]
    more = [boundary("late", f"u{mark}", message("hurry")), flows("late e")] if late else []
    return diagram(start("s"), parallel("f"), *parts, *more, end("e"), flows("s f", *ways))


MAPPING = {f"{kind}1": f"{kind}2" for kind in "ujimt"}


def move(key: int, definition_key: int, mapping: dict[str, str]) -> None:
    with store.transaction() as session:
        migrate(session, key, definition_key, mapping)


def begun(house: House) -> tuple[int, int]:
    """A case of the first version with an incident at `i1`, and the key of the second version."""
    house.deploy(version("1"))
    key = house.start().key
    at, element_key = house.row("SELECT key, element_key FROM jobs WHERE element = 'i1'")
    house.advance(key, FailJob(at, element_key, 0, "broken"))
    [second] = house.deploy(version("2", late=True)).definitions
    return key, second.key


def test_every_row_follows(house: House) -> None:
    key, second = begun(house)
    move(key, second, MAPPING)
    assert house.row("SELECT definition_key, version FROM instances") == (second, 2)
    for table, elements in (
        ("jobs", ["i2", "j2"]),
        ("tasks", ["u2"]),
        ("subscriptions", ["late", "m2"]),
        ("incidents", ["i2"]),
    ):
        rows = house.rows(f"SELECT element, definition_key FROM {table} ORDER BY element")
        assert rows == [(element, second) for element in elements]
    assert house.rows("SELECT element FROM timers") == [("t2",)]
    data = house.value("SELECT data FROM history WHERE kind = 'instance_migrated'")
    assert data == {"from": 1, "to": 2, "mapping": MAPPING}
    house.complete("u2")
    house.finish("j2")
    assert house.rows("SELECT element FROM subscriptions") == [("m2",)]
    assert ("element_completed", "u2") in house.told(key)


def test_what_is_refused_changes_nothing(house: House) -> None:
    key, second = begun(house)
    before = house.everything()
    with pytest.raises(Invalid) as refused:
        move(key, second, {"u1": "u2"})
    assert [finding.element for finding in refused.value.findings] == ["j1", "i1", "m1", "t1"]
    with pytest.raises(NotFound):
        move(key, 999 << 24, MAPPING)
    with pytest.raises(NotFound, match="instance_unknown"):
        move(999 << 24, second, MAPPING)
    assert house.everything() == before


def test_a_case_that_has_ended_or_stands_is_not_migrated(house: House) -> None:
    key, second = begun(house)
    with store.transaction() as session:
        suspend(session, key)
    with pytest.raises(Conflict, match="instance_suspended"):
        move(key, second, MAPPING)
    with store.transaction() as session:
        resume(session, key)
        cancel(session, key)
    with pytest.raises(Conflict, match="instance_ended"):
        move(key, second, MAPPING)


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"u1": "nowhere"}, "migration_target_unknown"),
        ({"nowhere": "u2"}, "migration_source_unknown"),
        ({"u1": "t2"}, "migration_kind_changed"),
    ],
)
def test_a_mapping_is_checked_before_any_case_is_touched(house: House, mapping: dict[str, str], code: str) -> None:
    """Before a batch of many: what neither version has would be refused by each of them."""
    [first] = house.deploy(version("1")).definitions
    [second] = house.deploy(version("2")).definitions
    with store.transaction() as session:
        check_mapping(session, first.key, second.key, {})
        check_mapping(session, first.key, second.key, MAPPING)
        with pytest.raises(Invalid) as refused:
            check_mapping(session, first.key, second.key, mapping)
    assert [finding.code for finding in refused.value.findings] == [code]
