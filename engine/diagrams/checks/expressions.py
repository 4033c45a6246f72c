"""What FEEL's analysis can tell of a diagram's expressions before anything runs.

Anything may come from outside: with the start, from a form, a handler or a message. So a variable is doubtful only if
the diagram sets one of almost that name, or if nothing of it takes variables from outside.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any

from engine.core.calls import CallActivity
from engine.core.element import Element
from engine.core.event_definitions import Definition, TimerDefinition, parts
from engine.core.events import BoundaryEvent, CatchEvent, StartEvent
from engine.core.expressions import Feel
from engine.core.jobs import JobTask
from engine.core.user_tasks import UserTask
from engine.feel import BUILT_IN_FUNCTIONS, told

from .subject import Subject

# Those of engine.directory.calendar, which lies beside this room.
HOST_FUNCTIONS = frozenset(("is working day", "working days after", "working hours after"))
# What the engine sets by itself: the case number, what a loop counts and a complex gateway.
_BY_THE_ENGINE = frozenset(
    (
        "no",
        "loopCounter",
        "numberOfInstances",
        "numberOfCompletedInstances",
        "numberOfActiveInstances",
        "numberOfTerminatedInstances",
        "activationCount",
    )
)
_CONDITIONS = frozenset(("condition", "completion", "activation", "when"))


@dataclass(frozen=True, slots=True)
class Use:
    """An expression, where it stands and what it is there for; `flow` is the sequence flow whose condition it is."""

    element: Element
    field: str
    feel: Feel
    flow: str | None = None


def check_expressions(subject: Subject) -> None:
    """Functions nobody has, conditions that never hold or are none."""
    given = _given(subject)
    for use in _all_uses(subject):
        _functions(subject, use, given)
        if use.field in _CONDITIONS:
            _condition(subject, use)


def check_variables(subject: Subject) -> None:
    """Names nobody gives, unless a form has a field of that name: the caller knows the forms."""
    given = _given(subject)
    closed = not any(_takes(element) for element in subject.elements)
    for use in _all_uses(subject):
        expression = use.feel.expression
        for name in sorted(expression.reads - expression.possible - expression.calls - given):
            if near := next((other for other in sorted(given) if _misspelt(name, other)), None):
                subject.warning("bpmn_variable_misspelt", use.element, name=name, near=near, text=use.feel.text)
            elif closed:
                subject.warning("bpmn_variable_unknown", use.element, name=name, text=use.feel.text)


def _all_uses(subject: Subject) -> list[Use]:
    uses = [use for element in (subject.spec.root, *subject.elements) for use in _uses(element)]
    return uses + [Use(subject.spec.root, name, feel) for name, feel in _feels(dict(subject.spec.properties), "")]


def _given(subject: Subject) -> frozenset[str]:
    return _BY_THE_ENGINE.union(*(_sets(element) for element in subject.elements))


def _misspelt(name: str, other: str) -> bool:
    """Whether one letter, or the way words are joined, is all that tells two names apart.

    `order` and `orders`, `reply1` and `reply2` are two variables, not one misspelt.
    """
    one, two = (text.replace("_", "").lower() for text in (name, other))
    if one == two:
        return True
    # Of so short a name one letter is too much for a slip.
    if len(one) < 5 or one.rstrip("0123456789s") == two.rstrip("0123456789s"):
        return False
    same = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    rest, other_rest = one[same:], two[same:]
    swapped = rest[1::-1] + rest[2:]
    return other_rest in (rest[1:], swapped) or rest == other_rest[1:] or rest[1:] == other_rest[1:]


def _functions(subject: Subject, use: Use, given: frozenset[str]) -> None:
    for name in sorted(use.feel.expression.calls - HOST_FUNCTIONS - given):
        near = ", ".join(get_close_matches(name, (*HOST_FUNCTIONS, *BUILT_IN_FUNCTIONS))) or "–"
        subject.warning("bpmn_function_unknown", use.element, name=name, near=near, text=use.feel.text)


def _condition(subject: Subject, use: Use) -> None:
    expression = use.feel.expression
    if expression.type.name not in ("boolean", "Any"):
        kind = told(expression.type.name)
        subject.warning("bpmn_condition_not_boolean", use.element, text=use.feel.text, kind=kind)
    elif (why := expression.never_true()) is not None:
        place = {"text": use.feel.text, "line": why.line, "column": why.column, "reason": why.told()}
        if use.flow is None:
            subject.warning("bpmn_condition_never", use.element, **place)
        else:
            subject.findings.warning("bpmn_flow_never", subject.document.nodes[use.flow], **place)


def _uses(element: Element) -> Iterator[Use]:
    # Every field there is: one that a kind of element gets later is looked at without being named here.
    for name, value in vars(element).items():
        if name not in ("incoming", "outgoing"):
            for field, feel in _feels(value, name):
                yield Use(element, field, feel)
    # A flow into an element is one out of another.
    for flow in element.outgoing:
        for field, feel in _feels(flow, "outgoing"):
            yield Use(element, field, feel, flow.id)


def _feels(value: Any, field: str) -> Iterator[tuple[str, Feel]]:
    """The expressions in a value, each with the name of the field it stands in."""
    if isinstance(value, Feel):
        yield field, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _feels(part, str(name))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _feels(part, field)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _feels(getattr(value, one.name), one.name)
    elif isinstance(value, Definition):
        yield from _feels(vars(value), field)


def _sets(element: Element) -> Iterator[str]:
    """The names of the variables an element sets by what its diagram says."""
    for mapping in (*element.input_mappings, *element.output_mappings):
        yield mapping.target[0]
    loop = element.loop
    for name in (
        getattr(element, "result_variable", None),
        getattr(loop, "item", None),
        getattr(loop, "output_collection", None),
        getattr(element, "output_collection", None),
    ):
        if name:
            yield name


def _takes(element: Element) -> bool:
    """Whether variables of any name can come into the process through an element."""
    if isinstance(element, StartEvent) and element.scope is None:
        return not all(isinstance(part, TimerDefinition) for part in parts(element))
    # With them only what they name goes up (`Values.take_result`).
    if element.output_mappings:
        return False
    if isinstance(element, JobTask):
        return element.job_type is not None
    if isinstance(element, UserTask):
        return True
    if isinstance(element, CatchEvent | BoundaryEvent | StartEvent):
        return any(not isinstance(part, TimerDefinition) for part in parts(element))
    return isinstance(element, CallActivity)
