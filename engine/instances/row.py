"""An instance as its row has it, without its snapshot."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any


@dataclass(slots=True)
class InstanceRow:
    """The columns of `instances`; the engine changes it beside the database."""

    key: int
    definition_key: int
    process_id: str
    version: int
    state: str
    held: bool
    suspended: bool
    parent_key: int | None
    parent_element_key: int | None
    root_key: int
    business_id: str | None
    case_no: str | None
    unit: str | None
    starter: str
    started_at: datetime
    ended_at: datetime | None
    incidents: int
    may_hold_start: bool

    def values(self) -> dict[str, Any]:
        """Column → value, for a statement."""
        return dict(zip(COLUMNS, _read(self), strict=True))


COLUMNS = tuple(InstanceRow.__slots__)
_read = attrgetter(*COLUMNS)
