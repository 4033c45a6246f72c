"""User tasks: who may do them, by which form, and until when."""

from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs import defaults

from .commands import CompleteTask
from .effects import Binding
from .element import ENTERED, Element, number_of, text_of, texts_of
from .expressions import Source
from .limits import begin, limit_of
from .records import Task
from .stuck import Stuck
from .timers import parse_instant
from .token import Token, Wait

if TYPE_CHECKING:
    from datetime import datetime

    from .run import Run


class UserTask(Element, defaults.UserTask):  # type: ignore[misc]
    """Work for a person. Properties `limit` and `clock` say how long it may take (decision 13)."""

    assignee: Source | None = None
    candidate_groups: Source | None = None
    candidate_users: Source | None = None
    form_id: Source | None = None
    form_binding = Binding()
    due_date: Source | None = None
    follow_up_date: Source | None = None
    priority: Source | None = None

    def enter(self, run: "Run", token: Token) -> None:
        if self.listeners and run.asks(token, "creating"):
            token.internal_data[ENTERED] = True
            return
        limit = limit_of(run, token)
        form_id = text_of(run, token, self.form_id, "formId") if self.form_id else None
        task = Task(
            key=run.state.new_key(),
            element=self.id,
            element_key=token.key,
            scopes=tuple(run.state.scopes(token)),
            created_at=run.surroundings.now,
            assignee=text_of(run, token, self.assignee, "assignee") if self.assignee else None,
            candidate_groups=texts_of(run, token, self.candidate_groups, "candidateGroups")
            if self.candidate_groups
            else (),
            candidate_users=texts_of(run, token, self.candidate_users, "candidateUsers")
            if self.candidate_users
            else (),
            form_id=form_id,
            form_key=self._form_key(run, form_id),
            due_at=self._instant(run, token, self.due_date, "dueDate") or (limit.due(run) if limit else None),
            follow_up_at=self._instant(run, token, self.follow_up_date, "followUpDate"),
            priority=number_of(run, token, self.priority, 50, "priority"),
        )
        run.open(token, task)
        if limit is not None:
            begin(run, token, limit)

    def _form_key(self, run: "Run", form_id: str | None) -> int | None:
        if form_id is None:
            return None
        key = run.surroundings.catalogue.form_key(form_id, self.form_binding)
        if key is None:
            raise Stuck("FORM_NOT_FOUND", "form_missing", {"form": form_id})
        return key

    def _instant(self, run: "Run", token: Token, source: Source | None, field: str) -> "datetime | None":
        if source is None:
            return None
        value, _ = run.evaluate(source, token)
        if value is None:
            return None
        return parse_instant(text_of(run, token, source, field), run.surroundings.now.astimezone(run.surroundings.zone))


def complete_task(run: "Run", token: Token, wait: Wait, command: CompleteTask) -> None:
    run.close(token, wait, "completed")
    run.take_result(token, command.variables)
    if not run.asks(token, "completing"):
        run.complete(token)
