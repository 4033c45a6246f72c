"""All types that a model's `typeRef`s can name: FEEL's, its own item definitions and those of imported models."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from engine.dmn.drg import Import, ItemDefinition
from engine.dmn.errors import Finding
from engine.dmn.types import ANY, ItemType
from engine.feel import (
    ContextType,
    FeelSyntaxError,
    FunctionType,
    ListType,
    RangeType,
    Type,
    UnaryTests,
    compile_unary_tests,
    parse_type,
)

# What Camunda's modeler and DMN 1.1 wrote beside the names of the specification.
_OTHER_NAMES = {"integer": "number", "long": "number", "double": "number"}

# The names of FEEL's simple types, each with the kind of its values.
_KINDS = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "context": "context",
    "range": "range",
    "function": "function",
}


class TypeTable:
    """The types of one model by name; those of an imported one are known as `import.name`."""

    def __init__(self, items: Iterable[ItemDefinition], imported: Sequence[tuple[Import, "TypeTable"]] = ()) -> None:
        self.findings: list[Finding] = []
        self.feel: dict[str, Type] = {}
        self._items: dict[str, ItemType] = {}
        self._prefixes = {one.namespace: one.name for one, _ in imported}
        for one, table in imported:
            for name, item in table._items.items():
                self._add(
                    f"{one.name}.{name}" if one.name else name, item, _prefixed(table.feel[name], one.name, table)
                )
        own = {item.name: item for item in items}
        # Every name first: a definition may use one that stands below it, and itself.
        for name in own:
            self._items[name] = ItemType(name, types=self.feel)
        for definition in own.values():
            self.feel[definition.name] = self._feel_type(definition)
        for definition in self._bases_first(own):
            self._fill(self._items[definition.name], definition)

    def find(self, type_ref: str, element: str = "", line: int = 0) -> ItemType:
        """The type a `typeRef` names; Any if it is empty, or if it is unknown, which becomes a finding."""
        name = self._plain_name(type_ref)
        if name in self._items:
            return self._items[name]
        if name in ("", "Any"):
            return ANY
        try:
            return self._from_feel(type_ref, parse_type(name))
        except (FeelSyntaxError, KeyError):
            self.findings.append(Finding("unknown_type", element, line, {"type": type_ref}))
            # Any, so that nothing that follows from the unknown type is a finding, too.
            return ANY

    def _add(self, name: str, item: ItemType, feel: Type) -> None:
        self._items[name] = item
        self.feel[name] = feel

    def _plain_name(self, type_ref: str) -> str:
        """The name under which the model knows the type; `{namespace}name` is an import's or the model's own."""
        if type_ref.startswith("{"):
            namespace, _, name = type_ref[1:].rpartition("}")
            prefix = self._prefixes.get(namespace)
            return f"{prefix}.{name}" if prefix else name
        return _OTHER_NAMES.get(type_ref, type_ref)

    def _from_feel(self, name: str, feel: Type) -> ItemType:
        """A type written out in FEEL, such as `list<number>`; KeyError if it names an unknown one."""
        match feel:
            case ListType():
                return ItemType(name, element=self._from_feel(str(feel.element), feel.element))
            case ContextType():
                parts = {entry: self._from_feel(str(part), part) for entry, part in feel.entries}
                return ItemType(name, components=parts)
            case FunctionType() | RangeType():
                return ItemType(name, feel=feel, types=self.feel)
        if feel.name == "list":
            return ItemType(name, element=ANY)
        if feel.name in _KINDS:
            return ItemType(name, kind=_KINDS[feel.name])
        return ANY if feel.name == "Any" else self._items[feel.name]

    def _bases_first(self, own: Mapping[str, ItemDefinition]) -> list[ItemDefinition]:
        """The definitions in an order in which each comes after the one it is derived from."""
        ordered: dict[str, ItemDefinition] = {}
        for item in own.values():
            chain: dict[str, ItemDefinition] = {}
            while item.name not in ordered and item.name not in chain:
                chain[item.name] = item
                # What a collection holds may be filled in later, so no order is needed there.
                base = own.get(self._plain_name(item.type_ref))
                if base is None or item.collection:
                    break
                if base.name in chain:
                    self.findings.append(Finding("type_cycle", item.id, item.line, {"name": item.name}))
                    break
                item = base
            ordered.update(reversed(chain.items()))
        return list(ordered.values())

    def _fill(self, made: ItemType, item: ItemDefinition) -> None:
        """Give the named type its content; others may already point to it."""
        inner = ItemType(item.name, types=self.feel) if item.collection else made
        if item.components:
            inner.components = {part.name: self._component(part) for part in item.components}
        elif item.function is not None:
            for declared in (*(one.type_ref for one in item.function.parameters), item.function.result):
                self.find(declared, item.id, item.line)
            inner.feel = self._feel_type(replace(item, collection=False))
        elif item.collection:
            inner = self._derived(self.find(item.type_ref, item.id, item.line), item)
        else:
            base = self.find(item.type_ref, item.id, item.line)
            # Copied, not linked: what is derived from it then costs no more to check than the base.
            inner.kind, inner.element, inner.components = base.kind, base.element, base.components
            inner.feel, inner.allowed, inner.allowed_text = base.feel, base.allowed, base.allowed_text
        if item.collection:
            made.element = inner
        inner.allowed += self._tests(item, item.allowed)
        inner.allowed_text = made.allowed_text = item.allowed or inner.allowed_text
        made.allowed += self._tests(item, item.constraint)

    def _derived(self, base: ItemType, item: ItemDefinition) -> ItemType:
        """The base itself, or one of its own if the definition limits it further."""
        if not item.allowed:
            return base
        return ItemType(
            base.name, base.kind, base.element, base.components, base.feel, allowed=base.allowed, types=base.types
        )

    def _component(self, item: ItemDefinition) -> ItemType:
        plain = not (item.components or item.function or item.collection or item.allowed or item.constraint)
        if plain:
            return self.find(item.type_ref, item.id, item.line)
        made = ItemType(item.name, types=self.feel)
        self._fill(made, item)
        return made

    def _tests(self, item: ItemDefinition, text: str) -> tuple[UnaryTests, ...]:
        if not text:
            return ()
        try:
            return (compile_unary_tests(text),)
        except FeelSyntaxError as error:
            self.findings.append(Finding("feel_syntax", item.id, item.line, {"message": error, "text": text}))
            return ()

    def _feel_type(self, item: ItemDefinition) -> Type:
        """The definition's structure, in which other definitions stand by name."""
        if item.components:
            feel: Type = ContextType("context", tuple((part.name, self._feel_type(part)) for part in item.components))
        elif item.function is not None:
            parameters = tuple(self._feel_ref(parameter.type_ref) for parameter in item.function.parameters)
            feel = FunctionType("function", parameters, self._feel_ref(item.function.result))
        else:
            feel = self._feel_ref(item.type_ref)
        return ListType("list", feel) if item.collection else feel

    def _feel_ref(self, type_ref: str) -> Type:
        name = self._plain_name(type_ref)
        if not name or name in self._items:
            return Type(name or "Any")
        try:
            feel = parse_type(name)
            self._from_feel(name, feel)
        except (FeelSyntaxError, KeyError):
            return Type("Any")  # it is a finding of where the type is declared
        return feel


def _prefixed(feel: Type, prefix: str, table: TypeTable) -> Type:
    """An imported type with the names inside it as the importing model knows them."""
    match feel:
        case ListType():
            return ListType("list", _prefixed(feel.element, prefix, table))
        case RangeType():
            return RangeType("range", _prefixed(feel.element, prefix, table))
        case ContextType():
            return ContextType("context", tuple((name, _prefixed(part, prefix, table)) for name, part in feel.entries))
        case FunctionType():
            parameters = tuple(_prefixed(part, prefix, table) for part in feel.parameters)
            return FunctionType("function", parameters, _prefixed(feel.result, prefix, table))
    return Type(f"{prefix}.{feel.name}") if prefix and feel.name in table.feel else feel
