"""Parses the characteristics that make an activity run more than once (BPMN 2.0.2, 10.3.8)."""

from typing import TYPE_CHECKING

from engine.core.event_definitions import Definition
from engine.core.expressions import Source, feel
from engine.core.multi_instance import MultiInstance, Told
from engine.core.standard_loop import StandardLoop

from .fields import Fields
from .names import Node, bpmn, is_true, text_of

if TYPE_CHECKING:
    from .event_definitions import Tops


def multi_instance(node: Node, zeebe: Node | None, fields: Fields, tops: "Tops") -> MultiInstance | None:
    """The loop that `node` and its zeebe:loopCharacteristics describe; None where neither collection nor number is."""
    number = node.find(bpmn("loopCardinality"))
    given = None if zeebe is None else zeebe.get("inputCollection")
    if number is None and zeebe is None:
        fields.findings.error("bpmn_loop_without_collection", node)
        return None
    if number is not None and given:
        fields.findings.error("bpmn_loop_twice", number)
    if number is not None:
        collection = _number(number, fields)
    else:
        collection = fields.feel(zeebe, "inputCollection", given or "", required=True)
    # one without the other would collect nothing, or nowhere
    if zeebe is not None and bool(zeebe.get("outputCollection")) != bool(zeebe.get("outputElement")):
        fields.findings.error("bpmn_loop_output_incomplete", zeebe)
    told = tuple(_told(node, fields, tops))
    if collection is None:
        return None
    until = node.find(bpmn("completionCondition"))
    return MultiInstance(
        collection=collection,
        counted=number is not None,
        sequential=is_true(node, "isSequential"),
        item=None if zeebe is None else fields.variable(zeebe, "inputElement"),
        output_collection=None if zeebe is None else fields.variable(zeebe, "outputCollection"),
        output_element=None if zeebe is None else fields.feel(zeebe, "outputElement", zeebe.get("outputElement") or ""),
        completion=None if until is None else fields.feel(until, "completionCondition", until.text or ""),
        told=told,
    )


def standard_loop(node: Node, fields: Fields) -> StandardLoop | None:
    """The loop that standardLoopCharacteristics describe; None where it would have no end."""
    text = (node.get("loopMaximum") or "").strip()
    maximum = int(text) if text.isdecimal() else None
    if text and maximum is None:
        fields.findings.error("bpmn_loop_maximum", node, text=text)
    found = node.find(bpmn("loopCondition"))
    condition = None if found is None else fields.feel(found, "loopCondition", found.text or "", required=True)
    if found is None and not text:
        fields.findings.error("bpmn_loop_without_end", node)
    return StandardLoop(condition, is_true(node, "testBefore"), maximum)


def _number(node: Node, fields: Fields) -> Source | None:
    text = text_of(node)
    # A plain number means the same in any language, so it needs no `=`.
    return feel(text) if text.isdecimal() else fields.feel(node, "loopCardinality", text, required=True)


def _told(node: Node, fields: Fields, tops: "Tops") -> list[Told]:
    """The events that completing instances throw."""
    # BPMN's own default, with which no event is thrown.
    behavior = (node.get("behavior") or "All").strip()
    complex_ones = list(node.iterchildren(bpmn("complexBehaviorDefinition")))
    if (behavior == "Complex") != bool(complex_ones):
        fields.findings.error("bpmn_loop_behavior", node, behavior=behavior, field="complexBehaviorDefinition")
        return []
    if behavior == "Complex":
        return [told for child in complex_ones if (told := _when(child, fields, tops)) is not None]
    for name, wanted in (("noneBehaviorEventRef", "None"), ("oneBehaviorEventRef", "One")):
        if bool(node.get(name)) != (behavior == wanted):
            fields.findings.error("bpmn_loop_behavior", node, behavior=behavior, field=name)
        elif node.get(name):
            definition = tops.definition(node, name, fields)
            return [] if definition is None else [Told(definition, first_only=behavior == "One")]
    return []


def _when(node: Node, fields: Fields, tops: "Tops") -> Told | None:
    condition, event = node.find(bpmn("condition")), node.find(bpmn("event"))
    if condition is None or event is None:
        fields.findings.error("bpmn_loop_behavior", node, behavior="Complex", field="complexBehaviorDefinition")
        return None
    when = fields.feel(condition, "condition", condition.text or "", required=True)
    found: list[Definition] = tops.definitions_of(event, fields)
    if len(found) != 1:
        fields.findings.error("bpmn_loop_behavior", node, behavior="Complex", field="event")
        return None
    return None if when is None else Told(found[0], when=when)
