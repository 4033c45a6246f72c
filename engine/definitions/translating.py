"""What a model says to people: the texts in it that want a translation, by place (decision 16)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine import diagrams
from engine.dmn.errors import DmnError
from engine.dmn.reading.source import read_xml as read_dmn
from engine.store import json

from .wording import PARTS

NAMED = frozenset(
    {"definitions", "decision", "inputData", "businessKnowledgeModel", "decisionService", "knowledgeSource"}
)


def translatable(kind: str, resource: str, content: str) -> Mapping[str, str]:
    """Place (element id, path in a form) → the Chinese text there; nothing for a file that cannot be read.

    Raises nothing: what is wrong with the file is said by its check.
    """
    if kind == "process":
        return diagrams.texts(content.encode(), resource)
    if kind == "form":
        return dict(_form(content))
    return dict(_decisions(content, resource))


def _decisions(content: str, resource: str) -> Iterator[tuple[str, str]]:
    """Names of decisions and of what they ask for, labels of columns, by the ids of their elements."""
    try:
        root = read_dmn(content.encode(), resource)
    except DmnError:
        return
    waiting = [root]
    while waiting:
        element = waiting.pop()
        # A variable is called by its name in expressions; people do not read it.
        told = element.get("label") or (element.get("name") if element.tag in NAMED else "")
        if element.id and told.strip():
            yield element.id, told
        # The texts are to stand in the order of the file, as analysts read it.
        waiting += reversed(list(element.children()))


def _form(content: str) -> Iterator[tuple[str, str]]:
    try:
        form = json.loads(content.encode())
    except (ValueError, RecursionError):
        return
    components = form.get("components") if isinstance(form, dict) else None
    yield from _components(components, "")


def _components(components: Any, around: str) -> Iterator[tuple[str, str]]:
    for component in _mappings(components):
        own = component.get("key") or component.get("path")
        place = ".".join(str(part) for part in (around, own or component.get("id", "")) if part)
        for part, ending in PARTS.items():
            if isinstance(text := component.get(part), str) and text.strip():
                yield place + ending, text
        for option in _mappings(component.get("values")):
            if isinstance(text := option.get("label"), str) and text.strip():
                yield f"{place}.{option.get('value')}", text
        yield from _components(component.get("components"), place if own else around)


def _mappings(found: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
