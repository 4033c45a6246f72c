"""Parses what every element has: name, lane, documentation, mappings, properties, default flow and loop."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser

from engine.core.element import Element, Mapping
from engine.core.expressions import Literal, Source
from engine.core.spec import ProcessSpec

from .extensions import Extensions
from .fields import Fields
from .findings import Findings
from .listeners import listeners
from .loops import multi_instance, standard_loop
from .names import Node, bpmn, is_true, text_of

MOST_TOKENS = 1_000  # one activity waits for or gives
MODELER_PROPERTY = "camundaModeler:"  # notes of the modelling tool among the properties


class ElementParser(TaskParser):  # type: ignore[misc]
    """SpiffWorkflow's task parser, which makes the element and no more: flows are the second pass's."""

    task: Any  # of the class the table of parsers names beside this parser

    @property
    def findings(self) -> Findings:
        return self.process_parser.parser.findings  # type: ignore[no-any-return]

    @cached_property
    def fields(self) -> Fields:
        return Fields(self.findings)

    @cached_property
    def extensions(self) -> Extensions:
        return Extensions(self.node)

    @property
    def bpmn_attributes(self) -> dict[str, Any]:
        return {
            "lane": self.lane,
            "bpmn_name": self.node.get("name"),
            "documentation": documentation(self.node),
            "description": self.get_description(),
        }

    def parse_node(self) -> Element:
        """The element with all that is its own."""
        self.task = self.create_task()
        # whether the flow leaves this element is seen when the flows are parsed
        self.task.default = self.node.get("default")
        if self.extensions.get("ioMapping") is not None:
            self.task.input_mappings = self._mappings("input")
            self.task.output_mappings = self._mappings("output")
        if self.extensions.get("properties") is not None:
            self.task.properties = properties(self.extensions, self.fields)
        self.task.listeners = listeners(self.extensions, self.fields)
        self._activity()
        self.fill()
        return self.task  # type: ignore[no-any-return]

    def _activity(self) -> None:
        """What activities have: a loop, quantities, and whether they only undo something."""
        repeated = self.node.find(bpmn("multiInstanceLoopCharacteristics"))
        standard = self.node.find(bpmn("standardLoopCharacteristics"))
        if repeated is not None and standard is not None:
            self.findings.error("bpmn_two_loops", standard)
        elif repeated is not None:
            tops = self.process_parser.parser.tops
            zeebe = Extensions(repeated).get("loopCharacteristics")
            self.task.loop = multi_instance(repeated, zeebe, self.fields, tops)
        elif standard is not None:
            self.task.loop = standard_loop(standard, self.fields)
        self.task.start_quantity = self._quantity("startQuantity")
        self.task.completion_quantity = self._quantity("completionQuantity")
        self.task.for_compensation = self.is_true("isForCompensation")

    def _quantity(self, name: str) -> int:
        text = (self.node.get(name) or "1").strip()
        if text.isdecimal() and 1 <= int(text) <= MOST_TOKENS:
            return int(text)
        self.findings.error("bpmn_quantity", self.node, field=name, text=text, most=MOST_TOKENS)
        return 1

    def fill(self) -> None:
        """Set what this kind of element has beside what all have."""

    def _mappings(self, name: str) -> tuple[Mapping, ...]:
        found = (self.fields.mapping(node) for node in self.extensions.inside("ioMapping", name))
        return tuple(mapping for mapping in found if mapping is not None)

    def is_true(self, attribute: str, default: bool = False) -> bool:
        return is_true(self.node, attribute, default)


def documentation(node: Node) -> str | None:
    found = node.find(bpmn("documentation"))
    return None if found is None else text_of(found) or None


def properties(extensions: Extensions, fields: Fields) -> dict[str, Source]:
    """The zeebe:properties by name, without those the modelling tool keeps for itself."""
    found: dict[str, Source] = {}
    for node in extensions.inside("properties", "property"):
        name = fields.text(node, "name", required=True)
        if name is None or name.startswith(MODELER_PROPERTY):
            continue
        if name in found:
            fields.findings.error("bpmn_property_twice", node, name=name)
        # the property's own name is what the person knows the field by
        value = fields.compiled(node, name, node.get("value") or "")
        if value is not None:
            found[name] = value
    return found


def action_labels(spec: ProcessSpec) -> Iterator[tuple[str, str]]:
    """The labels of actions (decision 15) that are plain texts, with the key they are translated by."""
    for element in spec.task_specs.values():
        label = element.properties.get("action.label")
        if isinstance(label, Literal):
            yield f"{element.id}.action.label", label.text
