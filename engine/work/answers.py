"""What a handler's run came to: given to its job at once, or kept until a suspended case goes on.

The effect has happened by then. A case that was suspended meanwhile takes no answer, and running the job again would
do the effect twice: so its answer becomes a command, which waits like all that comes for a suspended case.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound
from engine.instances import on_command, send
from engine.work import jobs

ANSWER = "answer"
DONE, FAILED, NO = "done", "failed", "no"

logger = logging.getLogger(__name__)

# Nobody runs the job again, however long its case stands and whatever becomes of the worker. Nobody of this name is
# one of our own workers.
_HOLD = text("""
    UPDATE jobs SET worker = :holder, lease_until = now() + interval '100 years'
    WHERE key = :key AND state = 'activated' AND worker = :worker AND attempts = :attempt RETURNING 1
""")


@dataclass(frozen=True, slots=True)
class Answer:
    """`outcome`: done, failed, or no (the BPMN error `code`). `wait`: seconds before it is tried again."""

    job: int
    worker: str
    attempt: int
    outcome: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    retries: int = 0
    message: str = ""
    wait: float = 0
    code: str = ""


def give(session: Session, answer: Answer) -> None:
    """Have the job go on by it. Raises NotFound and Conflict where it comes too late, Invalid."""
    lease = jobs.Lease(answer.worker, answer.attempt)
    match answer.outcome:
        case "done":
            jobs.complete_job(session, answer.job, answer.variables, lease)
        case "failed":
            wait = timedelta(seconds=float(answer.wait))
            jobs.fail_job(session, answer.job, answer.retries, answer.message, wait, lease=lease)
        case _:
            jobs.throw_job_error(session, answer.job, answer.code, answer.message, answer.variables, lease)


def keep(session: Session, answer: Answer) -> None:
    """Have it given once the case goes on. Raises Conflict where another run has the job by now."""
    holder = f"answered by {answer.worker}"
    held = {"key": answer.job, "holder": holder, "worker": answer.worker, "attempt": answer.attempt}
    if session.execute(_HOLD, held).one_or_none() is None:
        raise Conflict("job_taken_over", key=str(answer.job), worker="")
    # A command for the case itself: commands of a suspended instance are not taken before it goes on.
    send(session, ANSWER, answer.job >> 24 << 24, asdict(replace(answer, worker=holder)))


def tell_too_late(job: int, error: Exception) -> None:
    """Another run has the job, or it has gone with its case: nothing is left to do."""
    logger.warning("an answer came too late: %s", error, extra={"job": job})


def _give_kept(session: Session, _instance: int | None, payload: Mapping[str, Any]) -> None:
    answer = _kept(payload)
    try:
        give(session, answer)
    except (NotFound, Conflict) as error:
        # Suspended once more since it was taken: the command has to stay.
        if error.code == "instance_suspended":
            raise
        tell_too_late(answer.job, error)


def _give_up(session: Session, _instance: int | None, payload: Mapping[str, Any], error: str) -> None:
    """An incident says why, and a person decides whether it runs again."""
    kept = _kept(payload)
    give(session, Answer(kept.job, kept.worker, kept.attempt, FAILED, message=error))


def _kept(payload: Mapping[str, Any]) -> Answer:
    return Answer(**{name: value for name, value in payload.items() if name in Answer.__slots__})


on_command(ANSWER, _give_kept, _give_up)
