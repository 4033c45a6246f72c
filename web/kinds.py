"""Camunda's words for kinds of elements."""

import re

import engine

# Where the word is not the element's own name.
_KINDS = {"NoneTask": "TASK", "ProcessRoot": "PROCESS", "Transaction": "SUB_PROCESS", "ComplexGateway": "UNKNOWN"}


def element_kind(session: engine.Session, definition_key: int, element: str) -> str:
    """Camunda's word for the kind of an element, such as USER_TASK; UNKNOWN for one that the version does not have."""
    drawn = engine.process_spec(session, definition_key).elements.get(element)
    if drawn is None:
        return "UNKNOWN"
    if getattr(drawn, "by_event", False):
        return "EVENT_SUB_PROCESS"
    name = type(drawn).__name__
    return _KINDS.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()
