"""Values while an instance runs: expressions in a token's scope, mappings in and out, results handed up."""

from collections.abc import Mapping
from typing import Any

from engine.feel import Evaluation, FeelLimitError, Moment

from .effects import Doubt, Effect
from .element import Flow
from .element import Mapping as IoMapping
from .expressions import Source
from .state import State, View
from .stuck import failed, warned
from .token import Token


class Values:
    """The half of a run that evaluates."""

    state: State
    moment: Moment
    effects: list[Effect]

    def view(self, token: Token) -> View:
        return self.state.view(token)

    def evaluate(self, source: Source, token: Token, scope: Mapping[str, Any] | None = None) -> Evaluation:
        """The value of a literal or expression in the token's scope, as JSON. Raises Stuck past FEEL's limits."""
        try:
            found = source.evaluate(self.state.view(token) if scope is None else scope, self.moment)
        # Whatever else goes wrong in FEEL is a null with a warning.
        except FeelLimitError as error:
            raise failed("EXTRACT_VALUE_ERROR", source.text, error) from error
        if found.warnings:
            self.effects.append(Doubt(token.task_spec.id, token.key, source.text, found.warnings))
        return found

    def holds(self, flow: Flow, token: Token) -> bool:
        """Whether a flow's condition is true; what is neither true nor false is an incident. Raises Stuck."""
        if flow.condition is None:
            return True
        value, warnings = self.evaluate(flow.condition, token)
        if not isinstance(value, bool):
            raise warned("CONDITION_ERROR", "condition_not_boolean", flow.condition.text, warnings, flow=flow.id)
        return value

    def map_inputs(self, token: Token) -> None:
        for mapping in token.task_spec.input_mappings:
            value, _ = self.evaluate(mapping.source, token)
            _put(self.state, token.key, mapping, value)

    def take_result(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Keep a result for the output mappings where there are any, else hand it up."""
        if not token.task_spec.output_mappings:
            self.state.propagate(token, variables)
            return
        # Camunda's rule: with output mappings the result itself stays local.
        for name, value in variables.items():
            self.state.set(token.key, name, value)

    def map_outputs(self, token: Token) -> None:
        """Evaluate the output mappings once, even when leaving is tried again after an incident."""
        element = token.task_spec
        if element.loop is not None and not token.is_inner:
            self.state.propagate(token.parent, element.loop.result(self, token))
            return
        if not element.output_mappings or "mapped" in token.internal_data:
            return
        # an instance of a loop may collect what its mappings give: a name that is local to it stays so
        around = token if token.is_inner and element.loop and element.loop.keeps_outputs else token.parent
        for mapping in element.output_mappings:
            value, _ = self.evaluate(mapping.source, token)
            name, *path = mapping.target
            self.state.propagate(around, {name: _merged(self.view(around).get(name), path, value)})
        token.internal_data["mapped"] = True


def _put(state: State, scope: int, mapping: IoMapping, value: Any) -> None:
    name, *path = mapping.target
    state.set(scope, name, _merged(state.variables.get(scope, {}).get(name), path, value))


def _merged(old: Any, path: list[str], value: Any) -> Any:
    """`value` at `path` inside `old`, which stays as it is; a missing or other value on the way becomes a context."""
    if not path:
        return value
    context = dict(old) if isinstance(old, Mapping) else {}
    context[path[0]] = _merged(context.get(path[0]), path[1:], value)
    return context
