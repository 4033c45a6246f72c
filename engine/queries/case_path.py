"""The path a case took and where it stands: what its diagram is coloured by."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

# An element instance that ended has a row that says so; one that is there has its beginning alone. A migration may
# have brought it to another element: what was told of it last is where it is. An incident may be that of a join in it.
_ELEMENTS = text("""
    SELECT element, count(*) FILTER (WHERE ended = 0) AS active, count(*) FILTER (WHERE completed > 0) AS completed
    FROM (
        SELECT (array_agg(element ORDER BY kind = 'incident_raised', key DESC))[1] AS element, element_key,
            count(*) FILTER (WHERE kind IN ('element_completed', 'instance_completed')) AS completed,
            count(*) FILTER (WHERE kind IN ('element_completed', 'instance_completed', 'element_terminated',
                'instance_canceled')) AS ended
        FROM history
        WHERE instance_key = :key AND element_key <> :key AND kind IN ('element_activated', 'element_completed',
            'element_terminated', 'element_migrated', 'instance_completed', 'instance_canceled', 'incident_raised')
        GROUP BY element_key
    ) tokens GROUP BY element
""")
_FLOWS = text("""
    SELECT DISTINCT jsonb_array_elements_text(data->'flows') FROM history
    WHERE instance_key = :key AND kind = 'element_completed' AND data ? 'flows'
""")
_INCIDENTS = text(
    "SELECT DISTINCT element FROM incidents WHERE key BETWEEN :key AND :key + 16777215 AND state = 'active'"
)


@dataclass(frozen=True, slots=True)
class CasePath:
    """By element id: how many tokens stand there now; what was left behind; flows taken; where incidents are."""

    active: Mapping[str, int]
    completed: tuple[str, ...]
    flows: tuple[str, ...]
    incidents: tuple[str, ...]


def case_path(session: Session, instance_key: int) -> CasePath:
    """The path of one instance. Whether somebody sees the case, the caller has asked."""
    rows = session.execute(_ELEMENTS, {"key": instance_key}).all()
    running = session.execute(text("SELECT state = 'active' FROM instances WHERE key = :key"), {"key": instance_key})
    active = {row.element: row.active for row in rows if row.active} if running.scalar() else {}
    return CasePath(
        active,
        tuple(sorted(row.element for row in rows if row.completed)),
        tuple(sorted(session.execute(_FLOWS, {"key": instance_key}).scalars())),
        tuple(sorted(session.execute(_INCIDENTS, {"key": instance_key}).scalars())),
    )
