"""Tasks that are done the moment a token arrives: script, business rule, manual and undefined tasks."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine.dmn import Decision, DecisionResult
from engine.feel import to_json

from .effects import Binding, Decided, Note
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
        super().__init__(spec, id, script="", **kwargs)

    def enter(self, run: "Run", token: Token) -> bool | None:
        if self.expression is None:
            return super().enter(run, token)
        value, _ = run.evaluate(self.expression, token)
        if self.result_variable:
            run.take_result(token, {self.result_variable: value})
        return True


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
            raise Stuck("CALLED_DECISION_ERROR", "decision_missing", {"decision": decision_id})
        value = decided(run, token, *found)
        if self.result_variable:
            run.take_result(token, {self.result_variable: value})
        return True


def decided(run: "Run", token: Token, key: int, decision: Decision) -> Any:
    """The decision's value as JSON; its trace is kept. Raises Stuck where the table allows no answer."""
    result = decision.evaluate(run.view(token), run.moment)
    trace = _kept(run, token, key, result)
    if result.error is not None:
        reason = {"decision": decision.id, "reason": result.error.told()}
        raise Stuck("DECISION_EVALUATION_ERROR", "decision_failed", reason, trace)
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
