"""Counts by element, process and error: what operators lay over a diagram, and where they look first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import Definition, Incident, Instance, Subscription

from . import process_instances, searching
from .process_instances import ProcessInstanceFilter
from .rights import sees_case

# An element instance that ended has a row that says so; what began has its own, or its end's, or its incident's. It
# counts where it was at last, after a migration. No token stands at a join that waits in vain: its incident is there.
_ELEMENTS = text("""
    SELECT coalesce(t.element, i.element) AS element, coalesce(t.active, 0) AS active,
        coalesce(t.completed, 0) AS completed, coalesce(t.canceled, 0) AS canceled,
        coalesce(i.incidents, 0) AS incidents
    FROM (
        SELECT element,
            count(*) FILTER (WHERE NOT completed AND NOT terminated AND running) AS active,
            count(*) FILTER (WHERE completed) AS completed,
            count(*) FILTER (WHERE terminated AND NOT completed) AS canceled
        FROM (
            SELECT (array_agg(h.element ORDER BY h.kind = 'incident_raised', h.key DESC))[1] AS element,
                bool_or(i.state = 'active') AS running,
                bool_or(h.kind = 'element_completed') AS completed,
                bool_or(h.kind = 'element_terminated') AS terminated
            FROM history h JOIN instances i ON i.key = h.instance_key
            WHERE h.instance_key = ANY(:keys) AND h.element_key <> h.instance_key
                AND h.kind IN ('element_activated', 'element_completed', 'element_terminated', 'element_migrated',
                    'incident_raised')
            GROUP BY h.element_key
        ) tokens GROUP BY element
    ) t
    FULL JOIN (
        SELECT element, count(*) AS incidents FROM incidents
        WHERE instance_key = ANY(:keys) AND state = 'active' GROUP BY element
    ) i ON i.element = t.element
    ORDER BY 1
""").bindparams(bindparam("keys"))
# A case counts for an error once, however often it stands at it.
_STUCK = func.count(Incident.instance_key.distinct())


def elements_of_instance(session: Session, instance_key: int) -> Sequence[Row[Any]]:
    """element, active, completed, canceled, incidents of each element a case was at; who sees it, the caller asked."""
    return session.execute(_ELEMENTS, {"keys": [instance_key]}).all()


def elements_of_definition(
    session: Session, definition_key: int, wanted: ProcessInstanceFilter, principal: Principal | None
) -> Sequence[Row[Any]]:
    """The same of all cases of a version that fit and are seen."""
    query = select(Instance.key).join(Definition, Definition.key == Instance.definition_key)
    query = query.where(
        Instance.definition_key == definition_key, *searching.conditions(process_instances.TABLE, wanted)
    )
    keys = list(session.execute(_seen(query, principal, Instance.key)).scalars())
    return session.execute(_ELEMENTS, {"keys": keys}).all()


def running_by_process(session: Session, principal: Principal | None) -> Sequence[Row[Any]]:
    """process_id, versions, name (the newest one's), stuck, flowing: running cases of each process."""
    query = select(
        Instance.process_id,
        func.count(Instance.definition_key.distinct()).label("versions"),
        func.max(Instance.definition_key).label("definition_key"),
        *_running(),
    )
    query = query.where(Instance.state == "active").group_by(Instance.process_id).order_by(Instance.process_id)
    return session.execute(_seen(query, principal, Instance.key)).all()


def running_by_version(session: Session, process_id: str, principal: Principal | None) -> Sequence[Row[Any]]:
    """process_id, definition_key, version, stuck, flowing: running cases of each version, the newest first."""
    columns = (Instance.process_id, Instance.definition_key, Instance.version)
    query = select(*columns, *_running()).where(Instance.state == "active", Instance.process_id == process_id)
    query = query.group_by(*columns).order_by(Instance.version.desc())
    return session.execute(_seen(query, principal, Instance.key)).all()


def stuck_by_error(session: Session, principal: Principal | None) -> Sequence[Row[Any]]:
    """code, parameters (of its first incident), cases: how many running cases stand at an error, the most first."""
    first = func.array_agg(aggregate_order_by(Incident.parameters, Incident.key), type_=ARRAY(JSONB))[1]
    query = select(Incident.code, first.label("parameters"), _STUCK.label("cases")).where(Incident.state == "active")
    query = query.group_by(Incident.code).order_by(_STUCK.desc(), Incident.code)
    return session.execute(_seen(query, principal, Incident.instance_key)).all()


def stuck_by_version(session: Session, code: str, principal: Principal | None) -> Sequence[Row[Any]]:
    """process_id, definition_key, version, cases: where an error stands, the most first."""
    columns = (Instance.process_id, Instance.definition_key, Instance.version)
    query = select(*columns, _STUCK.label("cases")).join(Instance, Instance.key == Incident.instance_key)
    query = query.where(Incident.state == "active", Incident.code == code)
    query = query.group_by(*columns).order_by(_STUCK.desc(), Instance.definition_key)
    return session.execute(_seen(query, principal, Incident.instance_key)).all()


def waiting_by_version(session: Session, principal: Principal | None) -> Sequence[Row[Any]]:
    """process_id, definition_key, cases, subscriptions: what waits for messages."""
    query = select(
        Subscription.process_id,
        Subscription.definition_key,
        func.count(Subscription.instance_key.distinct()).label("cases"),
        func.count().label("subscriptions"),
    ).where(Subscription.kind == "message")
    query = query.group_by(Subscription.process_id, Subscription.definition_key)
    query = query.order_by(Subscription.process_id, Subscription.definition_key.desc())
    return session.execute(_seen(query, principal, Subscription.instance_key)).all()


def _running() -> tuple[ColumnElement[int], ColumnElement[int]]:
    stuck: ColumnElement[bool] = Instance.incidents > 0
    return func.count().filter(stuck).label("stuck"), func.count().filter(and_(~stuck)).label("flowing")


def _seen(query: Select[Any], principal: Principal | None, instance_key: Any) -> Select[Any]:
    visible = sees_case(principal, instance_key)
    return query if visible is None else query.where(visible)
