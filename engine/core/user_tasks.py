"""User tasks: who may do them, by which form, and until when."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from . import task_changes
from .commands import CompleteTask
from .effects import Binding
from .element import ENTERED, Element, number_of, text_of, texts_of
from .expressions import Source
from .limits import begin, limit_of
from .listeners import TASK_EVENTS, hears
from .records import Task
from .stuck import Stuck
from .timers import parse_instant
from .token import OWN_DUE, Token, Wait

if TYPE_CHECKING:
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
    headers: dict[str, str] = {}  # noqa: RUF012 - replaced by the parser, never written to

    def enter(self, run: "Run", token: Token) -> None:
        # Only a task with listeners is kept in its token: of any other the record alone is true, and whoever assigns it
        # asks nobody.
        if not hears(self, *TASK_EVENTS):
            self._open(run, token, run.state.new_key(), self._attributes(run, token))
            return
        if not task_changes.is_heard(token):
            task = self._attributes(run, token)
            token.internal_data[task_changes.TASK] = {"key": run.state.new_key(), **task}
            token.internal_data[task_changes.PENDING] = {"event": "creating", "action": "create", "to": {}}
        if "agreed" not in token.internal_data[task_changes.PENDING] and run.asks(token, "creating"):
            token.internal_data[ENTERED] = True
            return
        self._agreed(run, token)

    def _agreed(self, run: "Run", token: Token) -> None:
        """The task is created as its listeners have it; whoever the diagram gives it to is assigned then."""
        change, task = token.internal_data[task_changes.PENDING], token.internal_data[task_changes.TASK]
        agreed = {**task, **change["to"]}
        wanted = agreed["assignee"]
        assigns = wanted is not None and wanted == task["assignee"] and hears(self, "assigning")
        if assigns:
            agreed["assignee"] = None
        self._open(run, token, task["key"], {name: value for name, value in agreed.items() if name != "key"})
        # not before: where the task cannot be opened all this is done again
        token.internal_data[task_changes.TASK] = agreed
        del token.internal_data[task_changes.PENDING]
        if assigns:
            task_changes.ask(run, token, "assigning", "assign", {"assignee": wanted})

    def _open(self, run: "Run", token: Token, key: int, attributes: dict[str, Any]) -> None:
        limit = limit_of(run, token)
        given = task_changes.fields(attributes)
        if given["due_at"] is not None:
            token.internal_data[OWN_DUE] = True
        elif limit is not None:
            given["due_at"] = limit.due(run)
        place = (key, self.id, token.key, tuple(run.state.scopes(token)), run.surroundings.now)
        run.open(token, Task(*place, **given))
        if limit is not None:
            begin(run, token, limit)

    def _attributes(self, run: "Run", token: Token) -> dict[str, Any]:
        """What the diagram says of the task, as JSON by the names of `records.Task`."""
        form_id = text_of(run, token, self.form_id, "formId") if self.form_id else None
        groups, users = self.candidate_groups, self.candidate_users
        return {
            "assignee": text_of(run, token, self.assignee, "assignee") if self.assignee else None,
            "candidate_groups": list(texts_of(run, token, groups, "candidateGroups")) if groups else [],
            "candidate_users": list(texts_of(run, token, users, "candidateUsers")) if users else [],
            "form_id": form_id,
            "form_key": self._form_key(run, form_id),
            "due_at": self._instant(run, token, self.due_date, "dueDate"),
            "follow_up_at": self._instant(run, token, self.follow_up_date, "followUpDate"),
            # Camunda's default, in the middle between 0 and 100.
            "priority": number_of(run, token, self.priority, 50, "priority"),
        }

    def _form_key(self, run: "Run", form_id: str | None) -> int | None:
        if form_id is None:
            return None
        key = run.surroundings.catalogue.form_key(form_id, self.form_binding)
        if key is None:
            raise Stuck("FORM_NOT_FOUND", "form_missing", {"form": form_id})
        return key

    def _instant(self, run: "Run", token: Token, source: Source | None, field: str) -> str | None:
        if source is None:
            return None
        value, _ = run.evaluate(source, token)
        if value is None:
            return None
        now = run.surroundings.now.astimezone(run.surroundings.zone)
        return parse_instant(text_of(run, token, source, field), now).isoformat()


def complete_task(run: "Run", token: Token, wait: Wait, command: CompleteTask) -> None:
    if task_changes.is_heard(token):
        task_changes.complete(run, token, command)
        return
    run.close(token, wait, "completed")
    run.complete(token, command.variables)
