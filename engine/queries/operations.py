"""What operators look at: cases by version, work by topic, the workers' handlers, and the queue's numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from engine.definitions.wording import Language, process_name
from engine.directory import calendar
from engine.directory.principal import Principal
from engine.store.models import Handler, Instance, Job, Task

from .rights import sees_case, sees_task

_QUEUE = text("""
    SELECT entrypoint, status::text AS status, count(*) AS number, min(created) AS oldest
    FROM pgqueuer.pgqueuer GROUP BY 1, 2 ORDER BY 1, 2
""")


@dataclass(frozen=True, slots=True)
class Version:
    """How many cases of one version of a process there are that the asker sees."""

    definition_key: int
    process_id: str
    name: str
    version: int
    active: int
    completed: int
    canceled: int
    suspended: int
    stuck: int


def versions(session: Session, principal: Principal | None = None, language: Language = "zh") -> list[Version]:
    """Every version that has cases, by process, the newest first."""
    here = Instance.state == "active"
    query = select(
        Instance.definition_key,
        Instance.process_id,
        Instance.version,
        func.count().filter(here).label("active"),
        func.count().filter(Instance.state == "completed").label("completed"),
        func.count().filter(Instance.state == "canceled").label("canceled"),
        func.count().filter(here, Instance.suspended).label("suspended"),
        func.count().filter(here, Instance.incidents > 0).label("stuck"),
    ).group_by(Instance.definition_key, Instance.process_id, Instance.version)
    visible = sees_case(principal, Instance.key)
    if visible is not None:
        query = query.where(visible)
    rows = session.execute(query.order_by(Instance.process_id, Instance.version.desc()))
    return [
        Version(
            row.definition_key,
            row.process_id,
            process_name(session, row.definition_key, language),
            row.version,
            row.active,
            row.completed,
            row.canceled,
            row.suspended,
            row.stuck,
        )
        for row in rows
    ]


def jobs_by_topic(session: Session, principal: Principal | None = None) -> Sequence[Row[Any]]:
    """For each topic with open jobs: how many wait, are worked on or failed, the oldest, whether it has a handler."""
    query = select(
        Job.type,
        func.count().filter(Job.state == "created").label("waiting"),
        func.count().filter(Job.state == "activated").label("working"),
        func.count().filter(Job.state.in_(("failed", "error_thrown"))).label("failed"),
        func.min(Job.created_at).label("oldest"),
        func.bool_or(select(Handler.topic).where(Handler.topic == Job.type).exists()).label("handled"),
    )
    visible = sees_case(principal, Job.instance_key)
    if visible is not None:
        query = query.where(visible)
    return session.execute(query.group_by(Job.type).order_by(Job.type)).all()


def due_after(session: Session, day: date, principal: Principal | None = None) -> int:
    """How many open tasks of cases that are seen are due on a later day than this one, where people work."""
    after = datetime.combine(day + timedelta(days=1), time(), calendar.standard().zone)
    query = select(func.count()).where(Task.state == "created", Task.due_at >= after)
    visible = sees_task(principal)
    return session.execute(query if visible is None else query.where(visible)).scalar_one()


def handlers(session: Session) -> Sequence[Handler]:
    """The handlers that workers have told of, by topic."""
    return session.scalars(select(Handler).order_by(Handler.topic)).all()


def queue(session: Session) -> Sequence[Row[Any]]:
    """PgQueuer's numbers: entrypoint, status, number and the oldest one's time (machine time)."""
    return session.execute(_QUEUE).all()
