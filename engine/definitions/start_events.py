"""What opens instances of a process: messages, signals, timers and conditions of the latest version's start events."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.core.conditions import Conditional
from engine.core.element import Element
from engine.core.event_definitions import Definition, Message, Signal, TimerDefinition, parts
from engine.core.spec import ProcessSpec
from engine.core.stuck import Stuck
from engine.core.timers import parse_cycle, when
from engine.errors import Finding
from engine.feel import Moment


@dataclass(frozen=True, slots=True)
class Opening:
    """One start event that waits. `due_at`, `cycle` and `left_times` are those of a timer."""

    element: str
    kind: str
    name: str | None = None
    due_at: datetime | None = None
    cycle: str | None = None
    left_times: int | None = None
    part: int = 0  # which of the element's definitions this is


def openings(spec: ProcessSpec, moment: Moment, file: str) -> tuple[list[Opening], list[Finding]]:
    """What the start events of a process wait for from `moment` on, and what is wrong with them."""
    found: list[Opening] = []
    findings: list[Finding] = []
    for start in spec.starts():
        try:
            found += [replace(_opening(start, part, moment), part=n) for n, part in enumerate(parts(start))]
        except Stuck as stuck:
            findings.append(Finding(f"start_event_{stuck.code}", stuck.parameters, "error", file, start.id))
    return found, findings


def _opening(start: Element, definition: Definition, moment: Moment) -> Opening:
    if isinstance(definition, TimerDefinition):
        text = _text(definition.value, moment)
        due_at = when(definition.kind, text, moment.now)
        if definition.kind != "cycle":
            return Opening(start.id, "timer", None, due_at, None, 0)
        return Opening(start.id, "timer", None, due_at, text, parse_cycle(text).left_after_first())
    if isinstance(definition, Message):
        return Opening(start.id, "message", _text(definition.message_name, moment))
    if isinstance(definition, Signal):
        return Opening(start.id, "signal", _text(definition.signal_name, moment))
    if isinstance(definition, Conditional):
        # asked when somebody gives variables to fulfil it
        return Opening(start.id, "condition", definition.condition.text)
    raise Stuck("EXTRACT_VALUE_ERROR", "kind_unknown", {"element": start.id})


def _text(source: Any, moment: Moment) -> str:
    """Before there is an instance there are no variables, so only what stands by itself has a value."""
    value, _ = source.evaluate({}, moment)
    if not isinstance(value, str) or not value:
        raise Stuck("EXTRACT_VALUE_ERROR", "not_a_text", {"expression": source.text})
    return value


def rows(process_id: str, definition_key: int, opened: Iterable[Opening]) -> list[dict[str, Any]]:
    """The rows of `start_events` for one version."""
    return [
        {
            "definition_key": definition_key,
            "process_id": process_id,
            "element": one.element,
            "part": one.part,
            "kind": one.kind,
            "name": one.name,
            "due_at": one.due_at,
            "cycle": one.cycle,
            "left_times": one.left_times,
        }
        for one in opened
    ]
