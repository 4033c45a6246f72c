"""The organisation from a YAML file: units, people with their groups, substitutes and the duty roster.

```yaml
units:       [{id: GD, parent: HQ, level: prov, name: 广东省分公司, name_en: Guangdong}]
people:      [{id: li.na, name: 李娜, unit: GD-GZ, mail: …, groups: [GD-GZ.crc.duty], roles: [], password: …}]
substitutes: [{person: li.na, substitute: wang.wei, from: 2026-11-01, until: 2026-11-08}]
shifts:      [{unit: GD-GZ, role: crc, post: duty, person: li.na, from: 2026-11-23T00:00+08:00, until: …}]
```
"""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import yaml
from engine.errors import Invalid
from engine.store.models import Membership, Person, Shift, Substitute, Unit

from .people import add_person, join, pinyin_key

DEMO = Path(__file__).with_name("data") / "demo.yaml"


def load(session: Session, text: str, name: str = "") -> None:
    """Bring units, people, substitutes and shifts to what the file says; who it does not name stays as is.

    A password is set for new people only. Raises Invalid with what is wrong where.
    """
    try:
        data = yaml.load(text) or {}
        for unit in data.get("units", ()):
            _load_unit(session, unit)
        for person in data.get("people", ()):
            _load_person(session, person)
        _load_substitutes(session, data.get("substitutes", ()))
        _load_shifts(session, data.get("shifts", ()))
    except (yaml.NotYaml, KeyError, TypeError, AttributeError) as error:
        raise Invalid("organisation_malformed", file=name, reason=str(error)) from error


def has_people(session: Session) -> bool:
    return session.scalar(select(Person.id).limit(1)) is not None


def _load_unit(session: Session, given: dict[str, Any]) -> None:
    unit = session.get(Unit, given["id"]) or Unit(id=given["id"])
    unit.parent = given.get("parent")
    unit.level = given["level"]
    unit.name = given["name"]
    unit.name_en = given.get("name_en", given["name"])
    unit.pinyin = pinyin_key(unit.name)
    session.add(unit)
    # One by one: the units after it may name it as their parent.
    session.flush()


def _load_person(session: Session, given: dict[str, Any]) -> None:
    person = session.get(Person, given["id"])
    if person is None:
        add_person(
            session,
            given["id"],
            given["name"],
            given["unit"],
            password=given.get("password"),
            roles=given.get("roles", ()),
            mail=given.get("mail"),
            phone=given.get("phone"),
            language=given.get("language", "zh"),
        )
    else:
        # Language and password stay as they are: they are the person's own to change.
        person.name, person.pinyin, person.unit = given["name"], pinyin_key(given["name"]), given["unit"]
        person.mail, person.phone = given.get("mail"), given.get("phone")
        person.roles = sorted(given.get("roles", ()))
        session.execute(delete(Membership).where(Membership.person == person.id))
    for group in given.get("groups", ()):
        join(session, given["id"], group)


def _load_substitutes(session: Session, rows: list[dict[str, Any]]) -> None:
    for given in rows:
        # All that is old first: a person may stand in the file with several of them.
        session.execute(delete(Substitute).where(Substitute.person == given["person"]))
    for given in rows:
        session.add(
            Substitute(
                person=given["person"],
                substitute=given["substitute"],
                valid_from=_instant(given.get("from")),
                valid_until=_instant(given.get("until")),
            )
        )
    session.flush()


def _load_shifts(session: Session, rows: list[dict[str, Any]]) -> None:
    for given in rows:
        # As above: a roster is many rows of one unit, role and post.
        same = (Shift.unit == given["unit"], Shift.role == given["role"], Shift.post == given["post"])
        session.execute(delete(Shift).where(*same))
    for given in rows:
        session.add(
            Shift(
                unit=given["unit"],
                role=given["role"],
                post=given["post"],
                person=given["person"],
                starts_at=_instant(given["from"]),
                ends_at=_instant(given["until"]),
            )
        )
    session.flush()


def _instant(value: Any) -> datetime | None:
    """YAML gives a date or a date-time; one without a zone is UTC."""
    if value is None:
        return None
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is no time")
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
