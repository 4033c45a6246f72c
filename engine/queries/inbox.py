"""The inbox: open tasks somebody works on or may claim, the most urgent first, with what tells them apart."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from engine import clock
from engine.definitions.wording import Language, element_name, process_name
from engine.directory.principal import Principal
from engine.errors import NotFound

Tab = Literal["mine", "groups", "overdue", "done"]
Order = Literal["due", "newest"]
# Counting goes no further; beyond it a badge says "more".
MOST_COUNTED = 999

_MINE = "t.assignee = :me"
# Whoever stands in for others has what they have claimed, too.
_OURS = "t.assignee = ANY(CAST(:people AS text[]))"
_GROUPS = """(t.assignee IS NULL AND (t.candidate_groups && CAST(:groups AS text[])
    OR t.candidate_users && CAST(:people AS text[])))"""
_TABS: Mapping[str, str] = {
    "mine": "{mine}",
    "groups": _GROUPS,
    "overdue": f"t.due_at <= :now AND ({{mine}} OR {_GROUPS})",
}
_ROWS = """
    SELECT t.key, t.instance_key, t.element, t.assignee, t.candidate_groups, t.candidate_users, t.due_at, t.overdue_at,
        t.created_at, t.completed_at, t.priority, t.definition_key, t.process_id, t.unit, t.form_key, t.state,
        t.completed_by, i.case_no, i.business_id, i.held, i.suspended, i.root_key, i.version,
        person.name AS assignee_name,
        (SELECT v.value FROM variables v WHERE v.instance_key IN (i.key, i.root_key) AND v.scope_key = v.instance_key
            AND v.name = 'customer' ORDER BY v.instance_key = i.key DESC LIMIT 1) AS customer,
        (SELECT r.case_no FROM instances r WHERE r.key = i.root_key) AS root_case_no
    FROM {chosen} t JOIN instances i ON i.key = t.instance_key LEFT JOIN people person ON person.id = t.assignee
"""
_ORDERS: Mapping[str, str] = {"due": "t.due_at, t.key", "newest": "t.key DESC"}
# Keys first: else the case, the person and the customer of every task would be looked up before the limit.
_CHOSEN = "SELECT t.key FROM tasks t WHERE {condition} ORDER BY {order} LIMIT :limit OFFSET :offset"
_OF_PROCESS = " AND t.process_id = :process_id"
_WITH_TEXT = """ AND EXISTS (SELECT FROM instances i JOIN instances r ON r.key = i.root_key WHERE i.key = t.instance_key
    AND (i.case_no ILIKE :like OR i.business_id ILIKE :like OR r.case_no ILIKE :like OR r.business_id ILIKE :like
        OR EXISTS (SELECT FROM variables v WHERE v.instance_key IN (i.key, r.key) AND v.scope_key = v.instance_key
            AND v.name = 'customer' AND coalesce(v.value ->> 'label', v.value #>> '{}') ILIKE :like)))"""
_SOME = text(_ROWS.format(chosen="tasks") + " WHERE t.key = ANY(:keys) ORDER BY array_position(:keys, t.key)")
_ONE = text(_ROWS.format(chosen="tasks") + " WHERE t.key = :key")
_FAMILY = """
    WITH RECURSIVE family AS (SELECT key FROM instances WHERE key = :key
        UNION ALL SELECT i.key FROM instances i JOIN family f ON i.parent_key = f.key)
"""
_OF_FAMILY = text(
    _FAMILY
    + _ROWS.format(chosen="tasks")
    + " JOIN family ON t.key BETWEEN family.key AND family.key + 16777215"
    + " WHERE t.state = 'created' ORDER BY t.due_at, t.key LIMIT 200"
)
_COUNTED = "SELECT count(*) FROM (SELECT FROM tasks t WHERE t.state = 'created' AND {} LIMIT :most) c"
# A bitmap of a group's tasks is whole before the first of them is counted. Where many of the open tasks are somebody's,
# enough of them are among the first few thousand in the order they fall due, which an index gives.
_FIRST = """
    SELECT count(*) FROM (SELECT t.assignee, t.candidate_groups, t.candidate_users, t.due_at FROM tasks t
        WHERE t.state = 'created' ORDER BY t.due_at, t.key LIMIT 4 * :most) t
    WHERE {}
"""

_PROCESSES = """
    SELECT c.process_id, max(c.definition_key) AS key FROM (SELECT t.process_id, t.definition_key FROM tasks t
        WHERE t.state = 'created' AND ({} OR {}) LIMIT :most) c GROUP BY c.process_id
"""

# PostgreSQL cannot tell how many tasks a person's groups have. Few are found by group and sorted; of many, the first
# are found in the order they fall due. The wrong way of the two takes a hundred times as long.
_BY_GROUP = ("enable_seqscan", "enable_indexscan")
_BY_DUE_TIME = ("enable_seqscan", "enable_bitmapscan", "enable_sort")


@dataclass(frozen=True, slots=True)
class InboxTask:
    """A task as the inbox shows it. `customer` is the label of the case's customer, where it has one."""

    key: int
    instance_key: int
    element: str
    name: str
    process_id: str
    process: str
    definition_key: int
    state: str
    case_no: str | None
    customer: str | None
    unit: str | None
    root_key: int
    root_case_no: str | None
    assignee: str | None
    assignee_name: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    due_at: datetime | None
    is_overdue: bool
    created_at: datetime
    priority: int
    held: bool
    suspended: bool
    form_key: int | None
    completed_by: str | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a tab is wanted: `text` is part of a case number, a business id or a customer's name."""

    text: str = ""
    process_id: str = ""
    order: Order = "due"


ALL = Wanted()


def tasks(
    session: Session,
    principal: Principal,
    tab: Tab,
    language: Language = "zh",
    *,
    limit: int = 25,
    offset: int = 0,
    counted: Mapping[str, int] | None = None,
    wanted: Wanted = ALL,
) -> list[InboxTask]:
    """Some of a tab's tasks in the order they fall due; those without a limit come last. `counted`: see `counts`.

    Those done are the person's own, the newest first.
    """
    parameters = {**_who(principal), "limit": limit, "offset": offset, "process_id": wanted.process_id}
    query = _keys(tab, bool(principal.lent), wanted.order, bool(wanted.process_id), bool(wanted.text))
    many = tab != "done" and (counted or counts(session, principal))[tab] > MOST_COUNTED
    with _without(session, _BY_DUE_TIME if many and wanted == ALL else _BY_GROUP if tab != "done" else ()):
        keys = list(session.execute(query, _needed(query, {**parameters, "like": _like(wanted.text)})).scalars())
    return _told(session, session.execute(_SOME, {"keys": keys}).all(), language) if keys else []


def processes(session: Session, principal: Principal, language: Language = "zh") -> list[tuple[str, str]]:
    """The processes somebody's open tasks are of: id and name, to choose from. Among very many tasks, some."""
    query = text(_PROCESSES.format(_OURS if principal.lent else _MINE, _GROUPS))
    with _without(session, _BY_GROUP):
        rows = session.execute(query, _needed(query, {**_who(principal), "most": MOST_COUNTED})).all()
    return sorted(((row.process_id, process_name(session, row.key, language)) for row in rows), key=lambda one: one[1])


def counts(session: Session, principal: Principal) -> dict[str, int]:
    """How many tasks each tab has, up to MOST_COUNTED + 1; what is done is not counted."""
    who = {**_who(principal), "most": MOST_COUNTED + 1}
    has_others = bool(principal.lent)
    first = _counted(session, _FIRST, tuple(_TABS), has_others, who)
    many = {tab: MOST_COUNTED + 1 for tab, count in first.items() if count > MOST_COUNTED}
    few = tuple(tab for tab in _TABS if tab not in many)
    with _without(session, _BY_GROUP if few else ()):
        exact = _counted(session, _COUNTED, few, has_others, who) if few else {}
    return {tab: many.get(tab, exact.get(tab, 0)) for tab in _TABS}


def _counted(
    session: Session, way: str, tabs: tuple[str, ...], has_others: bool, who: Mapping[str, Any]
) -> dict[str, int]:
    query = _counts(way, tabs, has_others)
    return dict(session.execute(query, _needed(query, who)).one()._mapping)


def task(session: Session, principal: Principal, key: int, language: Language = "zh") -> InboxTask:
    """One task, whatever its state, for whoever may work on it or has. Raises NotFound for everybody else."""
    found = _told(session, session.execute(_ONE, {"key": key}).all(), language)
    if not found or not _is_for(principal, found[0]):
        raise NotFound("task_unknown", key=str(key))
    return found[0]


def tasks_of_family(session: Session, instance_key: int, language: Language = "zh") -> list[InboxTask]:
    """The open tasks of a case and of all it called; whether somebody sees the case, the caller has asked."""
    return _told(session, session.execute(_OF_FAMILY, {"key": instance_key}).all(), language)


def _is_for(principal: Principal, found: InboxTask) -> bool:
    may = principal.may_work_on(found.candidate_groups, found.candidate_users, found.assignee)
    return may or principal.id == found.completed_by


@cache
def _keys(tab: Tab, has_others: bool, order: Order, has_process: bool, has_text: bool) -> TextClause:
    if tab == "done":
        condition, order = "t.state = 'completed' AND t.completed_by = :me", "newest"
    else:
        condition = "t.state = 'created' AND " + _TABS[tab].format(mine=_OURS if has_others else _MINE)
    condition += _OF_PROCESS if has_process else ""
    return text(_CHOSEN.format(condition=condition + (_WITH_TEXT if has_text else ""), order=_ORDERS[order]))


@cache
def _counts(way: str, tabs: tuple[str, ...], has_others: bool) -> TextClause:
    mine = _OURS if has_others else _MINE
    counted = [f"({way.format(_TABS[tab].format(mine=mine))}) AS {tab}" for tab in tabs]
    return text("SELECT " + ", ".join(counted))


def _like(part: str) -> str:
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


@contextmanager
def _without(session: Session, ways: Sequence[str]) -> Iterator[None]:
    """Keep PostgreSQL from these ways of finding rows in the block."""
    if not ways:
        yield
        return
    set_all = "SELECT " + ", ".join(f"set_config('{way}', :to, true)" for way in ways)
    session.execute(text(set_all), {"to": "off"})
    yield
    session.execute(text(set_all), {"to": "on"})


def _who(principal: Principal) -> dict[str, Any]:
    people = list(principal.people())
    return {"me": principal.id, "people": people, "groups": principal.candidate_groups(), "now": clock.now()}


def _needed(query: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    names = query.compile().params
    return {name: value for name, value in parameters.items() if name in names}


def _told(session: Session, rows: Sequence[Any], language: Language) -> list[InboxTask]:
    now = clock.now()
    return [
        InboxTask(
            key=row.key,
            instance_key=row.instance_key,
            element=row.element,
            name=element_name(session, row.definition_key, row.element, language),
            process_id=row.process_id,
            process=process_name(session, row.definition_key, language),
            definition_key=row.definition_key,
            state=row.state,
            # A called case has a number only where its process draws one: people know it by its root's.
            case_no=row.case_no or row.root_case_no or row.business_id,
            root_key=row.root_key,
            root_case_no=row.root_case_no,
            customer=_label(row.customer),
            unit=row.unit,
            assignee=row.assignee,
            assignee_name=row.assignee_name,
            candidate_groups=tuple(row.candidate_groups),
            candidate_users=tuple(row.candidate_users),
            due_at=row.due_at,
            is_overdue=row.due_at is not None and row.due_at <= now,
            created_at=row.created_at,
            priority=row.priority,
            held=row.held,
            suspended=row.suspended,
            form_key=row.form_key,
            completed_by=row.completed_by,
            completed_at=row.completed_at,
        )
        for row in rows
    ]


def _label(customer: Any) -> str | None:
    label = customer.get("label") if isinstance(customer, Mapping) else customer
    return label if isinstance(label, str) else None
