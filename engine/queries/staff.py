"""People as administrators look at them, those who have left included, each with its groups; who stands in for whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from engine import clock
from engine.directory.groups import Group
from engine.store.models import Membership, Person, Substitute, Unit


@dataclass(frozen=True, slots=True)
class Employee:
    """One person. `groups` are those it is put into, whatever the time of the membership."""

    id: str
    name: str
    unit: str
    unit_name: str
    unit_name_en: str
    mail: str | None
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    active: bool
    has_password: bool


def everybody(session: Session) -> list[Employee]:
    """All people: by unit, then by name."""
    groups: dict[str, list[str]] = {}
    for one in session.scalars(select(Membership).order_by(Membership.number)):
        groups.setdefault(one.person, []).append(str(Group(one.unit, one.role, one.post, one.specialty)))
    query = select(Person, Unit).join(Unit, Unit.id == Person.unit).order_by(Person.unit, Person.pinyin, Person.id)
    return [
        Employee(
            person.id,
            person.name,
            person.unit,
            unit.name,
            unit.name_en,
            person.mail,
            tuple(person.roles),
            tuple(groups.get(person.id, ())),
            person.active,
            person.password_hash is not None,
        )
        for person, unit in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """`substitute` stands in for `person` in this time; both by name."""

    number: int
    person: str
    substitute: str
    is_mine: bool
    begins: datetime | None
    ends: datetime | None


def substitutes(session: Session, person: str) -> list[Standing]:
    """Who stands in for a person, and for whom it does, now or later; the soonest first."""
    absent, present = aliased(Person), aliased(Person)
    query = (
        select(Substitute, absent.name, present.name)
        .join(absent, absent.id == Substitute.person)
        .join(present, present.id == Substitute.substitute)
        .where(or_(Substitute.person == person, Substitute.substitute == person))
        .where(or_(Substitute.valid_until.is_(None), Substitute.valid_until > clock.now()))
        .order_by(Substitute.valid_from, Substitute.number)
    )
    return [
        Standing(row.number, of, by, row.person == person, row.valid_from, row.valid_until)
        for row, of, by in session.execute(query)
    ]
