"""Requests that wait for something to happen: for jobs, or for an instance to end. Each holds a thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import engine

Seen = TypeVar("Seen")

DEFAULT_WAIT = 10_000  # milliseconds, as Camunda's
LOOK_AGAIN_SECONDS = 0.1
# Of the server's threads some have to stay free for requests that do not wait.
MOST_WAITING = 24

_free = threading.BoundedSemaphore(MOST_WAITING)


@contextmanager
def waiting() -> Iterator[bool]:
    """Whether this request may wait: while too many others do, it is answered at once with what is there."""
    allowed = _free.acquire(blocking=False)
    try:
        yield allowed
    finally:
        if allowed:
            _free.release()


def end_of(instance_key: int, seconds: float) -> dict[str, Any]:
    """The variables an instance ended with. Raises TimedOut if it goes on longer than that."""
    with waiting() as allowed:
        looks = max(1, round(seconds / LOOK_AGAIN_SECONDS)) if allowed else 1
        pause = threading.Event()
        for _ in range(looks):
            variables = _variables_at_end(instance_key)
            if variables is not None:
                return variables
            pause.wait(LOOK_AGAIN_SECONDS)
    raise engine.TimedOut("request_timed_out", key=str(instance_key), seconds=f"{seconds:g}")


def _variables_at_end(key: int) -> dict[str, Any] | None:
    def look(session: engine.Session) -> dict[str, Any] | None:
        # The instance is looked at by its key as what it was started by may not be allowed to see it.
        if engine.queries.process_instances.get(session, key).state == "active":
            return None
        return dict(engine.queries.variables.visible_from(session, key, [key]))

    return _look(look)


def agreed(task_key: int) -> None:
    """Wait until the listeners of a task have answered. Raises Conflict where one says no, TimedOut."""
    with waiting() as allowed:
        pause = threading.Event()
        for _ in range(DEFAULT_WAIT // 100 if allowed else 1):
            task = _look(lambda session: engine.queries.user_tasks.get(session, task_key))
            if task is not None and task.transition is None:
                if task.denied_reason is not None:
                    raise engine.Conflict("task_denied", key=str(task_key), reason=task.denied_reason)
                return
            pause.wait(LOOK_AGAIN_SECONDS)
    raise engine.TimedOut("task_not_agreed", key=str(task_key), seconds=f"{DEFAULT_WAIT / 1000:g}")


def _look(look: Callable[[engine.Session], Seen | None]) -> Seen | None:
    """What a look in a transaction of its own sees; None where the database does not let us look just now.

    What is waited for was committed before: a caller who is told of the database's trouble would ask for it once more.
    """
    try:
        return engine.retrying(look, attempts=1)
    except (engine.Conflict, engine.Unavailable) as error:
        if error.code not in ("database_busy", "database_unavailable"):
            raise
        return None
