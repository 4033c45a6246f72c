"""The family of a case: the case at its root and all that it called, each below its caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal, select, text, true
from sqlalchemy.orm import Session

from engine.definitions.wording import Language, process_name
from engine.directory.principal import Principal
from engine.store.models import Instance

from .rights import sees_case

MOST = 500
# For each case looked at, the newest row of history of it and of what it called.
_NEWS = text("""
    SELECT watched.key, max(newest.key) AS newest
    FROM unnest(CAST(:keys AS bigint[])) watched(key)
    JOIN LATERAL (SELECT watched.key UNION SELECT i.key FROM instances i
        WHERE i.parent_key IS NOT NULL AND i.root_key = watched.key) member(key) ON true
    JOIN LATERAL (SELECT h.key FROM history h WHERE h.instance_key = member.key
        ORDER BY h.key DESC LIMIT 1) newest(key) ON true
    GROUP BY 1
""")


@dataclass(frozen=True, slots=True)
class Member:
    """One case of a family; `depth` 0 is the root. One that is not `seen` tells no more than that it is there."""

    key: int
    depth: int
    name: str
    case_no: str | None
    state: str
    incidents: int
    started_at: datetime
    ended_at: datetime | None
    seen: bool


def family(
    session: Session, root_key: int, principal: Principal | None = None, language: Language = "zh"
) -> list[Member]:
    """The family in the order of a tree."""
    visible = sees_case(principal, Instance.key)
    seen = (true() if visible is None else visible).label("seen")
    columns = (
        Instance.key,
        Instance.parent_key,
        Instance.definition_key,
        Instance.case_no,
        Instance.state,
        Instance.incidents,
        Instance.started_at,
        Instance.ended_at,
        seen,
    )
    # A called case has a later key than its caller: where there are too many, nobody loses the one above it.
    query = select(*columns).where(Instance.root_key == literal(root_key)).order_by(Instance.key).limit(MOST)
    below: dict[int | None, list[Row[Any]]] = {}
    for row in session.execute(query):
        below.setdefault(row.parent_key, []).append(row)
    return _in_order(session, below, None, 0, language)


def newest(session: Session, keys: Sequence[int]) -> Mapping[int, int]:
    """For each case the key of its newest row of history, what it called included."""
    return {row.key: row.newest for row in session.execute(_NEWS, {"keys": list(keys)})}


def _in_order(
    session: Session, below: Mapping[int | None, list[Row[Any]]], parent: int | None, depth: int, language: Language
) -> list[Member]:
    found = []
    for row in below.get(parent, ()):
        name = process_name(session, row.definition_key, language)
        told = (row.case_no, row.state, row.incidents, row.started_at, row.ended_at, row.seen)
        found.append(Member(row.key, depth, name, *told))
        found += _in_order(session, below, row.key, depth + 1, language)
    return found
