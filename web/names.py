"""What elements and definitions are called, in the reader's language: Chinese as drawn, English as translated."""

import re
from typing import Any

import engine
from web.asking import language

# Camunda's words for kinds of elements where they are not the element's own name.
_KINDS = {"NoneTask": "TASK", "ProcessRoot": "PROCESS", "Transaction": "SUB_PROCESS", "ComplexGateway": "UNKNOWN"}


def element_name(session: engine.Session, definition_key: int, element: str) -> str:
    """The name of an element; its id where it has none."""
    if language() == "en" and (english := engine.definition(session, definition_key).texts.get(element)):
        return str(english)
    return _drawn(session, definition_key, element).bpmn_name or element


def element_kind(session: engine.Session, definition_key: int, element: str) -> str:
    """Camunda's word for the kind of an element, such as USER_TASK."""
    drawn = _drawn(session, definition_key, element)
    if getattr(drawn, "by_event", False):
        return "EVENT_SUB_PROCESS"
    name = type(drawn).__name__
    return _KINDS.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def _drawn(session: engine.Session, definition_key: int, element: str) -> Any:
    return engine.process_spec(session, definition_key).elements[element]
