"""Names and labels in the reader's language: Chinese from the file, English from its translation (decision 16)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.models import Definition

from .cache import cache_of
from .finding import form_of, process_spec

Language = Literal["zh", "en"]
# What a component says beside its label → what follows its path in the translation.
PARTS = {
    "label": "",
    "description": "#description",
    # A field of form-js for date and time has these two in place of a label.
    "dateLabel": "",
    "timeLabel": "#time",
    "text": "#text",
    "placeholder": "#placeholder",
    "prefixAdorner": "#prefix",
    "suffixAdorner": "#suffix",
}


def process_name(session: Session, definition_key: int, language: Language = "zh") -> str:
    """What a process is called."""
    id, name = cache_of(session).get("named", definition_key, lambda: _named(session, definition_key))  # noqa: A001
    return texts_of(session, definition_key, language).get(id) or name


def element_name(session: Session, definition_key: int, element_id: str, language: Language = "zh") -> str:
    """What an element of a process is called; its id where it has no name."""
    told = texts_of(session, definition_key, language).get(element_id)
    element = process_spec(session, definition_key).elements.get(element_id)
    return told or (element.bpmn_name if element is not None else None) or element_id


def action_label(session: Session, definition_key: int, element_id: str, label: str, language: Language = "zh") -> str:
    """What an action is called: its own translation, else that of the element that receives it, else the label."""
    texts = texts_of(session, definition_key, language)
    return texts.get(f"{element_id}.action.label") or texts.get(element_id) or label


def form_in(session: Session, form_key: int, language: Language = "zh") -> dict[str, Any]:
    """A form as form-js has it, with its texts in the language. Raises NotFound."""
    form = form_of(session, form_key)
    texts = texts_of(session, form_key, language)
    return {**form, "components": _components(form.get("components", ()), texts, "")} if texts else form


def form_labels(session: Session, form_key: int, language: Language = "zh") -> dict[str, str]:
    """What each field of a form is called, by its path; fields of a list by the list's path and theirs."""
    return dict(_labels(form_in(session, form_key, language).get("components", ()), ""))


def texts_of(session: Session, key: int, language: Language) -> Mapping[str, str]:
    """The translation of a definition's file; empty for Chinese, which is the file itself."""
    if language == "zh":
        return {}
    return cache_of(session).get("texts", key, lambda: _texts(session, key))


def _named(session: Session, key: int) -> tuple[str, str]:
    row = session.execute(select(Definition.id, Definition.name).where(Definition.key == key)).one()
    return row.id, row.name


def _texts(session: Session, key: int) -> Mapping[str, str]:
    return session.scalar(select(Definition.texts).where(Definition.key == key)) or {}


def _components(components: Iterable[Any], texts: Mapping[str, str], around: str) -> list[Any]:
    return [_component(component, texts, around) for component in components]


def _component(component: Mapping[str, Any], texts: Mapping[str, str], around: str) -> dict[str, Any]:
    """Fields go by their path, all else by its id; what a list or group holds lies below its path."""
    own = component.get("key") or component.get("path")
    place = ".".join(part for part in (around, own or component.get("id", "")) if part)
    changed: dict[str, Any] = {}
    for part, ending in PARTS.items():
        if part in component and (text := texts.get(place + ending)):
            changed[part] = text
    if isinstance(values := component.get("values"), list):
        changed["values"] = [_option(option, texts, place) for option in values]
    if inner := component.get("components"):
        changed["components"] = _components(inner, texts, place if own else around)
    # A copy: the form itself is the cache's, which every reader shares.
    return {**component, **changed}


def _labels(components: Iterable[Mapping[str, Any]], around: str) -> Iterator[tuple[str, str]]:
    for component in components:
        own = component.get("key") or component.get("path")
        place = ".".join(part for part in (around, own) if part)
        label = component.get("label") or component.get("dateLabel") or component.get("timeLabel")
        if own and label:
            yield place, label
        yield from _labels(component.get("components", ()), place)


def _option(option: Any, texts: Mapping[str, str], place: str) -> Any:
    if not isinstance(option, Mapping):
        return option
    return {**option, "label": texts.get(f"{place}.{option.get('value')}") or option.get("label")}
