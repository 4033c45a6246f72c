"""A case in the sandbox as one looks at it: its state, what it waits for, what it did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.core import commands, effects, task_changes
from engine.core.listeners import require_asked
from engine.core.records import Incident, Job, Record, Subscription, Task, Timer
from engine.core.spec import ProcessSpec
from engine.core.state import State
from engine.errors import Conflict, Finding
from engine.texts import terminal_language, words

from .kept_rows import KeptRows

if TYPE_CHECKING:
    from .box import Sandbox

LIMITS = ("REMINDER", "warning", "due", "reminder")  # kinds of jobs and timers that come with a task's limit


class Item:
    """Something a case waits for."""

    def __init__(self, case: "Case", record: Job | Task | Timer | Subscription) -> None:
        self._case = case
        self._record = record
        self.key = record.key
        self.element = record.element
        self.kind = record.kind if isinstance(record, Subscription) else record.noun
        self.type = record.type if isinstance(record, Job) else None
        self.name = record.name if isinstance(record, Subscription) else None
        self.correlation_key = record.correlation_key if isinstance(record, Subscription) else None
        self.action = record.action if isinstance(record, Subscription) else None
        self.due = getattr(record, "due_at", None)
        self.assignee = getattr(record, "assignee", None)
        self.transition = getattr(record, "transition", None)
        self.denied_reason = getattr(record, "denied_reason", None)
        self.priority = getattr(record, "priority", None)
        self.headers = dict(record.headers) if isinstance(record, Job) else {}
        self.form_id = record.form_id if isinstance(record, Task) else None
        self.candidate_groups = record.candidate_groups if isinstance(record, Task) else ()

    @property
    def variables(self) -> dict[str, Any]:
        """The variables visible from the element."""
        if scopes := getattr(self._record, "scopes", ()):
            # The nearest scope comes last here, so that its value is the one seen.
            held = self._case.instance.variables
            return {name: value for scope in reversed(scopes) for name, value in held.get(scope, {}).items()}
        token = self._case.instance.tokens[self._record.element_key]
        return dict(self._case.instance.view(token))

    def complete(self, variables: Mapping[str, Any] | None = None) -> None:
        """The job or task is done, the timer fires, the message or signal comes."""
        given, at = variables or {}, (self.key, self._record.element_key)
        match self._record:
            case Job():
                self._do(commands.CompleteJob(*at, given))
            case Task():
                self._do(commands.CompleteTask(*at, given))
            case Timer(element=element, kind=kind, cycle=cycle, left=left):
                self._do(commands.FireTimer(*at, element, kind, cycle, left))
            case Subscription(element=element):
                self._do(commands.Deliver(*at, element, given))

    def deny(self, reason: str | None = None) -> None:
        """A task's listener says no. Raises Invalid where that was not asked."""
        self._answer(commands.CompleteJob(self.key, self._record.element_key, denied=True, denied_reason=reason))

    def correct(self, **corrections: Any) -> None:
        """A task's listener agrees, with corrections by the names of `records.Task`. Raises Invalid."""
        self._answer(commands.CompleteJob(self.key, self._record.element_key, corrections=corrections))

    def _answer(self, command: commands.CompleteJob) -> None:
        kind = getattr(self._record, "kind", self.kind)
        require_asked(self.key, kind, self.headers, command.denied, command.corrections)
        self._do(command)

    def assign(self, assignee: str | None) -> None:
        """Give the task to somebody."""
        if self.has_listeners:
            self._do(commands.AssignTask(self.key, self._record.element_key, assignee))
        else:
            # No token moves by it, so the core is not asked on PostgreSQL either.
            self._case.change(self.key, assignee=assignee)

    def update(self, **changes: Any) -> None:
        """Change attributes of the task, by the names of `records.Task` and as JSON."""
        self._do(commands.UpdateTask(self.key, self._record.element_key, changes))

    @property
    def has_listeners(self) -> bool:
        return task_changes.is_heard(self._case.instance.tokens[self._record.element_key])

    def fail(self, message: str = "", retries: int = 0, variables: Mapping[str, Any] | None = None) -> None:
        self._do(commands.FailJob(self.key, self._record.element_key, retries, message, variables=variables or {}))

    def throw(self, error_code: str, variables: Mapping[str, Any] | None = None, message: str = "") -> None:
        self._do(commands.ThrowError(self.key, self._record.element_key, error_code, message, variables or {}))

    def escalate(self, code: str, variables: Mapping[str, Any] | None = None) -> None:
        self._do(commands.ThrowEscalation(self.key, self._record.element_key, code, variables or {}))

    def _do(self, command: commands.Command) -> None:
        if incident := self._case.incident_of(self.key):
            state = "failed" if incident.kind == "JOB_NO_RETRIES" else "error_thrown"
            raise Conflict("job_stopped", key=str(self.key), state=state)
        self._case.box.send(self._case, command)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.element} {self.type or self.name or ''}>"


@dataclass(frozen=True)
class Stopped:
    """An open incident. `kind` is Camunda 8's errorType."""

    case: "Case"
    record: Incident

    @property
    def kind(self) -> str:
        return self.record.kind

    @property
    def element(self) -> str:
        return self.record.element

    @property
    def code(self) -> str:
        return self.record.code

    @property
    def message(self) -> str:
        """What is wrong, as a sentence in the language of this terminal."""
        return words(Finding(self.record.code, self.record.parameters), terminal_language())

    def resolve(self, retries: int = 1) -> None:
        command = commands.ResolveIncident(self.record.key, self.record.element_key, retries)
        self.case.box.send(self.case, command)


class Case:
    """One instance in the sandbox."""

    def __init__(self, box: "Sandbox", spec: ProcessSpec, key: int, parent: "Case | None") -> None:
        self.box = box
        self.spec = spec
        self.process_id = spec.process_id
        self.key = key
        self.parent = parent
        self.instance = State(key)
        self.rows = KeptRows()
        self.business_id: str | None = parent.business_id if parent else None
        self.case_no: str | None = None
        self.unit: str | None = None
        self.held = False
        self.records: dict[int, Record] = {}
        self.history: list[effects.Note] = []
        self.decisions: list[effects.Decided] = []
        self.doubts: list[effects.Doubt] = []  # where FEEL warned and the case went on
        self.started_by: tuple[str, str] | None = None  # name and key of the message that opened it

    @property
    def state(self) -> str:
        return self.instance.status

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.instance.variables.get(self.key, {}))

    @property
    def path(self) -> list[str]:
        """The ids of the elements in the order they completed."""
        return [note.element for note in self.history if note.kind == "element_completed" and note.element]

    @property
    def flows(self) -> list[str]:
        return [flow for note in self.history for flow in note.data.get("flows", ())]

    @property
    def waiting(self) -> list[Item]:
        """What has to happen next, in the order it began to wait. A task's limit and its reminders are not shown."""
        stopped = {record.job_key for record in self.records.values() if isinstance(record, Incident)}
        return [
            Item(self, record)
            for record in self.records.values()
            if not isinstance(record, Incident)
            and getattr(record, "kind", "") not in LIMITS
            and record.key not in stopped
        ]

    @property
    def incidents(self) -> list[Stopped]:
        return [Stopped(self, record) for record in self.records.values() if isinstance(record, Incident)]

    def incident_of(self, key: int) -> Incident | None:
        """The open incident that stops a job: nobody can do the job before that is resolved."""
        incidents = (record for record in self.records.values() if isinstance(record, Incident))
        return next((incident for incident in incidents if incident.job_key == key), None)

    def change(self, key: int, **fields: Any) -> None:
        """Change fields of a record that nobody has to agree to."""
        self.records[key] = replace(self.records[key], **fields)

    def cancel(self) -> None:
        """End it and what it called. Raises Conflict where it has ended, or another called it and waits for it."""
        if self.parent is not None and self.state == "active":
            root = self.parent
            while root.parent is not None:
                root = root.parent
            raise Conflict("instance_called", key=str(self.key), root=str(root.key))
        self.box.send(self, commands.Cancel())

    def modify(
        self,
        start: Iterable[str | commands.Activate] = (),
        cancel: Iterable[int | str] = (),
        move: Iterable[commands.Move] = (),
    ) -> None:
        """Begin at elements, end element instances (by key, or all of an element). Raises Invalid with all findings."""
        starts = tuple(commands.Activate(one) if isinstance(one, str) else one for one in start)
        self.box.send(self, commands.Modify(starts, tuple(cancel), tuple(move)))

    def migrate(self, mapping: Mapping[str, str] | None = None) -> None:
        """Go on as the latest version of the process. Raises Invalid with all that cannot follow."""
        self.box.migrate(self, mapping or {})

    def __repr__(self) -> str:
        return f"<case {self.process_id} {self.state} {self.waiting}>"
