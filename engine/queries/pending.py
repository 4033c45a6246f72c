"""What waits for a time or a message: timers that fall due next, and messages that nobody has received yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from engine import clock
from engine.directory.principal import Principal
from engine.store.models import Instance, Message, Subscription, Timer

from .rights import sees_case

MOST = 50


class Timers(NamedTuple):
    """How many timers there are and how many are overdue, by case time; the next ones."""

    number: int
    overdue: int
    next: Sequence[Row[Any]]


class Buffered(NamedTuple):
    """Messages of one name that are kept until somebody waits for them or their time is over."""

    name: str
    number: int
    oldest: datetime
    expires: datetime


class Awaited(NamedTuple):
    """How many cases wait for a message or signal of this name."""

    kind: str
    name: str
    number: int


def timers(session: Session, principal: Principal | None = None) -> Timers:
    """Timers of the cases that the asker sees."""
    visible = sees_case(principal, Timer.instance_key)
    seen = [visible] if visible is not None else []
    now = clock.now()
    counts = select(func.count(), func.count().filter(Timer.due_at <= now)).select_from(Timer).where(*seen)
    number, overdue = session.execute(counts).one()
    query = select(
        Timer.key,
        Timer.instance_key,
        Timer.element,
        Timer.kind,
        Timer.due_at,
        Timer.cycle,
        Timer.attempts,
        Instance.case_no,
        Instance.definition_key,
        Instance.suspended,
    ).join(Instance, Instance.key == Timer.instance_key)
    rows = session.execute(query.where(*seen).order_by(Timer.due_at, Timer.key).limit(MOST)).all()
    return Timers(number, overdue, rows)


def buffered(session: Session) -> list[Buffered]:
    """Messages by name. They belong to no unit, so neither keys nor values are told."""
    query = select(Message.name, func.count(), func.min(Message.published_at), func.min(Message.expires_at))
    query = query.where(Message.expires_at > clock.now()).group_by(Message.name)
    return [Buffered(*row) for row in session.execute(query.order_by(func.count().desc(), Message.name).limit(MOST))]


def awaited(session: Session, principal: Principal | None = None) -> list[Awaited]:
    """What the cases that the asker sees wait for, by name."""
    query = select(Subscription.kind, Subscription.name, func.count()).group_by(Subscription.kind, Subscription.name)
    visible = sees_case(principal, Subscription.instance_key)
    if visible is not None:
        query = query.where(visible)
    return [
        Awaited(*row) for row in session.execute(query.order_by(func.count().desc(), Subscription.name).limit(MOST))
    ]
