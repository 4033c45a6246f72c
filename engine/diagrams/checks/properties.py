"""The zeebe:properties that are ours: which there are, where each has an effect, and what it may hold."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from engine.core.element import Element
from engine.core.event_definitions import Message, parts
from engine.core.events import BoundaryEvent, CatchEvent, StartEvent, ThrowEvent
from engine.core.expressions import Feel, Source
from engine.core.jobs import SendTask
from engine.core.limits import amount
from engine.core.subprocesses import ProcessRoot
from engine.core.user_tasks import UserTask
from engine.feel import FeelError, Moment

from .subject import Subject, literal

_PREFIX = re.compile(r"[A-Za-z0-9]{1,12}")
# Only whether a limit can be worked out is asked, so any moment will do.
_MOMENT = Moment(now=datetime(2026, 1, 1, tzinfo=UTC))


def check_properties(subject: Subject) -> None:
    for element in subject.elements:
        _properties(subject, element, element.properties)
        _action(subject, element)
        if isinstance(element, UserTask):
            _people(subject, element)
    _properties(subject, subject.spec.root, subject.spec.properties)


def _properties(subject: Subject, element: Element, properties: Mapping[str, Source]) -> None:
    for name, value in properties.items():
        known = PROPERTIES.get(name)
        if known is None:
            near = get_close_matches(name, PROPERTIES, n=1)
            code = "bpmn_property_misspelt" if near else "bpmn_property_unknown"
            subject.warning(code, element, name=name, suggestion="".join(near))
        elif not known.has_effect(element):
            subject.warning("bpmn_property_misplaced", element, name=name)
        elif known.problem is not None and (problem := known.problem(value)):
            subject.error(problem, element, name=name, text=value.text)


def _action(subject: Subject, element: Element) -> None:
    """An action is known to people by its label or its form."""
    if "action.roles" in element.properties and not {"action.label", "action.form"} & element.properties.keys():
        subject.warning("bpmn_action_unnamed", element)


def _people(subject: Subject, task: UserTask) -> None:
    if task.assignee is None and task.candidate_groups is None and task.candidate_users is None:
        subject.warning("bpmn_task_for_nobody", task)
    if (groups := literal(task.candidate_groups)) and (wrong := _malformed(groups)):
        subject.warning("bpmn_group_malformed", task, name="candidateGroups", text=wrong)


def _malformed(groups: str) -> str:
    """The first of several groups that is no unit.role[.post[.specialty]]; empty if all are."""
    parts = [group.strip() for group in groups.split(",")]
    return next((part for part in parts if not 2 <= len(part.split(".")) <= 4 or "" in part.split(".")), "")


# What a property may hold: the code of the finding, or None


def _group_list(value: Source) -> str | None:
    text = literal(value)
    return "bpmn_groups_malformed" if text is not None and _malformed(text) else None


def _prefix(value: Source) -> str | None:
    return None if _PREFIX.fullmatch(literal(value) or "") else "bpmn_prefix_malformed"


def _clock(value: Source) -> str | None:
    return None if literal(value) in ("case", "running") else "bpmn_clock_unknown"


def _hold(value: Source) -> str | None:
    return None if literal(value) in ("begin", "end") else "bpmn_hold_unknown"


def _limit(value: Source) -> str | None:
    """A limit is FEEL; one that reads no variable can be tried."""
    if not isinstance(value, Feel):
        return "bpmn_limit_not_feel"
    if value.reads:
        return None  # mostly what a decision table answers: only the run can tell
    try:
        given = value.evaluate({}, _MOMENT).value
        if given is not None:
            amount(given)
            if given.get("reminder") is not None:
                amount(given["reminder"])
    except (FeelError, KeyError, TypeError, ValueError, AttributeError):
        return "bpmn_limit_malformed"
    return None


# Where a property has an effect


def _anywhere_in_the_flow(element: Element) -> bool:
    return not isinstance(element, ProcessRoot)


def _on_user_task(element: Element) -> bool:
    return isinstance(element, UserTask)


def _on_process(element: Element) -> bool:
    return isinstance(element, ProcessRoot)


def _on_message_catch(element: Element) -> bool:
    # what opens an instance is offered as a form to start by, not as an action of a case
    waits = isinstance(element, CatchEvent | BoundaryEvent) or (isinstance(element, StartEvent) and element.scope)
    return bool(waits) and any(isinstance(definition, Message) for definition in parts(element))


def _on_none_start(element: Element) -> bool:
    return isinstance(element, StartEvent) and element.scope is None and element.event_definition.is_none


def _on_message_throw(element: Element) -> bool:
    throws = isinstance(element, ThrowEvent | SendTask)
    return throws and any(isinstance(definition, Message) for definition in parts(element))


@dataclass(frozen=True, slots=True)
class Property:
    """One of our properties: on which elements it does something, and what is wrong with a value."""

    has_effect: Callable[[Element], bool]
    problem: Callable[[Source], str | None] | None = None


PROPERTIES: Mapping[str, Property] = {
    "prefix": Property(_on_process, _prefix),
    "unit": Property(_on_process),
    "starters": Property(_on_process, _group_list),
    "limit": Property(_on_user_task, _limit),
    "clock": Property(_on_user_task, _clock),
    "hold": Property(_anywhere_in_the_flow, _hold),
    "action.form": Property(_on_message_catch),
    "action.roles": Property(_on_message_catch, _group_list),
    "action.label": Property(_on_message_catch),
    "ttl": Property(_on_message_throw),
    "form": Property(_on_none_start),
}
