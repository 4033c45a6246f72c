"""The two ways a handler says no: not now (the engine runs the job again) and never (the error `adapter_failed`)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine import BpmnError, Job, Retry

# The pauses of the catalogue's section 1, "Failure of an adapter"; the engine counts the attempts.
_PAUSES = (timedelta(seconds=10), timedelta(seconds=60), timedelta(minutes=5))


def not_now(job: Job, reason: str) -> Retry:
    """For what time or a person elsewhere may mend: unreachable, overloaded, a temporary refusal."""
    return Retry(_PAUSES[min(max(job.attempt, 1), len(_PAUSES)) - 1], reason)


def never(message: str, variables: Mapping[str, Any] | None = None) -> BpmnError:
    """For what another try cannot mend: a refusal for good, a wrong variable, a wrong ports file."""
    return BpmnError("adapter_failed", message, variables)
