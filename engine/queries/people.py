"""People who may log in, and the groups they are in, as other systems look for them."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.store.models import Membership, Person

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFilter:
    """`group`: one the person was put into."""

    id: Condition = None
    name: Condition = None
    mail: Condition = None
    unit: Condition = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFilter:
    """`id` is unit.role.post[.specialty], and so is `name`."""

    id: Condition = None
    name: Condition = None


# A group is there as long as somebody is in it; it has no row of its own.
_GROUP = func.concat_ws(".", Membership.unit, Membership.role, Membership.post, Membership.specialty)
_GROUPS = select(_GROUP.label("id")).distinct().subquery("groups")
FIELDS = {"id": Person.id, "name": Person.name, "mail": Person.mail, "unit": Person.unit}
PEOPLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items())).where(Person.active),
    FIELDS,
    Person.id,
    {"group": lambda group: select(Membership.number).where(Membership.person == Person.id, group == _GROUP).exists()},
    "person_unknown",
)
GROUPS = searching.Searchable(
    select(_GROUPS.c.id, _GROUPS.c.id.label("name")),
    {"id": _GROUPS.c.id, "name": _GROUPS.c.id},
    _GROUPS.c.id,
    unknown="group_unknown",
)


def search(
    session: Session, wanted: PersonFilter | None = None, sort: searching.Sort = (), page: PageRequest = FIRST
) -> Page:
    """A page of people; those who have left are not among them."""
    return searching.search(session, PEOPLE, wanted, sort, page)


def search_groups(
    session: Session, wanted: GroupFilter | None = None, sort: searching.Sort = (), page: PageRequest = FIRST
) -> Page:
    """A page of groups."""
    return searching.search(session, GROUPS, wanted, sort, page)
