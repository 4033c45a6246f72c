"""Scopes that hold tokens: the process itself, sub-processes and event sub-processes."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from .element import Element
from .token import Token

if TYPE_CHECKING:
    from .run import Run

ENDING = "ending"  # the root's data: how the instance ends once the listeners of its tasks have been told
BEGIN = "begin"  # a token's data: keys of the tokens inside that a modification begins with, and not at the start


class SubProcess(Element, defaults.SubWorkflowTask):  # type: ignore[misc]
    """An embedded sub-process, or an event sub-process (`by_event`)."""

    by_event = False

    def __init__(self, spec: Any, id: str, **kwargs: Any) -> None:  # noqa: A002 - BPMN's own name
        super().__init__(spec, id, subworkflow_spec=id, **kwargs)

    def enter(self, run: "Run", token: Token) -> bool | None:
        run.watch_scope(token)
        if self.begun(run, token):
            return None
        if start := token.internal_data.get("start"):
            run.spring(run.spec.elements[start], token, {})
            return None
        entries = run.spec.entries(self.id)
        for entry in entries:
            run.enter(run.spec.elements[entry], token)
        return None if entries else True

    def scope_emptied(self, run: "Run", token: Token) -> None:
        run.complete(token)

    def begun(self, run: "Run", token: Token) -> bool:
        """Whether the scope was opened for tokens that a modification has put into it; they step now."""
        inside = [run.tasks[key] for key in token.internal_data.pop(BEGIN, ()) if key in run.tasks]
        run.ready.extend(inside)
        return bool(inside)


class ProcessRoot(Element, defaults.SubWorkflowTask):  # type: ignore[misc]
    """The process itself as the outermost scope; its token lives as long as the instance."""

    def __init__(self, spec: Any, id: str, **kwargs: Any) -> None:  # noqa: A002 - BPMN's own name
        super().__init__(spec, id, subworkflow_spec=id, **kwargs)

    def enter(self, run: "Run", token: Token) -> None:
        run.watch_scope(token)
        if start := token.internal_data.get("start"):
            opened = run.spring(run.spec.elements[start], token, {})
            self._enter_beside(run, token, opened.task_spec)
            return
        for entry in run.spec.entries(self.id):
            run.enter(run.spec.elements[entry], token)
        # Where nothing begins there is nothing whose end could end the instance.
        run.emptied(token)

    def _enter_beside(self, run: "Run", token: Token, opened: Element) -> None:
        """Behind a parallel instantiating gateway the other events have to come too."""
        gateways = (run.spec.elements[flow.source] for flow in opened.incoming)
        for gateway in gateways:
            if getattr(gateway, "parallel", False):
                others = [flow.target for flow in gateway.outgoing if flow.target != opened.id]
                for other in others:
                    run.enter(run.spec.elements[other], token)

    def scope_emptied(self, run: "Run", token: Token) -> None:
        if status := token.internal_data.get(ENDING):
            run.finish(token, status)
        else:
            run.complete(token)

    def _on_complete(self, token: Token) -> None:
        run = token.workflow
        if not (self.listeners and run.asks(token, "end")):
            run.finish(token, "completed")
