"""What every element of a diagram has, and the life of a token on it.

An element class mixes `Element` in before one of SpiffWorkflow's spec classes. SpiffWorkflow's `Task.run` calls
`_run_hook` when a token arrives and, once that answered True or the wait is over, `_on_complete`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from .expressions import Source
from .names import LONGEST, is_name
from .stuck import Stuck, warned
from .token import Token

if TYPE_CHECKING:
    from .listeners import Listener
    from .run import Run
    from .values import Values


# A token's data while its listeners are asked: how far it has come into its element.
MAPPED_IN = "in"
ENTERED = "entered"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is FEEL."""

    id: str
    source: str
    target: str
    condition: Source | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A zeebe:input or zeebe:output: the value of `source` goes to `target`, a name or a path of names."""

    source: Source
    target: tuple[str, ...]


class Loop(Protocol):
    """What makes an activity run more than once: the body's token counts, each inner token is one turn."""

    keeps_outputs: ClassVar[bool]  # whether output mappings of a turn write to its own scope first, as in Camunda

    def enter(self, run: "Run", body: Token) -> bool | None: ...

    def inner_left(self, run: "Run", inner: Token, body: Token) -> Callable[[], None]:
        """What is done once the inner token has completed. Raises Stuck, having changed nothing."""

    def result(self, run: "Values", body: Token) -> dict[str, Any]: ...


class Frozen(Exception):
    """Somebody tried to change a specification that instances share."""


class Element(BpmnSpecMixin):  # type: ignore[misc]
    """One element of a specification. The parser fills the attributes, then freezes it."""

    id: str
    scope: str | None = None  # the sub-process it lies in; None: the process itself
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    default: str | None = None
    input_mappings: tuple[Mapping, ...] = ()
    output_mappings: tuple[Mapping, ...] = ()
    properties: "dict[str, Source]" = {}  # noqa: RUF012 - replaced, never written to
    loop: Loop | None = None
    listeners: "tuple[Listener, ...]" = ()
    joins = False
    start_quantity = 1
    completion_quantity = 1
    for_compensation = False  # entered only to undo something
    frozen = False

    def __init__(self, spec: Any, id: str, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - BPMN's own name
        super().__init__(spec, id, *args, **kwargs)
        self.id = id

    def __setattr__(self, name: str, value: Any) -> None:
        if self.frozen:
            raise Frozen(f"{self.id}.{name}")
        object.__setattr__(self, name, value)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    # The life of a token

    def _run_hook(self, token: Token) -> bool | None:
        run = token.workflow
        # Its event has come before it: nothing is mapped in, asked or waited for any more. A diagram that counts on it
        # is refused by the checks.
        if token.internal_data.get("sprung"):
            return True
        if self.loop is not None and not token.is_inner:
            if self.listeners and run.asks(token, "beforeAll"):
                return None
            return self.loop.enter(run, token)
        if ENTERED not in token.internal_data:
            # a listener sees what the inputs give, and is asked before anything is waited for
            if self.input_mappings and MAPPED_IN not in token.internal_data:
                run.map_inputs(token)
            if self.listeners and run.asks(token, "start"):
                token.internal_data[MAPPED_IN] = True
                return None
            # Events at the boundary of a loop belong to the whole of it: its body waits for them. A call that is made
            # again still waits for those it began with.
            if not token.is_inner and not token.waits:
                run.watch_boundaries(token)
        return self.enter(run, token)

    def enter(self, run: "Run", token: Token) -> bool | None:
        """Do what the element is for. True: done; None: something has to happen first. Raises Stuck."""
        return True

    def _on_complete(self, token: Token) -> None:
        run = token.workflow
        # Each instance of a loop asks its end listeners; the body has only those for beforeAll.
        turns = self.loop is not None and not token.is_inner
        if self.output_mappings or turns:
            run.map_outputs(token)
        if self.listeners and not turns and run.asks(token, "end"):
            return
        if token.is_inner:
            run.inner_left(token)
        else:
            run.leave(token, self.flows(run, token))

    def flows(self, run: "Run", token: Token) -> tuple[Flow, ...]:
        """The flows a token takes: all without a condition, those whose condition holds, else the default."""
        if len(self.outgoing) == 1 and self.outgoing[0].condition is None:
            return self.outgoing
        taken = tuple(f for f in self.outgoing if f.id != self.default and run.holds(f, token))
        # Where nothing leads on the token ends: an end that is not drawn.
        return taken or self.default_flow(required=bool(self.outgoing))

    def default_flow(self, required: bool) -> tuple[Flow, ...]:
        """The default flow. Raises Stuck where there is none and one is required."""
        found = tuple(f for f in self.outgoing if f.id == self.default)
        if required and not found:
            raise Stuck("CONDITION_ERROR", "no_flow_taken", {"element": self.id})
        return found

    def _on_cancel(self, token: Token) -> None:
        """The token is taken away before it could leave."""

    def may_pass(self, run: "Run", scope: Token, arrived: dict[str, int]) -> bool:
        """Whether a join goes on now with what has arrived, by flow."""
        return False

    def child_left(self, run: "Run", token: Token) -> None:
        """A token inside this scope has left its element."""

    def triggered(self, run: "Run", host: Token, variables: "dict[str, Any]") -> None:
        """An event this element waits for has come; `host` is the token that waited."""
        raise NotImplementedError(f"{type(self).__name__} waits for no event")

    def outlasts_joins(self, token: Token) -> bool:
        """Whether this scope goes on although tokens wait at a join in it."""
        return False

    def scope_emptied(self, run: "Run", token: Token) -> None:
        """The last token inside this scope has gone."""


def text_of(run: "Run", token: Token, source: Source, field: str) -> str:
    """A value that must be a text; numbers are taken by their digits. Raises Stuck."""
    value, warnings = run.evaluate(source, token)
    # True is a number to Python; it would pass here and be taken for the name "True".
    if isinstance(value, bool) or (not isinstance(value, str | int) and not hasattr(value, "as_tuple")):
        raise warned("EXTRACT_VALUE_ERROR", "not_a_text", source.text, warnings, field=field)
    return _name(str(value), source, field)


def texts_of(run: "Run", token: Token, source: Source, field: str) -> tuple[str, ...]:
    """A list of texts, or one text with commas between them. Raises Stuck."""
    value, warnings = run.evaluate(source, token)
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise warned("EXTRACT_VALUE_ERROR", "not_a_list_of_texts", source.text, warnings, field=field)
    return tuple(_name(part, source, field) for part in value)


def _name(text: str, source: Source, field: str) -> str:
    if not is_name(text):
        told = {"expression": source.text, "field": field, "longest": LONGEST}
        raise Stuck("EXTRACT_VALUE_ERROR", "text_too_long", told)
    return text


def number_of(run: "Run", token: Token, source: Source | None, default: int, field: str) -> int:
    """A whole number of 32 bits. Raises Stuck."""
    if source is None:
        return default
    text = text_of(run, token, source, field)
    try:
        number = int(text)
        # The columns of retries and priorities are that wide.
        if abs(number) >> 31:
            raise ValueError(text)
        return number
    except ValueError:
        raise Stuck("EXTRACT_VALUE_ERROR", "not_a_number", {"expression": source.text, "field": field}) from None
