"""Element templates for the modeler, made from what workers have told of their handlers, in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Any

import engine
from web.asking import Language
from web.pages.words import say

# The loader of templates knows by the package's name in it that they are for Camunda 8.
SCHEMA = "/@camunda/zeebe-element-templates-json-schema/resources/schema.json"
TASK = {"appliesTo": ["bpmn:Task"], "elementType": {"value": "bpmn:ServiceTask"}}


def element_templates(handlers: list[engine.queries.models.KnownHandler], language: Language) -> list[dict[str, Any]]:
    """One template a topic: its inputs and outputs become mappings, all that it may have is declared."""
    return [_template(one, language) for one in handlers]


def _template(handler: engine.queries.models.KnownHandler, language: Language) -> dict[str, Any]:
    texts = handler.texts.get(language) or handler.texts.get("zh") or {}
    fields = texts.get("fields") or {}
    return {
        "$schema": SCHEMA,
        "id": f"trunkline:{handler.topic}",
        "version": handler.version,
        "name": texts.get("name") or handler.topic,
        "description": texts.get("description") or handler.topic,
        **TASK,
        "groups": [{"id": part, "label": say(f"models.template_{part}", language)} for part in ("in", "out", "run")],
        "properties": [
            _hidden(handler.topic),
            *_inputs(handler.input, fields),
            *_outputs(handler.output, fields),
            *_runs(language),
        ],
    }


def _hidden(topic: str) -> dict[str, Any]:
    return {"type": "Hidden", "value": topic, "binding": {"type": "zeebe:taskDefinition", "property": "type"}}


def _inputs(schema: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    required = schema.get("required", ())
    for name, told in schema.get("properties", {}).items():
        one = {
            "group": "in",
            **_told(name, fields),
            **_kind(told),
            "binding": {"type": "zeebe:input", "name": name},
        }
        # Mappings that are left empty are no mappings; those a handler needs say so on the element.
        yield one | ({"constraints": {"notEmpty": True}} if name in required else {"optional": True})


def _outputs(schema: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in schema.get("properties", {}):
        yield {
            "group": "out",
            **_told(name, fields),
            "type": "String",
            "value": name,
            "optional": True,
            "binding": {"type": "zeebe:output", "source": f"={name}"},
        }


def _runs(language: Language) -> Iterator[dict[str, Any]]:
    yield {
        "group": "run",
        "label": say("models.template_retries", language),
        "type": "String",
        "feel": "optional",
        "value": "3",
        "binding": {"type": "zeebe:taskDefinition", "property": "retries"},
    }


def _told(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    field = fields.get(name) or {}
    told = {"label": field.get("label") or name}
    return told | ({"description": field["description"]} if field.get("description") else {})


def _kind(schema: Any) -> dict[str, Any]:
    """How a value is written: chosen, as text or FEEL, or as FEEL alone where it is no text."""
    schema = schema if isinstance(schema, Mapping) else {}
    choices = schema.get("enum")
    if choices and all(isinstance(choice, str) for choice in choices):
        return {"type": "Dropdown", "choices": [{"name": choice, "value": choice} for choice in choices]}
    types = schema.get("type")
    has_text = types == "string" or (isinstance(types, list) and "string" in types)
    return {"type": "String", "feel": "optional" if has_text else "required"}
