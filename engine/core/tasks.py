"""Tasks that are done the moment a token arrives: script, business rule, manual and undefined tasks."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine.dmn import Decision
from engine.feel import FeelError, to_json

from .effects import Binding, Note
from .element import Element, text_of
from .expressions import Source
from .jobs import JobTask
from .stuck import Stuck, failed
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
        decision = run.surroundings.catalogue.decision(decision_id, self.binding)
        if decision is None:
            raise Stuck("CALLED_DECISION_ERROR", "decision_missing", {"decision": decision_id})
        value = decided(run, token, decision)
        if self.result_variable:
            run.take_result(token, {self.result_variable: value})
        return True


def decided(run: "Run", token: Token, decision: Decision) -> Any:
    """The decision's value as JSON, with its trace in history. Raises Stuck where the table allows no answer."""
    try:
        result = decision.evaluate(run.view(token), run.moment)
    except FeelError as error:
        raise failed("DECISION_EVALUATION_ERROR", decision.id, error) from error
    if result.error is not None:
        reason = {"decision": decision.id, "reason": str(result.error)}
        raise Stuck("DECISION_EVALUATION_ERROR", "decision_failed", reason)
    rules = [[step.id, [rule.index for rule in step.rules]] for step in result.trace]
    data = {"decision": decision.id, "rules": rules}
    run.effects.append(Note("decision_evaluated", token.task_spec.id, token.key, data))
    return to_json(result.value)
