"""What administrators do with people: add them, let them leave and come back, put them into groups and out again.

People themselves name who stands in for them.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from engine import clock, history
from engine.directory.groups import parse
from engine.directory.people import add_person, join, set_password
from engine.directory.principal import Principal
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.models import LoginSession, Membership, Person, Substitute

PLATFORM_ROLES = ("admin", "analyst", "operator")
# 254: what fits the 256 octets of a path in SMTP (RFC 5321, 4.5.3.1.3) with its angle brackets.
LONGEST_ID, LONGEST_NAME, LONGEST_MAIL = 60, 100, 254
# As browsers check it: something, an @, a domain. Whether a mailbox is there only a mail can tell.
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")


def hire(
    session: Session,
    principal: Principal,
    person: str,
    name: str,
    unit: str,
    *,
    password: str | None = None,
    mail: str | None = None,
    roles: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> None:
    """Add a person. Raises Forbidden, Invalid, Conflict for a name in use, NotFound for an unknown unit."""
    require_admin(principal)
    name = name.strip()
    is_account = person and set(person) <= _ID_CHARACTERS and len(person) <= LONGEST_ID
    if not is_account or not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid("person_malformed", longest_id=LONGEST_ID, longest_name=LONGEST_NAME)
    if mail is not None and not (_MAIL.fullmatch(mail) and len(mail) <= LONGEST_MAIL):
        raise Invalid("mail_malformed", mail=mail[:LONGEST_NAME])
    _require_known(roles)
    add_person(session, person, name, unit, password=password, roles=roles, groups=groups, mail=mail)
    history.record(session, "person_added", data={"person": person, "roles": list(roles), "groups": list(groups)})


def let_go(session: Session, principal: Principal, person: str) -> None:
    """From now on this person logs in no more; its name stays in history. Raises Conflict for oneself."""
    if person == principal.id:
        raise Conflict("person_is_you")
    _employee(session, principal, person).active = False
    session.execute(delete(LoginSession).where(LoginSession.person == person))
    history.record(session, "person_deactivated", data={"person": person})


def take_back(session: Session, principal: Principal, person: str) -> None:
    """This person may log in again."""
    _employee(session, principal, person).active = True
    history.record(session, "person_activated", data={"person": person})


def give_roles(session: Session, principal: Principal, person: str, roles: Sequence[str]) -> None:
    """The platform roles this person has from now on. Raises Invalid, Conflict for taking one's own administration."""
    found = _employee(session, principal, person)
    _require_known(roles)
    # Nobody takes the last administrator away: whoever takes roles keeps the role to do so.
    if person == principal.id and "admin" not in roles:
        raise Conflict("person_is_you")
    found.roles = sorted(set(roles))
    history.record(session, "person_roles_changed", data={"person": person, "roles": found.roles})


def reset_password(session: Session, principal: Principal, person: str, password: str) -> None:
    """A new password for somebody, who is logged out everywhere."""
    _employee(session, principal, person)
    set_password(session, person, password)
    session.execute(delete(LoginSession).where(LoginSession.person == person))
    history.record(session, "person_password_reset", data={"person": person})


def enter_group(session: Session, principal: Principal, person: str, group: str) -> None:
    """Put a person into a group. Raises Invalid for a text that is none, Conflict for one it is in already."""
    _employee(session, principal, person)
    if session.scalar(select(Membership.number).where(*_membership(person, group)).limit(1)) is not None:
        raise Conflict("person_in_group", group=group)
    join(session, person, group)
    history.record(session, "group_joined", data={"person": person, "group": group})


def leave_group(session: Session, principal: Principal, person: str, group: str) -> None:
    """Take a person out of a group. Raises NotFound if it is not in it."""
    _employee(session, principal, person)
    if not session.execute(delete(Membership).where(*_membership(person, group)).returning(Membership.number)).all():
        raise NotFound("person_not_in_group", group=group)
    history.record(session, "group_left", data={"person": person, "group": group})


def name_substitute(session: Session, principal: Principal, other: str, begins: datetime, ends: datetime) -> None:
    """Somebody of the principal's own unit may do what the principal may, in this time.

    Raises NotFound for somebody who is not of the unit, Conflict for oneself, Invalid for a time that is none or over.
    """
    person = session.get(Person, other)
    if person is None or not person.active or person.unit != principal.unit:
        raise NotFound("person_unknown", person=other)
    if other == principal.id:
        raise Conflict("substitute_is_you")
    if not begins < ends or ends <= clock.now():
        raise Invalid("substitute_time")
    session.add(Substitute(person=principal.id, substitute=other, valid_from=begins, valid_until=ends))
    history.record(session, "substitute_named", data={"person": principal.id, "substitute": other})


def end_substitute(session: Session, principal: Principal, number: int) -> None:
    """From now on this substitute of the principal's stands in no more. Raises NotFound for one that is another's."""
    found = session.get(Substitute, number)
    if found is None or found.person != principal.id:
        raise NotFound("substitute_unknown")
    session.delete(found)
    history.record(session, "substitute_ended", data={"person": principal.id, "substitute": found.substitute})


def _employee(session: Session, principal: Principal, person: str) -> Person:
    require_admin(principal)
    found = session.get(Person, person)
    if found is None:
        raise NotFound("person_unknown", person=person)
    return found


def _require_known(roles: Sequence[str]) -> None:
    if not set(roles) <= set(PLATFORM_ROLES):
        raise Invalid("role_unknown", roles=", ".join(roles))


def require_admin(principal: Principal) -> None:
    """Raises Forbidden for whoever is no administrator."""
    if not principal.is_admin():
        raise Forbidden("may_not_administer")


def _membership(person: str, group: str) -> tuple[ColumnElement[bool], ...]:
    try:
        parsed = parse(group)
    except ValueError as error:
        raise Invalid("group_malformed", group=group) from error
    return (
        Membership.person == person,
        Membership.unit == parsed.unit,
        Membership.role == parsed.role,
        Membership.post == parsed.post,
        Membership.specialty.is_not_distinct_from(parsed.specialty),
    )
