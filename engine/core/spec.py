"""A process as parsed: every element in file order, its flows, and what is found quickly from them.

Frozen once parsed and shared by all instances of its version: what an instance needs of its own lies in its state.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from .compensation import Compensation
from .conditions import Conditional
from .element import Element, Flow, Frozen
from .event_definitions import Message
from .events import BoundaryEvent, ReceiveTask, StartEvent
from .expressions import Source
from .gateways import EventBasedGateway


class ProcessSpec(BpmnProcessSpec):  # type: ignore[misc]
    """One process. Elements of its sub-processes lie in it too; `Element.scope` says where each belongs."""

    elements: Mapping[str, Element]
    task_specs: Any  # SpiffWorkflow fills it while elements are made; frozen, it is `elements`
    root: Element
    process_id: str
    properties: Mapping[str, Source]
    has_conditions = False
    has_compensation = False
    has_message_starts = False
    frozen = False

    def __init__(self, process_id: str, name: str, filename: str, version_tag: str | None = None) -> None:
        super().__init__(name=process_id, description=name, filename=filename)
        # SpiffWorkflow's own start, end and join tasks belong to its tree
        self.task_specs.clear()
        self.start = self.end = None
        self.process_id = process_id
        self.version_tag = version_tag
        self.properties = {}

    def __setattr__(self, name: str, value: Any) -> None:
        if self.frozen:
            raise Frozen(f"{self.process_id}.{name}")
        super().__setattr__(name, value)

    def freeze(self, root: Element) -> "ProcessSpec":
        """Index the elements and let nobody change them any more. `root` stands for the process itself."""
        self.root = root
        self.elements = MappingProxyType(dict(self.task_specs))
        self.task_specs = self.elements
        self.properties = MappingProxyType(dict(self.properties))
        self._boundaries: dict[str, tuple[BoundaryEvent, ...]] = {}
        self._event_starts: dict[str, tuple[StartEvent, ...]] = {}
        self._entries: dict[str, tuple[str, ...]] = {}
        for element in self.elements.values():
            self._index(element)
        for element in self.elements.values():
            # SpiffWorkflow's own `inputs` and `outputs` answer from these.
            element._inputs = tuple(flow.source for flow in element.incoming)
            element._outputs = tuple(flow.target for flow in element.outgoing)
            element.properties = MappingProxyType(dict(element.properties))  # type: ignore[assignment]
            element.frozen = True
        definitions = [getattr(element, "event_definition", None) for element in self.elements.values()]
        definitions += [part for found in definitions for part in getattr(found, "definitions", ())]
        self.has_conditions = any(isinstance(found, Conditional) for found in definitions)
        self.has_compensation = any(isinstance(found, Compensation) for found in definitions)
        self._starts = self.starts_of(self.elements.values())
        self.has_message_starts = any(isinstance(start.event_definition, Message) for start in self._starts)
        self.frozen = True
        return self

    def _index(self, element: Element) -> None:
        if element is self.root:
            return
        scope = element.scope or self.root.id
        if isinstance(element, BoundaryEvent):
            self._boundaries[element.attached_to] = (*self._boundaries.get(element.attached_to, ()), element)
        elif isinstance(element, StartEvent) and self._by_event(element):
            around = self.elements[scope].scope or self.root.id
            self._event_starts[around] = (*self._event_starts.get(around, ()), element)
        elif not element.incoming and not getattr(element, "by_event", False) and self._starts_alone(element):
            self._entries[scope] = (*self._entries.get(scope, ()), element.id)

    def _by_event(self, start: StartEvent) -> bool:
        return start.scope is not None and getattr(self.elements[start.scope], "by_event", False)

    def _starts_alone(self, element: Element) -> bool:
        """What waits for an event opens an instance only when that event comes, and a handler when it is needed."""
        if isinstance(element, StartEvent):
            return element.event_definition.is_none
        return not getattr(element, "instantiate", False) and not element.for_compensation

    def boundaries(self, element_id: str) -> tuple[BoundaryEvent, ...]:
        return self._boundaries.get(element_id, ())

    def event_starts(self, scope_id: str) -> tuple[StartEvent, ...]:
        """The start events of the event sub-processes that lie directly in this scope."""
        return self._event_starts.get(scope_id, ())

    def entries(self, scope_id: str) -> tuple[str, ...]:
        """Where tokens begin when the scope is entered: none start events, else elements nothing leads to."""
        found = self._entries.get(scope_id, ())
        starts = tuple(e for e in found if isinstance(self.elements[e], StartEvent))
        return starts or found

    def starts(self) -> tuple[Element, ...]:
        """What opens an instance by its event: a start event, a receive task, or an event behind a gateway."""
        return self._starts

    def starts_of(self, elements: Iterable[Element]) -> tuple[Element, ...]:
        """Like `starts`, of a specification that is not frozen yet."""
        found: list[Element] = []
        for element in (element for element in elements if element.scope is None):
            # The gateway itself waits for nothing: the events behind it do, and the first to come opens the instance.
            if isinstance(element, EventBasedGateway) and element.instantiate:
                found += [self.task_specs[flow.target] for flow in element.outgoing]
            elif isinstance(element, StartEvent | ReceiveTask) and not self._starts_alone(element):
                found.append(element)
        return tuple(found)

    def flows(self) -> tuple[Flow, ...]:
        return tuple(flow for element in self.elements.values() for flow in element.outgoing)
