"""Item definitions as types: what a value may be, and the conversions of clause 10.3.2.9.4.

FEEL's `instance of` sees only the structure; allowed values and constraints are checked here, where values enter a
variable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dmn.constants import NO_MOMENT
from engine.dmn.scope import Run
from engine.feel import ContextType, FunctionType, ListType, Type, UnaryTests, compile_expression, is_instance, kind_of

MISMATCH = object()
"""What `coerce` gives for a value that is not of the type and cannot become one."""

_TEMPORAL = {
    kind: compile_expression(f"{function}(value)")
    for kind, function in {
        "date": "date",
        "time": "time",
        "date and time": "date and time",
        "days and time duration": "duration",
        "years and months duration": "duration",
    }.items()
}
# In UTC, as 10.3.2.9.4 has a date become a date-time.
_MIDNIGHT = compile_expression('date and time(value, time("00:00:00Z"))')


# Equal only to itself: a definition may contain itself, and comparing part by part would not end.
@dataclass(slots=True, eq=False)
class ItemType:
    """A type of the model or of FEEL. At most one of `element`, `components` and `kind` says what it is made of."""

    name: str
    kind: str = ""
    element: "ItemType | None" = None
    components: dict[str, "ItemType"] | None = None
    feel: Type | None = None  # a type that only FEEL can check: a function, a range
    allowed: tuple[UnaryTests, ...] = ()  # each must hold
    types: Mapping[str, Type] = field(default_factory=dict)
    allowed_text: str = ""  # the allowed values as written: their order is that of priority

    @property
    def is_function(self) -> bool:
        return isinstance(self.feel, FunctionType)

    def seen(self, levels: int = 6) -> Type:
        """The type as FEEL sees that of a parameter; a definition may contain itself, so deep parts are Any."""
        if levels == 0:
            return Type("Any")
        if self.element is not None:
            return ListType("list", self.element.seen(levels - 1))
        if self.components is not None:
            parts = tuple((name, part.seen(levels - 1)) for name, part in self.components.items())
            return ContextType("context", parts)
        return Type("function" if self.is_function else self.kind or "Any")

    def may_be(self, found: Type) -> bool:
        """Whether a value of a FEEL type can be of this type; only plain types that differ are excluded."""
        name = found.name
        # A list may still be one of a single value, which stands for it.
        if not self.kind or name in ("Any", "Null", "list", self.kind):
            return True
        return self.kind == "date and time" and name == "date"

    def accepts(self, value: Any) -> bool:
        """Whether a value that is not null is one of the type's."""
        return self._is_made_so(value) and self._is_allowed(value)

    def coerce(self, value: Any) -> Any:
        """The value, or what the implicit conversions make of it, or MISMATCH."""
        # Null is a value of every type (clause 10.3.2.9.2).
        if value is None or self.accepts(value):
            return value
        if self.element is not None:
            single = [value]
            return single if self.accepts(single) else MISMATCH
        if kind_of(value) == "list" and len(value) == 1:
            return self.coerce(value[0])
        if self.kind == "date and time" and kind_of(value) == "date":
            return self.coerce(_MIDNIGHT.evaluate({"value": value}, NO_MOMENT).value)
        return MISMATCH

    def from_json(self, value: Any) -> Any:
        """A JSON value with the strings that stand for dates, times and durations turned into them."""
        if isinstance(value, str) and self.kind in _TEMPORAL:
            # What is no date stays a string: the type check that follows names it.
            converted = _TEMPORAL[self.kind].evaluate({"value": value}, NO_MOMENT).value
            return value if converted is None else converted
        if self.element is not None and isinstance(value, list | tuple):
            return [self.element.from_json(item) for item in value]
        if self.components is not None and isinstance(value, Mapping):
            known = self.components
            return {name: known[name].from_json(item) if name in known else item for name, item in value.items()}
        return value

    def _is_made_so(self, value: Any) -> bool:
        if self.kind:
            return self.kind == kind_of(value)
        if self.element is not None:
            one = self.element
            return kind_of(value) == "list" and all(item is None or one.accepts(item) for item in value)
        if self.components is not None:
            # Every component must be there, more may be (clause 10.3.2.9.1, conforms to).
            return kind_of(value) == "context" and all(
                name in value and (value[name] is None or one.accepts(value[name]))
                for name, one in self.components.items()
            )
        return self.feel is None or is_instance(value, self.feel, self.types)

    def _is_allowed(self, value: Any) -> bool:
        return all(test.matches(value, {}, NO_MOMENT).value is True for test in self.allowed)


ANY = ItemType("Any")


@dataclass(frozen=True, slots=True)
class Typed:
    """A place for values: its name, the element it belongs to and its type."""

    name: str
    element: str
    type: ItemType = ANY

    def take(self, run: Run, value: Any) -> Any:
        """The value as the place holds it: null, with a warning, if it is of another type."""
        if value is None or self.type is ANY:
            return value
        fitting = self.type.coerce(value)
        if fitting is MISMATCH:
            run.warn("type_mismatch", self.element, name=self.name, type=self.type.name)
            return None
        return fitting

    def take_outside(self, run: Run, value: Any) -> Any:
        """The same for a JSON value of the caller's."""
        return value if self.type is ANY else self.take(run, self.type.from_json(value))


Code = Callable[[Run, Mapping[str, Any]], Any]


def typed(code: Code, place: Typed) -> Code:
    """The code with its result brought to the place's type."""
    if place.type is ANY:
        return code
    return lambda run, scope: place.take(run, code(run, scope))
