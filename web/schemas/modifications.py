"""Modifying a running instance, as Camunda asks for it."""

from collections.abc import Iterable, Mapping
from typing import Any

import engine
from web.asking import key_of
from web.schemas.fields import Choice, Flag, Inner, Key, Several, Shape, Text, Variables, Whole

ANY_SCOPE = "-1"  # Camunda's: in whichever scope there is


class VariableInstruction(Shape):
    """Variables to set; `scopeId` is the element or a scope around it, "" the instance."""

    variables = Variables(required=True)
    scope_id = Text()


class ActivateInstruction(Shape):
    """Where to begin. `ancestorElementInstanceKey` says in which scope, where there are several."""

    element_id = Text(required=True)
    variable_instructions = Several(Inner(VariableInstruction))
    ancestor_element_instance_key = Text()


class TerminateInstruction(Shape):
    """What to end: one element instance, or all of an element."""

    element_instance_key = Key()
    element_id = Text(shortest=1)


class SourceInstruction(Shape):
    """What moves."""

    source_type = Choice({"byId": "id", "byKey": "key"}, required=True)
    source_element_id = Text(shortest=1)
    source_element_instance_key = Key()


class AncestorInstruction(Shape):
    """In which scope a move begins: a named one, or the nearest that source and target share."""

    ancestor_scope_type = Choice({"direct": "direct", "inferred": "shared", "sourceParent": "shared"}, required=True)
    ancestor_element_instance_key = Text()


class MoveInstruction(Shape):
    """End here and begin there, once for each instance that ends."""

    source_element_instruction = Inner(SourceInstruction, required=True)
    target_element_id = Text(required=True)
    ancestor_scope_instruction = Inner(AncestorInstruction)
    variable_instructions = Several(Inner(VariableInstruction))


class Modification(Shape):
    """What to begin, to move and to end in a running instance."""

    operation_reference = Whole(1, 2**63 - 1)
    activate_instructions = Several(Inner(ActivateInstruction))
    move_instructions = Several(Inner(MoveInstruction))
    terminate_instructions = Several(Inner(TerminateInstruction))


class AdHocElement(Shape):
    """An activity to begin inside an ad-hoc sub-process, with variables of its own."""

    element_id = Text(required=True)
    variables = Variables()


class AdHocActivation(Shape):
    """What to begin inside a running ad-hoc sub-process."""

    elements = Several(Inner(AdHocElement), required=True)
    cancel_remaining_instances = Flag()


class MappingInstruction(Shape):
    """An element of the old version and the one of the new that stands for it."""

    source_element_id = Text(required=True)
    target_element_id = Text(required=True)


class Migration(Shape):
    """The version to go on with. Elements whose ids are the same need no instruction."""

    operation_reference = Whole(1, 2**63 - 1)
    target_process_definition_key = Key(required=True)
    mapping_instructions = Several(Inner(MappingInstruction), required=True)


def mapping(body: Mapping[str, Any]) -> dict[str, str]:
    """Old element → new element."""
    return {one["source_element_id"]: one["target_element_id"] for one in body["mapping_instructions"]}


def modification(body: Mapping[str, Any]) -> engine.Modify:
    """The command that a body asks for. Raises Invalid where an instruction names two things, or none."""
    return engine.Modify(
        tuple(_activate(one) for one in body.get("activate_instructions", ())),
        tuple(
            _one_of(one.get("element_instance_key"), one.get("element_id"))
            for one in body.get("terminate_instructions", ())
        ),
        tuple(_move(one) for one in body.get("move_instructions", ())),
    )


def _activate(one: Mapping[str, Any]) -> engine.Activate:
    scope_key = _scope_key(one.get("ancestor_element_instance_key"))
    return engine.Activate(one["element_id"], scope_key, _variables(one.get("variable_instructions", ())))


def _move(one: Mapping[str, Any]) -> engine.Move:
    source, scope = one["source_element_instruction"], one.get("ancestor_scope_instruction", {})
    named = _one_of(source.get("source_element_instance_key"), source.get("source_element_id"))
    direct = scope.get("ancestor_scope_type") == "direct"
    scope_key = _scope_key(scope.get("ancestor_element_instance_key")) if direct else None
    return engine.Move(named, one["target_element_id"], scope_key, _variables(one.get("variable_instructions", ())))


def _one_of(key: int | None, element: str | None) -> int | str:
    if (key is None) == (element is None):
        raise engine.Invalid("modification_names_one")
    return key if key is not None else str(element)


def _scope_key(text: str | None) -> int | None:
    return None if text in (None, ANY_SCOPE) else key_of(str(text))


def _variables(instructions: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in instructions:
        found.setdefault(one.get("scope_id", ""), {}).update(one["variables"])
    return found
