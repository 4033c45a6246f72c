"""People: who they are to the engine, who is in a group, and who answers to a name and password."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Conflict, Invalid, NotFound, Unauthorized
from engine.store import first_row
from engine.store.case_clock import READ_CASE_TIME
from engine.store.models import Membership, Person, Shift, Substitute, Unit

from .groups import Group, parse, readable
from .principal import Principal
from .units import BELOW

_hasher = PasswordHasher()
_NOW = f"({READ_CASE_TIME})"
_VALID = (
    f"({{0}}.valid_from IS NULL OR {{0}}.valid_from <= {_NOW})"
    f" AND ({{0}}.valid_until IS NULL OR {{0}}.valid_until > {_NOW})"
)
# Every request of a person asks this, so it is one round trip: table by table it would be six.
_PRINCIPAL = f"""
    WITH RECURSIVE
    lenders AS (
        SELECT DISTINCT s.person FROM substitutes s WHERE s.substitute = %(person)s AND {_VALID.format("s")}
    ),
    whose AS (SELECT %(person)s::text AS person UNION SELECT person FROM lenders),
    held AS (
        SELECT m.person, m.unit, m.role, m.post, m.specialty FROM memberships m JOIN whose USING (person)
        WHERE {_VALID.format("m")}
        UNION ALL
        SELECT s.person, s.unit, s.role, s.post, NULL FROM shifts s JOIN whose USING (person)
        WHERE s.starts_at <= {_NOW} AND s.ends_at > {_NOW}
    ),
    heads AS (SELECT p.unit AS id FROM people p WHERE p.id = %(person)s UNION SELECT unit FROM held),
    {BELOW}
    SELECT p.id, p.name, p.unit, p.roles, p.language,
           (SELECT json_agg(person ORDER BY person) FROM lenders) AS stood_in_for,
           (SELECT json_agg(json_build_array(h.person, h.unit, h.role, h.post, h.specialty)) FROM held h) AS held,
           (SELECT json_agg(id) FROM below) AS units
    FROM people p WHERE p.id = %(person)s AND p.active
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody is reached."""

    id: str
    name: str
    mail: str | None
    phone: str | None


def principal_of(session: Session, person_id: str, source: str = "web") -> Principal:
    """An active person with the groups it is in now, those of people it stands in for included. Raises NotFound."""
    try:
        found = first_row(session, _PRINCIPAL, {"person": person_id})
    except Invalid:
        found = None  # a name that the database cannot hold
    if found is None:
        raise NotFound("person_unknown", person=person_id)
    person, name, unit, roles, language, stood_in_for, held, units = found
    groups: dict[str, set[str]] = {}
    for whose, *group in held or ():
        groups.setdefault(whose, set()).add(str(Group(*group)))
    return Principal(
        person,
        name,
        unit,
        frozenset(units),
        frozenset(roles),
        frozenset().union(*groups.values()),
        language,
        source,
        own_groups=frozenset(groups.get(person, ())),
        lent=tuple((other, frozenset(groups.get(other, ()))) for other in stood_in_for or ()),
    )


def authenticate(session: Session, person_id: str, password: str, source: str = "api") -> Principal:
    """The person with this name and password. Raises Unauthorized, whatever of the two is wrong."""
    person = session.get(Person, person_id)
    known = person.password_hash if person is not None and person.active else None
    try:
        _hasher.verify(known or _nobody(), password)
    except VerificationError:
        known = None
    if known is None:
        raise Unauthorized("credentials_wrong")
    return principal_of(session, person_id, source)


@cache
def _nobody() -> str:
    """Checked in place of a missing person's hash, so that the time taken tells nobody who exists."""
    return _hasher.hash("nobody")


def password_hash_of(session: Session, person_id: str) -> str | None:
    """The stored hash of an active person, for edges that remember what they have checked."""
    return session.scalar(select(Person.password_hash).where(Person.id == person_id, Person.active))


def set_password(session: Session, person_id: str, password: str) -> None:
    """Give a person a new password. Raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person_unknown", person=person_id)
    person.password_hash = _hasher.hash(password)


def set_language(session: Session, person_id: str, language: str) -> None:
    """Show and write to a person in this language. Raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person_unknown", person=person_id)
    person.language = language


def all_people(session: Session) -> list[Person]:
    """The active people by name."""
    return list(session.scalars(select(Person).where(Person.active).order_by(Person.pinyin, Person.id)))


def add_person(
    session: Session,
    person_id: str,
    name: str,
    unit: str,
    *,
    password: str | None = None,
    roles: Iterable[str] = (),
    groups: Iterable[str] = (),
    mail: str | None = None,
    phone: str | None = None,
    language: str = "zh",
) -> None:
    """A new person. Raises Conflict for an id in use, NotFound for an unknown unit, Invalid for a wrong group."""
    if session.get(Person, person_id) is not None:
        raise Conflict("person_exists", person=person_id)
    if session.get(Unit, unit) is None:
        raise NotFound("unit_unknown", unit=unit)
    session.add(
        Person(
            id=person_id,
            name=name,
            pinyin=pinyin_key(name),
            unit=unit,
            mail=mail,
            phone=phone,
            language=language,
            roles=sorted(roles),
            password_hash=_hasher.hash(password) if password is not None else None,
            active=True,
            created_at=clock.now(),
        )
    )
    session.flush()
    for group in groups:
        join(session, person_id, group)


def join(session: Session, person_id: str, group: str) -> None:
    """Put a person into a group. Raises Invalid for a text that is no group, NotFound for an unknown unit."""
    try:
        parsed = parse(group)
    except ValueError as error:
        raise Invalid("group_malformed", group=group) from error
    if session.get(Unit, parsed.unit) is None:
        raise NotFound("unit_unknown", unit=parsed.unit)
    session.add(
        Membership(person=person_id, unit=parsed.unit, role=parsed.role, post=parsed.post, specialty=parsed.specialty)
    )
    session.flush()


def members(session: Session, group: str) -> list[Contact]:
    """Who is in a group now: those on its roster where there is one at this time, else all its members.

    In a text that is no group there is nobody.
    """
    wanted = next(readable([group]), None)
    if wanted is None:
        return []
    now = clock.now()
    on_duty = select(Shift.person).where(
        Shift.unit == wanted.unit,
        Shift.role == wanted.role,
        Shift.post == wanted.post,
        Shift.starts_at <= now,
        Shift.ends_at > now,
    )
    if wanted.specialty is not None:
        # A roster names no specialties: who is on it without this one could not do what it is asked.
        on_duty = on_duty.where(Shift.person.in_(_members_of(wanted)))
    return _contacts(session, on_duty) or _contacts(session, _members_of(wanted))


def _members_of(wanted: Group) -> Select[tuple[str]]:
    query = select(Membership.person).where(
        Membership.unit == wanted.unit,
        Membership.role == wanted.role,
        Membership.post == wanted.post,
        _valid(Membership),
    )
    if wanted.specialty is None:
        return query
    return query.where(Membership.specialty == wanted.specialty)


def _contacts(session: Session, ids: Select[tuple[str]]) -> list[Contact]:
    query = select(Person).where(Person.id.in_(ids), Person.active).order_by(Person.pinyin, Person.id)
    return [Contact(p.id, p.name, p.mail, p.phone) for p in session.scalars(query)]


def _valid(table: type[Membership] | type[Substitute]) -> ColumnElement[bool]:
    now = clock.now()
    return and_(
        or_(table.valid_from.is_(None), table.valid_from <= now),
        or_(table.valid_until.is_(None), table.valid_until > now),
    )


def pinyin_key(name: str) -> str:
    """What a name is sorted by: PostgreSQL has no Chinese collation."""
    # its dictionaries take longer to load than the rest of the engine, and only naming people needs them
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(name)).lower()
