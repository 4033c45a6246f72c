"""Limits of user tasks (decision 13): warning, due time and reminders, moved by the intervals the case is held.

Property `limit` gives {value, unit, warning?, reminder?}: `warning` is the share of the limit after which people are
warned, `reminder` {value, unit} how often they are reminded once it is overdue. Property `clock` is `case` (stands
while the case is held; the default) or `running` (never stands).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .clocks import UNITS, add_held
from .commands import FireTimer
from .effects import Change, Note
from .jobs import REMINDER
from .records import Job, Timer
from .stuck import warned
from .token import OWN_DUE, Token, Wait

if TYPE_CHECKING:
    from .run import Run

TOPIC = "notify.reminder"
FIRED = {"warning": "warned_at", "due": "overdue_at", "reminder": "reminded_at"}  # stage → field of the task
# Stands for the element in the wait of a limit's timer; no boundary event is called so.
WAITS = {stage: f"#{stage}" for stage in FIRED}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a task may take, from when on, and on which clock."""

    value: float
    unit: str
    since: str
    clock: str = "case"
    warning: float | None = None
    reminder: tuple[float, str] | None = None

    def after(self, run: "Run", amount: float, unit: str, since: str) -> datetime:
        held = closed_intervals(run) if self.clock == "case" else []
        return add_held(run.surroundings, datetime.fromisoformat(since), amount, unit, held)

    def due(self, run: "Run") -> datetime:
        return self.after(run, self.value, self.unit, self.since)


def limit_of(run: "Run", token: Token) -> Limit | None:
    """The limit of the task a token is on. Raises Stuck where the property gives something else than a limit."""
    source = token.task_spec.properties.get("limit")
    if source is None:
        return None
    value, warnings = run.evaluate(source, token)
    if value is None:
        return None
    clock = token.task_spec.properties.get("clock")
    try:
        limit = Limit(
            *amount(value),
            run.surroundings.now.isoformat(),
            clock.text if clock else "case",
            None if value.get("warning") is None else float(value["warning"]),
            None if value.get("reminder") is None else amount(value["reminder"]),
        )
        _require_sane(run, limit)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise warned("EXTRACT_VALUE_ERROR", "not_a_limit", source.text, warnings) from None
    return limit


def _require_sane(run: "Run", limit: Limit) -> None:
    """Raises OverflowError for a limit past the last year, ValueError for reminders with no time between them."""
    limit.due(run)
    # One that is due at once would be sent as often as the clock looks.
    if limit.reminder is not None and limit.after(run, *limit.reminder, limit.since) <= run.surroundings.now:
        raise ValueError(limit.reminder)


def amount(value: Any) -> tuple[float, str]:
    if value["unit"] not in UNITS:
        raise ValueError(value["unit"])
    return float(value["value"]), value["unit"]


def begin(run: "Run", token: Token, limit: Limit) -> None:
    # A list: the snapshot is JSON, and gives back nothing else.
    token.internal_data["limit"] = [limit.value, limit.unit, limit.since, limit.clock, limit.warning, limit.reminder]
    if limit.warning is not None:
        token.internal_data["stage"] = "warning"
    else:
        token.internal_data["stage"] = "due"
    arm(run, token, limit)


def arm(run: "Run", token: Token, limit: Limit) -> None:
    """Set the timer of the stage the task's limit is in; a held case's clock stands, so nothing is set then."""
    stage = token.internal_data["stage"]
    if stage == "over" or (run.state.is_held and limit.clock == "case"):
        return
    if stage == "warning":
        due = limit.after(run, limit.value * (limit.warning or 0), limit.unit, limit.since)
    elif stage == "due":
        due = limit.due(run)
    else:
        assert limit.reminder is not None
        due = limit.after(run, *limit.reminder, token.internal_data["reminded"])
    run.open(token, Timer(run.state.new_key(), token.task_spec.id, token.key, stage, due), WAITS[stage])


def fire(run: "Run", token: Token, wait: Wait, command: FireTimer) -> None:
    """A warning, the due time or a reminder has come: note it, tell people, set the next timer."""
    run.close(token, wait, "completed")
    limit = kept(token)
    stage = token.internal_data["stage"]
    task = _task(token)
    if task is None:
        # It is done, and an incident keeps its token from going on.
        return
    run.effects.append(Note(f"task_{stage}", token.task_spec.id, token.key, {"task": task}))
    run.effects.append(Change("task", task, {FIRED[stage]: run.surroundings.now}))
    remind(run, token, task, stage)
    if stage == "warning":
        token.internal_data["stage"] = "due"
    elif limit.reminder is None:
        token.internal_data["stage"] = "over"
    else:
        token.internal_data["stage"] = "reminder"
        token.internal_data["reminded"] = run.surroundings.now.isoformat()
    arm(run, token, limit)


def remind(run: "Run", token: Token, task: int, stage: str) -> None:
    variables = {"kind": stage, "task": {"key": str(task), "element": token.task_spec.id}}
    key = run.state.new_key()
    job = Job(key, token.task_spec.id, token.key, TOPIC, 3, "REMINDER", variables=variables)
    run.open(token, job, REMINDER)


def hold(run: "Run", begins: bool) -> None:
    """The case's clocks stand from now on, or go on; every task's limit moves with them."""
    if begins == run.state.is_held:
        return
    now = run.surroundings.now.isoformat()
    if begins:
        run.state.held.append([now, None])
    else:
        run.state.held[-1][1] = now
    run.effects.append(Change("instance", run.state.key, {"held": begins}))
    run.effects.append(Note("case_held" if begins else "case_resumed"))
    for token in [token for token in run.tasks.values() if "limit" in token.internal_data]:
        move(run, token, kept(token))


def is_limits(wait: Wait) -> bool:
    """Whether a wait is for a stage of the task's limit."""
    return wait.noun == "timer" and wait.element in WAITS.values()


def move(run: "Run", token: Token, limit: Limit) -> None:
    if limit.clock != "case":
        return
    for wait in [wait for wait in token.waits if is_limits(wait)]:
        run.close(token, wait, "canceled")
    arm(run, token, limit)
    task = _task(token)
    # While the clock stands nobody knows when the task will be due; a due time of somebody's own stays.
    if task is not None and not run.state.is_held and OWN_DUE not in token.internal_data:
        run.effects.append(Change("task", task, {"due_at": limit.due(run)}))


def _task(token: Token) -> int | None:
    return next((wait.key for wait in token.waits if wait.noun == "task"), None)


def kept(token: Token) -> Limit:
    value, unit, since, clock, warning, reminder = token.internal_data["limit"]
    return Limit(value, unit, since, clock, warning, tuple(reminder) if reminder else None)


def closed_intervals(run: "Run") -> list[tuple[datetime, datetime]]:
    now = run.surroundings.now
    return [
        (datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else now)
        for begin, end in run.state.held
        if begin
    ]
