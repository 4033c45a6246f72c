"""The elements of a decision requirements graph as they stand in the file, before names and types are resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.dmn.boxed import Expression, FunctionDefinition, Variable


@dataclass(frozen=True, slots=True)
class Reference:
    """A requirement's `href`: the id of an element after `#`, with the namespace of its model before it if given."""

    href: str
    line: int = 0

    @property
    def namespace(self) -> str:
        return self.href.rpartition("#")[0]

    @property
    def id(self) -> str:
        return self.href.rpartition("#")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What all elements of the graph have; the variable's name is the one that expressions use."""

    id: str
    name: str
    line: int
    variable: Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnInput(Drawn):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDecision(Drawn):
    inputs: tuple[Reference, ...]
    decisions: tuple[Reference, ...]
    knowledge: tuple[Reference, ...]
    logic: Expression | None
    version_tag: str = ""  # Camunda's: a process may ask for the version that has it


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnKnowledge(Drawn):
    knowledge: tuple[Reference, ...]
    logic: FunctionDefinition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnService(Drawn):
    """Its parameters are the input data, then the input decisions; it computes the output decisions."""

    outputs: tuple[Reference, ...]
    encapsulated: tuple[Reference, ...]
    input_decisions: tuple[Reference, ...]
    input_data: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """Another model whose elements are known here as `name.…`; an empty name makes them known without prefix."""

    namespace: str
    name: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDefinition:
    """A type of the model. `allowed` limits each item (of a collection) or the value, `constraint` the whole value."""

    name: str
    id: str = ""
    line: int = 0
    type_ref: str = ""
    collection: bool = False
    allowed: str = ""
    constraint: str = ""
    components: tuple["ItemDefinition", ...] = ()
    function: "FunctionItem | None" = None


@dataclass(frozen=True, slots=True)
class FunctionItem:
    parameters: tuple[Variable, ...]
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """A whole file."""

    id: str
    name: str
    namespace: str
    imports: tuple[Import, ...] = ()
    items: tuple[ItemDefinition, ...] = ()
    elements: Mapping[str, DrawnInput | DrawnDecision | DrawnKnowledge | DrawnService] = field(default_factory=dict)
