"""Tasks that are done the moment a token arrives: script, business rule, manual and undefined tasks."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine.dmn import Decision, DecisionResult
from engine.feel import to_json

from .effects import Binding, Decided, Doubt, Note
from .element import Element, text_of
from .expressions import Source
from .jobs import JobTask
from .stuck import Stuck
from .token import Token

if TYPE_CHECKING:
    from .run import Run


class ManualTask(Element, defaults.ManualTask):  # type: ignore[misc]
    """Done by people without the engine: the token passes."""


class NoneTask(Element, defaults.NoneTask):  # type: ignore[misc]
    """A task nobody has said more about: the token passes."""


class ScriptTask(JobTask, defaults.ScriptTask):  # type: ignore[misc]
    """A FEEL expression whose value goes to `result_variable`; with a task definition, a job."""

    expression: Source | None = None
    result_variable: str | None = None

    def __init__(self, spec: Any, id: str, **kwargs: Any) -> None:  # noqa: A002 - BPMN's own name
        # SpiffWorkflow's script is Python; nothing in a diagram is ever run as that.
        super().__init__(spec, id, script="", **kwargs)

    def enter(self, run: "Run", token: Token) -> bool | None:
        if self.expression is None:
            return super().enter(run, token)
        value, _ = run.evaluate(self.expression, token)
        if self.result_variable:
            run.take_result(token, {self.result_variable: value})
        return True


# Without SpiffWorkflow's mixin: its decision engine evaluates cells as Python, and silently matches nothing.
class BusinessRuleTask(JobTask, BpmnSpecMixin):  # type: ignore[misc]
    """A deployed decision whose value goes to `result_variable`; with a task definition, a job."""

    decision_id: Source | None = None
    binding = Binding()
    result_variable: str | None = None

    def enter(self, run: "Run", token: Token) -> bool | None:
        if self.decision_id is None:
            return super().enter(run, token)
        decision_id = text_of(run, token, self.decision_id, "decisionId")
        found = run.surroundings.catalogue.decision(decision_id, self.binding)
        if found is None:
            raise _missing(decision_id, self.binding)
        value = decided(run, token, *found)
        if self.result_variable:
            run.take_result(token, {self.result_variable: value})
        return True


def _missing(decision_id: str, binding: Binding) -> Stuck:
    parameters = {"decision": decision_id}
    if binding.tag is None:
        return Stuck("CALLED_DECISION_ERROR", "decision_missing", parameters)
    return Stuck("CALLED_DECISION_ERROR", "decision_tag_missing", {**parameters, "tag": binding.tag})


def decided(run: "Run", token: Token, key: int, decision: Decision) -> Any:
    """The decision's value as JSON; its trace is kept. Raises Stuck where the table allows no answer."""
    result = decision.evaluate(run.view(token), run.moment)
    trace = _kept(run, token, key, result)
    if result.error is not None:
        # A value that no rule allows is often a null that a warning explains.
        reasons = [result.error.told(), *(warning.told() for warning in result.warnings)]
        told = {"decision": decision.id, "reason": reasons}
        raise Stuck("DECISION_EVALUATION_ERROR", "decision_failed", told, trace)
    if result.warnings:
        run.effects.append(Doubt(token.task_spec.id, token.key, decision.id, result.warnings))
    rules = [[step.id, [rule.index for rule in step.rules]] for step in result.trace]
    data = {"decision": decision.id, "rules": rules}
    run.effects.append(Note("decision_evaluated", token.task_spec.id, token.key, data))
    if trace is not None:
        run.effects.append(trace)
    return to_json(result.value)


def _kept(run: "Run", token: Token, key: int, result: DecisionResult) -> Decided | None:
    """The trace with a key for each of its decisions; None where the evaluation ended before the first."""
    if not result.trace:
        return None
    first, *_ = [run.state.new_key() for _ in result.trace]
    return Decided(first, token.task_spec.id, token.key, key, result)
