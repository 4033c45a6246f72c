"""The handlers of the benchmarks' worker processes."""

from datetime import timedelta
from typing import Any

from engine import Handler, Job, Port

_ANYTHING = {"type": "object"}


def nothing(job: Job, port: Port) -> dict[str, Any]:
    return {}


HANDLERS = {
    "bench.noop": Handler("bench.noop", 1, nothing, None, _ANYTHING, _ANYTHING, {}, timedelta(minutes=1)),
}
