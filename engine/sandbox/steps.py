"""What somebody does while playing, as data: the same steps from the beginning lead to the same place again.

A sandbox is deterministic, so Play mode keeps no sandbox: it keeps the steps and plays them anew each time. Going back
is leaving the last one out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from engine.errors import Conflict, Invalid, TrunklineError

from .box import Sandbox
from .case import Case, Item, Stopped

Step = Mapping[str, Any]
FURTHEST = timedelta(days=3660)
MOST_FIRINGS = 1000


def replay(box: Sandbox, process_id: str, steps: Sequence[Step]) -> tuple[int, TrunklineError | None]:
    """Do the steps in order until one is refused: how many were done, and why the next was not."""
    for number, step in enumerate(steps):
        try:
            take(box, process_id, step)
        except TrunklineError as refused:
            return number, refused
    return len(steps), None


def take(box: Sandbox, process_id: str, step: Step) -> None:
    """Do one step: `do` says which, `key` what it is done to. Raises Invalid, Conflict, NotFound."""
    do, variables = step.get("do"), _object(step, "variables")
    match do:
        case "start":
            box.start(process_id, variables)
        case "complete":
            _item(box, step).complete(variables)
        case "fail":
            _item(box, step).fail(_text(step, "message"))
        case "throw":
            _item(box, step).throw(_text(step, "code"), variables)
        case "deny":
            _item(box, step).deny(_text(step, "reason"))
        case "correct":
            _item(box, step).correct(**_object(step, "to"))
        case "escalate":
            _item(box, step).escalate(_text(step, "code"), variables)
        case "resolve":
            _incident(box, step).resolve()
        case "set":
            box.set_variables(_case(box, step), variables)
        case "cancel":
            _case(box, step).cancel()
        case "publish":
            box.publish(_text(step, "name"), _text(step, "correlation_key"), variables, timedelta(hours=1))
        case "broadcast":
            box.broadcast(_text(step, "name"), variables)
        case "wait":
            _wait(box, _moment(box, step))
        case _:
            raise Invalid("play_step_malformed", step=str(do)[:40])


def _wait(box: Sandbox, to: datetime) -> None:
    """Let time pass, timer by timer: years of a timer that fires each second are not waited for."""
    for _ in range(MOST_FIRINGS):
        due = box.next_due()
        if due is None or due > to:
            box.advance(to=to)
            return
        # What falls due may have been due before, and time does not go back.
        box.advance(to=max(due, box.now))
    raise Invalid("play_too_many_timers", most=MOST_FIRINGS)


def _item(box: Sandbox, step: Step) -> Item:
    key = step.get("key")
    for case in box.cases:
        for item in case.waiting:
            if item.key == key:
                return item
    raise Conflict("waits_no_longer", process_id=_text(step, "process_id"))


def _incident(box: Sandbox, step: Step) -> Stopped:
    for case in box.cases:
        for stopped in case.incidents:
            if stopped.record.key == step.get("key"):
                return stopped
    raise Conflict("waits_no_longer", process_id=_text(step, "process_id"))


def _case(box: Sandbox, step: Step) -> Case:
    for case in box.cases:
        if case.key == step.get("key") and case.state == "active":
            return case
    raise Conflict("waits_no_longer", process_id=_text(step, "process_id"))


def _object(step: Step, name: str) -> dict[str, Any]:
    found = step.get(name, {})
    if not isinstance(found, dict):
        raise Invalid("variables_not_an_object")
    return found


def _text(step: Step, name: str) -> str:
    found = step.get(name, "")
    if not isinstance(found, str) or len(found) > 1000:
        raise Invalid("play_step_malformed", step=name)
    return found


def _moment(box: Sandbox, step: Step) -> datetime:
    """Time only goes on."""
    try:
        to = datetime.fromisoformat(_text(step, "to"))
    except ValueError:
        raise Invalid("play_step_malformed", step="to") from None
    to = to if to.tzinfo else to.replace(tzinfo=box.zone)
    if not box.now <= to <= box.now + FURTHEST:
        raise Invalid("play_time_out_of_reach")
    return to
