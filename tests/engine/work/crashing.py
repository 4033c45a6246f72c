"""Handlers of the crash tests, for worker processes: they tell a file what they do, and die where they are told to."""

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine import BpmnError, Handler, Job, Port, Retry


def work(job: Job, port: Port) -> dict[str, Any]:
    """Do the effect; then, if this is a run that is to die, die before the engine hears of it."""
    effects = Path(os.environ["CRASH_FOLDER"]) / "effects"
    with effects.open("a") as file:
        file.write(f"{job.key} {job.attempt} {os.getpid()}\n")
    if job.attempt <= int(job.variables.get("deaths", 0)):
        os.kill(os.getpid(), signal.SIGKILL)
    return {"attempt": job.attempt}


def balky(job: Job, port: Port) -> dict[str, Any]:
    """The first run is put off; then every third job is refused, and others stop until the case says that it is ok."""
    if job.attempt == 1:
        raise Retry(timedelta(milliseconds=100), "not now")
    if job.key % 3 == 0:
        raise BpmnError("no", "refused")
    if job.key % 3 == 1 and job.variables.get("ok") is not True:
        raise Retry(timedelta(), "not ok")
    return {}


ANYTHING = {"type": "object"}
HANDLERS = {
    "work": Handler("work", 1, work, None, ANYTHING, ANYTHING, {}, timedelta(minutes=5)),
    "balky": Handler("balky", 1, balky, None, ANYTHING, ANYTHING, {}, timedelta(minutes=5)),
}
