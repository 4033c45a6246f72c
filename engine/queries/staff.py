"""People as administrators look at them: those who have left included, each with its groups."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.directory.groups import Group
from engine.store.models import Membership, Person, Unit


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
