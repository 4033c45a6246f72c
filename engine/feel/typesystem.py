"""Types as `instance of` and function parameters name them, and whether a value is of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel.values import Function, Range, kind_of

PRIMITIVES = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "days and time duration": "days and time duration",
    "years and months duration": "years and months duration",
    # The next three are what dmn-js writes for them in a table's typeRef.
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "dateTime": "date and time",
    "context": "context",
    "list": "list",
    "range": "range",
    "function": "function",
}


@dataclass(frozen=True, slots=True)
class Type:
    """Any type. A plain one is `Any`, `Null`, one of the kinds, or the name of a type of the host's."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListType(Type):
    """`list<element>`."""

    element: Type

    def __str__(self) -> str:
        return self.name if self.element == ANY else f"{self.name}<{self.element}>"


@dataclass(frozen=True, slots=True)
class RangeType(Type):
    """`range<element>`."""

    element: Type

    def __str__(self) -> str:
        return self.name if self.element == ANY else f"{self.name}<{self.element}>"


@dataclass(frozen=True, slots=True)
class ContextType(Type):
    """`context<a: number>`; more entries are allowed."""

    entries: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        return f"{self.name}<{', '.join(f'{name}: {kind}' for name, kind in self.entries)}>"


@dataclass(frozen=True, slots=True)
class FunctionType(Type):
    """`function<number, string> -> boolean`."""

    parameters: tuple[Type, ...]
    result: Type

    def __str__(self) -> str:
        return f"{self.name}<{', '.join(map(str, self.parameters))}> -> {self.result}"


ANY = Type("Any")
NULL = Type("Null")


class UnknownTypeError(Exception):
    """A type name that neither FEEL nor the host knows."""


def resolve(declared: Type, types: Mapping[str, Type]) -> Type:
    """The type behind the host's names; UnknownTypeError if there is none or they go round in a circle."""
    seen = 0
    # A name may stand for a name; a circle of them ends when every type was seen.
    while type(declared) is Type and declared.name not in PRIMITIVES and declared not in (ANY, NULL):
        seen += 1
        if declared.name not in types or seen > len(types):
            raise UnknownTypeError(declared.name)
        declared = types[declared.name]
    return declared


def is_instance(value: Any, declared: Type, types: Mapping[str, Type]) -> bool:
    """`value instance of declared`: null is an instance of Null only, parts may be null."""
    declared = resolve(declared, types)
    if value is None:
        # Null is in every type's domain but an instance of none (table 53).
        return declared == NULL
    if declared == ANY:
        return True
    return _conforms(value, declared, types)


def _conforms_or_null(value: Any, declared: Type, types: Mapping[str, Type]) -> bool:
    declared = resolve(declared, types)
    return value is None or declared == ANY or _conforms(value, declared, types)


def _conforms(value: Any, declared: Type, types: Mapping[str, Type]) -> bool:
    kind = kind_of(value)
    if isinstance(declared, ListType):
        return kind == "list" and all(_conforms_or_null(item, declared.element, types) for item in value)
    if isinstance(declared, RangeType):
        return kind == "range" and _range_conforms(value, declared.element, types)
    if isinstance(declared, ContextType):
        return kind == "context" and all(
            name in value and _conforms_or_null(value[name], entry, types) for name, entry in declared.entries
        )
    if isinstance(declared, FunctionType):
        return kind == "function" and _function_conforms(value, declared, types)
    return PRIMITIVES.get(declared.name) == kind


def _range_conforms(value: Range, element: Type, types: Mapping[str, Type]) -> bool:
    ends = [end for end in (value.start, value.end) if end is not None]
    return bool(ends) and all(_conforms_or_null(end, element, types) for end in ends)


def _function_conforms(value: Function, declared: FunctionType, types: Mapping[str, Type]) -> bool:
    own = value.type or FunctionType("function", (ANY,) * len(value.parameters), ANY)
    return (
        len(own.parameters) == len(declared.parameters)
        and all(
            # Parameters the other way round: who takes more may stand in for who takes less.
            assignable(wanted, given, types)
            for wanted, given in zip(declared.parameters, own.parameters, strict=True)
        )
        and assignable(own.result, declared.result, types)
    )


def assignable(given: Type, wanted: Type, types: Mapping[str, Type]) -> bool:
    """Whether every value of `given` may stand where `wanted` is asked for (DMN 10.3.2.9.1, conforms to)."""
    given, wanted = resolve(given, types), resolve(wanted, types)
    if wanted == ANY or given in (NULL, wanted):
        return True
    if isinstance(given, ListType | RangeType) and type(given) is type(wanted):
        return assignable(given.element, wanted.element, types)
    if isinstance(given, ContextType) and isinstance(wanted, ContextType):
        entries = dict(given.entries)
        return all(name in entries and assignable(entries[name], entry, types) for name, entry in wanted.entries)
    if isinstance(given, FunctionType) and isinstance(wanted, FunctionType):
        return (
            len(given.parameters) == len(wanted.parameters)
            and all(assignable(w, g, types) for w, g in zip(wanted.parameters, given.parameters, strict=True))
            and assignable(given.result, wanted.result, types)
        )
    return PRIMITIVES.get(given.name, given.name) == PRIMITIVES.get(wanted.name, wanted.name) and type(wanted) is Type
