"""Handlers of the crash tests, for worker processes: they tell a file what they do, and die where they are told to."""

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine import Handler, Job, Port


def work(job: Job, port: Port) -> dict[str, Any]:
    """Do the effect; then, if this is a run that is to die, die before the engine hears of it."""
    effects = Path(os.environ["CRASH_FOLDER"]) / "effects"
    with effects.open("a") as file:
        file.write(f"{job.key} {job.attempt} {os.getpid()}\n")
    if job.attempt <= int(job.variables.get("deaths", 0)):
        os.kill(os.getpid(), signal.SIGKILL)
    return {"attempt": job.attempt}


ANYTHING = {"type": "object"}
HANDLERS = {
    "work": Handler("work", 1, work, None, ANYTHING, ANYTHING, {}, timedelta(minutes=5)),
}
