"""Which definition an instance is opened of, and its number: asked for with each start, or foreseen for several.

A start that may be overtaken goes by what was read for one before it a moment ago, and so asks nothing. What it writes
says so: it fails where a newer version has been deployed since, or somebody has moved the case clock.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.store import case_time_is, engine_of, first_row, may_be_overtaken, seen_row
from engine.store.case_clock import AS_READ, READ_CLOCK, Reading

from .part import Part
from .seen import Seen
from .statements import INSERT_FORESEEN_INSTANCE

# A number drawn is one of its moment: lists of cases go by it.
LASTS_SECONDS = 1.0
MOST = 128  # numbers drawn at once

_PROCESSES = "SELECT key, id, version FROM definitions WHERE kind = 'process'"
_LATEST = _PROCESSES + " AND id = %(id)s ORDER BY version DESC LIMIT 1"
_VERSION = _PROCESSES + " AND id = %(id)s AND version = %(version)s"
_KEY = _PROCESSES + " AND key = %(key)s"
_CHOOSE = "SELECT nextval('numbers'), key, id, version FROM ({which}) d"
_FORESEE = f"""
    SELECT json_build_array(key, id, version), ({READ_CLOCK}),
           ARRAY(SELECT nextval('numbers') FROM generate_series(1, %(many)s))
    FROM ({{which}}) d
"""  # noqa: S608 - constants of ours
_NEWEST = "SELECT key FROM definitions WHERE kind = 'process' AND id = %(process_id)s ORDER BY version DESC LIMIT 1"
_STILL_LATEST = Part(
    "instance", INSERT_FORESEEN_INSTANCE.format(guard=f"{AS_READ} AND %(definition_key)s = ({_NEWEST})")
)
# A definition that is named by its key or version stays what it is.
_STILL = Part("instance", INSERT_FORESEEN_INSTANCE.format(guard=AS_READ))


class Chosen(NamedTuple):
    """The definition an instance is opened of, and the number drawn for it; `seen` where that was foreseen."""

    number: int
    definition_key: int
    process_id: str
    version: int
    seen: Seen | None = None


class _Which(NamedTuple):
    """What a start asks for: a definition by its key, else a version, else the latest one."""

    process_id: str | None
    key: int | None
    version: int | None

    @property
    def query(self) -> str:
        return _KEY if self.key is not None else _VERSION if self.version is not None else _LATEST

    @property
    def values(self) -> Mapping[str, Any]:
        return {"key": self.key} if self.key is not None else {"id": self.process_id, "version": self.version}

    def unknown(self) -> NotFound:
        if self.key is not None:
            return NotFound("definition_unknown", key=str(self.key))
        return NotFound("process_unknown", process_id=self.process_id, version=self.version)


@dataclass(frozen=True, slots=True)
class _Foresight:
    """What starts go by for a moment: the definition's key, id and version, case time, and numbers of their own.

    `seen` is what they write that they went by.
    """

    definition: tuple[int, str, int]
    clock: Reading
    seen: Seen
    numbers: deque[int]
    drawn: int

    @property
    def lasts(self) -> bool:
        return self.clock.age() < LASTS_SECONDS

    def next_drawn(self) -> int:
        """How many numbers to draw after it: more where these did not last its time, else as many as were used."""
        used = self.drawn - len(self.numbers)
        return min(2 * self.drawn, MOST) if self.lasts else max(used, 1)


# By database.
_foreseen: "WeakKeyDictionary[Any, dict[_Which, _Foresight]]" = WeakKeyDictionary()


def choose(session: Session, process_id: str | None, definition_key: int | None, version: int | None) -> Chosen:
    """The definition, by its key, else a version, else the latest one, and a number. Raises NotFound."""
    which = _Which(process_id, definition_key, version)
    database = engine_of(session)
    held = _foreseen.get(database)
    if held is None:
        held = _foreseen.setdefault(database, {})
    if may_be_overtaken(session):
        return _foresee(session, which, held)
    found = first_row(session, _CHOOSE.format(which=which.query), which.values)
    if found is None:
        raise which.unknown()
    return Chosen(*found)


def _foresee(session: Session, which: _Which, held: dict[_Which, _Foresight]) -> Chosen:
    foresight = held.get(which)
    number = _next(foresight) if foresight is not None and foresight.lasts else None
    if foresight is None or number is None:
        many = foresight.next_drawn() if foresight else 1
        foresight = _look(session, which, many, partial(held.pop, which, None))
        number = foresight.numbers.popleft()
        held[which] = foresight
    case_time_is(session, foresight.clock.now())
    return Chosen(number, *foresight.definition, foresight.seen)


def _next(foresight: _Foresight) -> int | None:
    try:
        return foresight.numbers.popleft()
    except IndexError:
        return None


def _look(session: Session, which: _Which, many: int, overtaken: Callable[[], object]) -> _Foresight:
    found = seen_row(session, _FORESEE.format(which=which.query), {**which.values, "many": many})
    if found is None:
        raise which.unknown()
    definition, clock, numbers = found
    assert definition is not None
    assert clock is not None
    assert numbers is not None
    reading = Reading.of(clock)
    drawn = deque(map(int, numbers.decode().strip("{}").split(",")))
    part = _STILL_LATEST if which.query is _LATEST else _STILL
    seen = Seen(part, None, {"clock_seen": reading.version}, overtaken)
    return _Foresight(tuple(json.loads(definition)), reading, seen, drawn, many)
