"""What a principal sees: the cases of its units and of all below them (decision 14).

The same is the same object, so that statements that use it can be kept.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from engine.directory.principal import ADMIN, Principal
from engine.store.models import Instance, InvolvedUnit, Task


@lru_cache(maxsize=500)
def sees_case(principal: Principal | None, instance_key: Any) -> ColumnElement[bool] | None:
    """Whether the instance of a key is seen; None where everything is: by the system and its administrators."""
    if principal is None or ADMIN in principal.roles:
        return None
    involved = InvolvedUnit.instance_key == instance_key
    return exists().where(involved, InvolvedUnit.unit.in_(sorted(principal.units)))


def sees(session: Session, principal: Principal, instance_key: int) -> bool:
    """Whether a case is seen. Administrators see every one; that there is none, the caller finds out."""
    visible = sees_case(principal, Instance.key)
    if visible is None:
        return True
    return session.scalar(select(Instance.key).where(Instance.key == instance_key, visible)) is not None


@lru_cache(maxsize=500)
def sees_task(principal: Principal | None) -> ColumnElement[bool] | None:
    """A task is seen with its case, and by whoever it is for."""
    case = sees_case(principal, Task.instance_key)
    if case is None or principal is None:
        return None
    # As `Principal.may_work_on` has it, so that what somebody finds in the inbox is there for programs as well.
    people = list(principal.people())
    users, groups = Task.candidate_users.overlap(people), Task.candidate_groups.overlap(principal.candidate_groups())
    return or_(case, Task.assignee.in_(people), users, groups)
