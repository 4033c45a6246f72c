"""Parses multi-instance characteristics."""

from engine.core.multi_instance import MultiInstance

from .fields import Fields
from .names import Node, bpmn, is_true


def multi_instance(node: Node, zeebe: Node | None, fields: Fields) -> MultiInstance | None:
    """The loop that `node` and its zeebe:loopCharacteristics describe; None where no collection is given."""
    if zeebe is None:
        fields.findings.error("bpmn_loop_without_collection", node)
        return None
    collection = fields.feel(zeebe, "inputCollection", zeebe.get("inputCollection") or "", required=True)
    output = fields.variable(zeebe, "outputCollection")
    element = fields.feel(zeebe, "outputElement", zeebe.get("outputElement") or "")
    # one without the other would collect nothing, or nowhere
    if bool(zeebe.get("outputCollection")) != bool(zeebe.get("outputElement")):
        fields.findings.error("bpmn_loop_output_incomplete", zeebe)
    item = fields.variable(zeebe, "inputElement")
    if collection is None:
        return None
    until = node.find(bpmn("completionCondition"))
    return MultiInstance(
        collection=collection,
        sequential=is_true(node, "isSequential"),
        item=item,
        output_collection=output,
        output_element=element,
        completion=None if until is None else fields.feel(until, "completionCondition", until.text or ""),
    )
