"""Starting instances: number, owning unit, case number, first advance."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import clock
from engine.core import advance as core
from engine.core import cases, commands
from engine.core.effects import Binding
from engine.core.names import require_name
from engine.core.spec import ProcessSpec
from engine.core.state import COUNTER_BITS, State
from engine.core.surroundings import Surroundings
from engine.definitions import DeployedCatalogue, process_spec
from engine.directory.acting import current
from engine.errors import Conflict, Invalid, NotFound
from engine.feel import FeelLimitError
from engine.store import first_row, raw_connection

from .changes import sort
from .choosing import Chosen, choose
from .row import InstanceRow
from .surroundings import surroundings
from .writing import write

# A row and no sequence: it stays locked until the commit, so a start that is undone leaves no gap.
_DRAW = """
    INSERT INTO case_numbers (prefix, unit, day, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (prefix, unit, day) DO UPDATE SET last = case_numbers.last + 1 RETURNING last
"""
_CALLER = "SELECT root_key, business_id, unit FROM instances WHERE key = %(key)s"


@dataclass(frozen=True, slots=True)
class Instance:
    """A started instance after its first advance. `variables` are those of the instance's own scope."""

    key: int
    process_id: str
    definition_key: int
    version: int
    state: str
    business_id: str | None
    case_no: str | None
    unit: str | None
    started_at: datetime
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose call activity starts an instance: its token, and what the called instance has from it."""

    element_key: int
    key: int
    root_key: int
    business_id: str | None
    unit: str | None


def start(
    session: Session,
    *,
    process_id: str | None = None,
    definition_key: int | None = None,
    version: int | None = None,
    variables: Mapping[str, Any] | None = None,
    business_id: str | None = None,
    start_element: str | None = None,
    key: int | None = None,
) -> Instance:
    """Open an instance of a process: of a definition by its key, else of a version, else of the latest one.

    `start_element` is a start event that waits for something; without it the process begins at its none start event.
    `key` is the instance's where it has been drawn already, for whoever had to name it before it is there.
    Raises NotFound for an unknown process, Conflict for a business id that is in use or a process that cannot be
    started this way, Invalid for variables that are none.
    """
    for name in (process_id, business_id):
        require_name(name or "")
    chosen = choose(session, process_id, definition_key, version)
    if key is not None:
        chosen = chosen._replace(number=key >> COUNTER_BITS)
    if not isinstance(variables or {}, Mapping) or not all(isinstance(name, str) and name for name in variables or {}):
        raise Invalid("variables_not_an_object")
    return _open(session, chosen, commands.Start(dict(variables or {}), start_element), business_id, None)


def start_called(session: Session, payload: Mapping[str, Any]) -> Instance:
    """Open the instance that a call activity asks for (see `between`). Raises NotFound, Conflict, Invalid."""
    binding = Binding(**payload["binding"])
    key = DeployedCatalogue(session, payload["definition_key"]).key("process", payload["process_id"], binding)
    if key is None:
        raise NotFound("process_unknown", process_id=payload["process_id"])
    parent_key = payload["element_key"] >> COUNTER_BITS << COUNTER_BITS
    found = first_row(session, _CALLER, {"key": parent_key})
    assert found is not None
    root_key, business_id, unit = found
    element_key = payload["element_key"]
    caller = Caller(element_key, parent_key, root_key, business_id, unit)
    depth = payload.get("depth", 1)  # a command of an older version does not say
    command = commands.Start(payload["variables"], None, tuple(payload["catches"]), element_key, depth)
    return _open(session, choose(session, None, key, None), command, business_id, caller)


def _open(
    session: Session, chosen: Chosen, command: commands.Start, business_id: str | None, caller: Caller | None
) -> Instance:
    key = chosen.number << COUNTER_BITS
    spec = process_spec(session, chosen.definition_key)
    _check_start(spec, command.element)
    around = surroundings(session, chosen.definition_key, key)
    # Decision 14: what the process computes, else for a called case its caller's, else the starter's.
    unit = _owner(spec, command.variables, around) or (caller.unit if caller else current().unit)
    case_no = _case_no(session, spec, unit, around)
    if case_no is not None:
        command = replace(command, variables={**command.variables, "no": case_no})
    row = InstanceRow(
        key=key,
        definition_key=chosen.definition_key,
        process_id=chosen.process_id,
        version=chosen.version,
        state="active",
        held=False,
        suspended=False,
        parent_key=caller.key if caller else None,
        parent_element_key=caller.element_key if caller else None,
        root_key=caller.root_key if caller else key,
        business_id=business_id,
        case_no=case_no,
        unit=unit,
        starter=current().id,
        started_at=clock.now(),
        ended_at=None,
        incidents=0,
        may_hold_start=command.element is not None and spec.has_message_starts,
    )
    state = State(key)
    advanced = core.advance(spec, state, command, around)
    write(session, row, state, sort(advanced.effects), started=True, seen=chosen.seen)
    return _told(row, state)


def _told(row: InstanceRow, state: State) -> Instance:
    return Instance(
        row.key,
        row.process_id,
        row.definition_key,
        row.version,
        row.state,
        row.business_id,
        row.case_no,
        row.unit,
        row.started_at,
        dict(state.variables.get(row.key, {})),
    )


def _check_start(spec: ProcessSpec, element: str | None) -> None:
    if element is None:
        if not spec.entries(spec.root.id):
            raise Conflict("process_without_none_start", process_id=spec.process_id)
    elif not any(event.id == element for event in spec.starts()):
        raise NotFound("start_event_unknown", process_id=spec.process_id, element=element)


def _owner(spec: ProcessSpec, variables: Mapping[str, Any], around: Surroundings) -> str | None:
    try:
        return cases.owning_unit(spec, variables, around.moment)
    except FeelLimitError as error:
        raise Invalid("unit_not_computable", process_id=spec.process_id, reason=error.told()) from error


def _case_no(session: Session, spec: ProcessSpec, unit: str | None, around: Surroundings) -> str | None:
    letters = cases.prefix(spec)
    if letters is None:
        return None
    place = cases.series(letters, unit, around.moment().now.date())
    drawn = raw_connection(session).execute(_DRAW, list(place)).fetchone()
    assert drawn is not None
    return cases.case_no(*place, drawn[0])
