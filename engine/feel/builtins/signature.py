"""How a built-in is declared, and how arguments find its parameters.

A signature is text such as `substring(string: string, start position: number, length?: number|null) -> string`: `?`
after the name makes it optional, `|null` lets null in, `any` takes everything, `...` after the last name takes the
rest as a list; the type of the result may be left out. A function has one Python function and one or more signatures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Overflow
from typing import Any

from engine.feel.errors import NoValue
from engine.feel.parser import parse_type_text
from engine.feel.run import CHARACTERS_A_STEP, Run
from engine.feel.typesystem import ANY, Type
from engine.feel.values import KINDS, PLAIN, Function, adapt, kind_of

Implementation = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; no kinds means any value. `types` are the Python types that need no second look."""

    name: str
    kinds: frozenset[str]
    optional: bool
    types: frozenset[type]

    def accept(self, function: str, value: Any) -> Any:
        """The argument as this parameter takes it, in or out of a list of one (10.3.2.9.4); else NoValue."""
        if type(value) in self.types:
            return value
        value = adapt(value)
        kind = kind_of(value)
        if not self.kinds or kind in self.kinds:
            return value
        if kind == "list" and len(value) == 1 and kind_of(value[0]) in self.kinds:
            return adapt(value[0])
        if "list" in self.kinds and value is not None:
            return [value]
        expected = " or ".join(sorted(self.kinds - {"null"}))
        raise NoValue("argument", function=function, parameter=self.name, expected=expected, kind=kind)


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    function: str
    parameters: tuple[Parameter, ...]
    rest: bool
    required: int
    result: Type

    def by_position(self, values: list[Any]) -> list[Any] | None:
        """The arguments in order; None if their number does not fit."""
        if self.rest:
            fixed = len(self.parameters) - 1
            if len(values) <= fixed:
                return None
            bound = [p.accept(self.function, v) for p, v in zip(self.parameters[:fixed], values, strict=False)]
            return [*bound, [self.parameters[-1].accept(self.function, value) for value in values[fixed:]]]
        if not self.required <= len(values) <= len(self.parameters):
            return None
        return [p.accept(self.function, v) for p, v in zip(self.parameters, values, strict=False)]

    def by_name(self, given: dict[str, Any]) -> list[Any] | None:
        """The arguments in order; None if the names do not fit."""
        names = {parameter.name for parameter in self.parameters}
        if self.rest or not given.keys() <= names:
            return None
        bound: list[Any] = []
        for parameter in self.parameters:
            if parameter.name in given:
                bound.append(parameter.accept(self.function, given[parameter.name]))
            elif parameter.optional:
                bound.append(None)
            else:
                return None
        return bound


class BuiltIn:
    """A function of FEEL; `as_value` is what its name alone stands for."""

    def __init__(self, name: str, signatures: tuple[Signature, ...], implementation: Implementation) -> None:
        self.name = name
        self.signatures = signatures
        self._implementation = implementation
        first = signatures[0].parameters
        optional = sum(parameter.optional for parameter in first)
        names = tuple(parameter.name for parameter in first)
        # Variadic, because its own signatures bind the arguments and say what does not fit.
        self.as_value = Function(name, names, self.invoke, optional=optional, variadic=True)

    def invoke(self, run: Run, values: list[Any], names: tuple[str, ...] | None = None) -> Any:
        """Its value for these arguments; NoValue if it has none."""
        given = None if names is None else dict(zip(names, values, strict=True))
        if given is not None and len(given) != len(values):
            raise NoValue("argument_names", function=self.name, names=", ".join(names or ()))
        refusal: NoValue | None = None
        for signature in self.signatures if given is None else self._by_order(given):
            # One argument that is no list was refused as one already; taken as the rest it would be let in.
            if refusal and signature.rest and len(values) == 1:
                continue
            try:
                bound = signature.by_position(values) if given is None else signature.by_name(given)
            except NoValue as reason:
                refusal = refusal or reason
                continue
            if bound is not None:
                return self._computed(run, bound)
        if refusal:
            raise refusal
        if given is None:
            raise NoValue("argument_count", function=self.name, count=len(values))
        raise NoValue("argument_names", function=self.name, names=", ".join(given))

    def _by_order(self, given: dict[str, Any]) -> list[Signature]:
        """The signatures, those first that name the parameters in the order of the call: `before(range: r, point: p)`
        is another function than `before(point: p, range: r)`."""
        names = list(given)
        return sorted(
            self.signatures,
            key=lambda signature: [p.name for p in signature.parameters if p.name in given] != names,
        )

    def _computed(self, run: Run, bound: list[Any]) -> Any:
        for value in bound:
            if type(value) is str and len(value) > CHARACTERS_A_STEP:
                run.charge(len(value) // CHARACTERS_A_STEP)
        try:
            return self._implementation(run, *bound)
        except Overflow:
            raise NoValue("number_too_large") from None
        except (ArithmeticError, ValueError):
            # A number or year beyond what there is; what a function can say better, it says itself.
            raise NoValue("out_of_range", what="an argument", value=_shown(bound)) from None


def _shown(values: list[Any]) -> str:
    return ", ".join(str(value)[:40] for value in values if not isinstance(value, list | dict))


class Family(dict[str, BuiltIn]):
    """The functions of one file."""

    def add(self, *texts: str) -> Callable[[Implementation], Implementation]:
        """Declare a function by its signatures."""
        signatures = tuple(_signature(text) for text in texts)

        def declare(implementation: Implementation) -> Implementation:
            name = signatures[0].function
            self[name] = BuiltIn(name, signatures, implementation)
            return implementation

        return declare


def _signature(text: str) -> Signature:
    function, _, rest = text.partition("(")
    parameters, _, result = rest.partition(")")
    parts = [part.strip() for part in parameters.split(",") if part.strip()]
    rest_taken = bool(parts) and "..." in parts[-1]
    parsed = tuple(_parameter(part.replace("...", "")) for part in parts)
    returns = result.replace("->", "").strip()
    required = sum(not parameter.optional for parameter in parsed)
    return Signature(function.strip(), parsed, rest_taken, required, parse_type_text(returns) if returns else ANY)


def _parameter(text: str) -> Parameter:
    name, _, kinds = text.partition(":")
    name = name.strip()
    accepted = frozenset(kind.strip() for kind in kinds.split("|")) - {"any"}
    if "any" in kinds.split("|") or kinds.strip() == "any":
        accepted = frozenset()
    types = frozenset(kind for kind in PLAIN if not accepted or KINDS[kind] in accepted)
    return Parameter(name.rstrip("?"), accepted, name.endswith("?"), types)
