"""People: what they may see and do, who is in a group now, and passwords."""

from datetime import UTC, datetime, timedelta

import pytest

from engine import clock, store
from engine.directory import people
from engine.directory.organisation import DEMO, load
from engine.errors import Conflict, Invalid, NotFound, Unauthorized
from engine.store.models import Membership, Person, Shift, Substitute

pytestmark = pytest.mark.usefixtures("organisation")


def test_a_unit_sees_itself_and_all_below() -> None:
    with store.transaction() as session:
        city = people.principal_of(session, "li.na")
        province = people.principal_of(session, "wu.gang")
        headquarters = people.principal_of(session, "zhao.min")
    assert city.units == {"GD-GZ"}
    assert province.units == {"GD", "GD-GZ", "GD-SZ"}
    assert headquarters.units == {"HQ", "GD", "GD-GZ", "GD-SZ"}
    assert province.may_see(frozenset({"GD-SZ"}))
    assert not city.may_see(frozenset({"GD-SZ", "GD"}))


def test_rights_follow_groups_and_platform_roles() -> None:
    with store.transaction() as session:
        desk = people.principal_of(session, "li.na")
        manager = people.principal_of(session, "zhou.yu")
    assert desk.may_start(("*.service_desk.*",))
    assert not desk.may_start(("*.noc.*",))
    assert manager.may_start(())
    assert not desk.may_start(())
    assert manager.may_deploy()
    assert manager.may_operate()
    assert not desk.may_deploy()
    assert not desk.may_operate()
    assert desk.may_work_on(("GD-GZ.crc.duty",), (), None)
    assert desk.may_work_on((), ("li.na",), None)
    assert desk.may_work_on((), (), "li.na")
    assert not desk.may_work_on(("GD-SZ.crc.duty",), (), None)
    assert not desk.may_work_on((), (), None)
    assert manager.may_work_on((), (), None)


def test_a_substitute_may_what_the_other_may_for_that_time() -> None:
    with store.transaction() as session:
        now = clock.now()
        session.add(
            Substitute(
                person="guo.jing", substitute="li.na", valid_from=now - timedelta(1), valid_until=now + timedelta(1)
            )
        )
        session.flush()
        assert "GD-SZ.crc.duty" in people.principal_of(session, "li.na").groups
        assert "GD-SZ" in people.principal_of(session, "li.na").units
        stands_in = people.principal_of(session, "li.na").stands_in
        assert stands_in(("GD-SZ.crc.duty",), (), None) == "guo.jing"
        assert stands_in((), (), "guo.jing") == "guo.jing"
        assert stands_in(("GD-GZ.crc.duty", "GD-SZ.crc.duty"), (), None) is None
        assert stands_in(("GD-SZ.crc.duty",), (), "li.na") == "guo.jing"
        assert stands_in(("GD-SZ.crc.duty",), (), "chen.chen") is None
        row = session.query(Substitute).filter_by(substitute="li.na").one()
        row.valid_until = now - timedelta(hours=1)
        session.flush()
        assert "GD-SZ.crc.duty" not in people.principal_of(session, "li.na").groups


def test_a_membership_that_is_over_counts_no_more() -> None:
    with store.transaction() as session:
        for membership in session.query(Membership).filter_by(person="li.na"):
            membership.valid_until = clock.now()
        session.flush()
        assert people.principal_of(session, "li.na").groups == frozenset()
        assert "li.na" not in {c.id for c in people.members(session, "GD-GZ.crc.duty")}


def test_the_roster_comes_before_membership() -> None:
    with store.transaction() as session:
        before = [contact.id for contact in people.members(session, "GD-GZ.crc.duty")]
        now = clock.now()
        shift = Shift(
            unit="GD-GZ", role="crc", post="duty", person="lin.tao", starts_at=now, ends_at=now + timedelta(hours=8)
        )
        session.add(shift)
        session.flush()
        assert [contact.id for contact in people.members(session, "GD-GZ.crc.duty")] == ["lin.tao"]
        assert "GD-GZ.crc.duty" in people.principal_of(session, "lin.tao").groups
        shift.starts_at, shift.ends_at = now - timedelta(hours=8), now
        session.flush()
        assert [contact.id for contact in people.members(session, "GD-GZ.crc.duty")] == before
        for other in (
            {"unit": "GD-SZ"},
            {"role": "noc"},
            {"post": "duty_lead"},
            {"starts_at": now + timedelta(hours=1)},
        ):
            given = {"unit": "GD-GZ", "role": "crc", "post": "duty", "starts_at": now, **other}
            session.add(Shift(**given, person="lin.tao", ends_at=now + timedelta(hours=8)))
        session.flush()
        assert [contact.id for contact in people.members(session, "GD-GZ.crc.duty")] == before
    assert before == ["chen.chen", "li.na"]


def test_a_roster_is_followed_by_those_who_have_the_specialty() -> None:
    with store.transaction() as session:
        people.add_person(session, "x", "许仙", "GD-GZ", groups=["GD-GZ.store.duty.data"])
        people.add_person(session, "y", "白素贞", "GD-GZ", groups=["GD-GZ.store.duty.data"])
        now = clock.now()
        for person in ("lin.tao", "y"):
            shift = {"starts_at": now, "ends_at": now + timedelta(hours=8)}
            session.add(Shift(unit="GD-GZ", role="store", post="duty", person=person, **shift))
            session.flush()
            told = {contact.id for contact in people.members(session, "GD-GZ.store.duty.data")}
            assert told == ({"y"} if person == "y" else {"x", "y"})
        assert {contact.id for contact in people.members(session, "GD-GZ.store.duty")} == {"lin.tao", "y"}


def test_members_of_a_specialty_are_those_who_have_it() -> None:
    with store.transaction() as session:
        people.add_person(session, "x", "许仙", "GD-GZ", groups=["GD-GZ.store.duty.data"])
        people.add_person(session, "y", "白素贞", "GD-GZ", groups=["GD-GZ.store.duty"])
        assert [c.id for c in people.members(session, "GD-GZ.store.duty.data")] == ["x"]
        assert people.members(session, "GD-GZ.store.duty.power") == []
        assert [c.id for c in people.members(session, "GD-GZ.store.duty")] == ["y", "x"]
        for person in ("x", "y"):
            may = people.principal_of(session, person).may_work_on(("GD-GZ.store.duty.data",), (), None)
            assert may is (person == "x")


def test_names_sort_as_they_are_read() -> None:
    assert people.pinyin_key("张三") > people.pinyin_key("李四")
    assert people.pinyin_key("李娜") == "li na"


@pytest.mark.parametrize(("person", "password"), [("li.na", "wrong"), ("nobody", "demo"), ("", ""), ("li.na", "")])
def test_a_wrong_name_and_a_wrong_password_sound_the_same(person: str, password: str) -> None:
    with store.transaction() as session, pytest.raises(Unauthorized) as refusal:
        people.authenticate(session, person, password)
    assert refusal.value.code == "credentials_wrong"


def test_the_right_password_opens() -> None:
    with store.transaction() as session:
        assert people.authenticate(session, "li.na", "demo").name == "李娜"
        people.set_password(session, "li.na", "another")
    with store.transaction() as session:
        assert people.authenticate(session, "li.na", "another").id == "li.na"
        with pytest.raises(Unauthorized):
            people.authenticate(session, "li.na", "demo")


def test_who_has_left_is_nobody() -> None:
    with store.transaction() as session:
        person = session.get(Person, "li.na")
        assert person is not None
        person.active = False
        session.flush()
        with pytest.raises(Unauthorized):
            people.authenticate(session, "li.na", "demo")
        with pytest.raises(NotFound):
            people.principal_of(session, "li.na")
        assert "li.na" not in {contact.id for contact in people.members(session, "GD-GZ.crc.duty")}


def test_passwords_are_kept_as_argon2_only() -> None:
    with store.transaction() as session:
        person = session.get(Person, "li.na")
    assert person is not None
    assert person.password_hash is not None
    assert person.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("person", "unit", "group", "refusal"),
    [
        ("li.na", "GD", None, Conflict),
        ("new", "XX", None, NotFound),
        ("new", "GD", "nonsense", Invalid),
        ("new", "GD", "XX.crc.duty", NotFound),
    ],
)
def test_refuses_people_who_cannot_be(person: str, unit: str, group: str | None, refusal: type[Exception]) -> None:
    with store.transaction() as session, pytest.raises(refusal):
        people.add_person(session, person, "某人", unit, groups=[group] if group else [])


def test_loading_again_changes_what_changed_and_keeps_passwords() -> None:
    text = (
        DEMO.read_text(encoding="utf-8").replace("李娜", "李娜娜").replace("GD-GZ.service_desk.duty", "GD-GZ.am.duty")
    )
    with store.transaction() as session:
        people.set_password(session, "li.na", "mine")
        load(session, text)
    with store.transaction() as session:
        person = people.authenticate(session, "li.na", "mine")
    assert person.name == "李娜娜"
    assert person.groups == {"GD-GZ.crc.duty", "GD-GZ.am.duty"}


@pytest.mark.parametrize(
    "text",
    [
        "people: 3",
        "people: [{id: x}]",
        "units: [",
        "substitutes: [{person: a}]",
        "- x",
        "substitutes: [{person: li.na, substitute: wang.wei, from: 2026-13-01}]",
        pytest.param("[" * 9999, id="deep"),
    ],
)
def test_a_malformed_organisation_is_refused(text: str) -> None:
    with store.transaction() as session, pytest.raises(Invalid) as refusal:
        load(session, text, "org.yaml")
    assert refusal.value.parameters["file"] == "org.yaml"


def test_shifts_come_from_the_file_with_their_zone() -> None:
    text = (
        "shifts: [{unit: GD-GZ, role: crc, post: duty, person: li.na, "
        "from: 2026-11-23T08:00:00+08:00, until: 2026-11-23T20:00:00+08:00}]"
    )
    with store.transaction() as session:
        load(session, text)
        assert session.query(Shift).one().starts_at == datetime(2026, 11, 23, 0, tzinfo=UTC)
