"""Reading metrics of one device, counters twice: what `device.snmp_get` and `test.measure` have in common."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from engine import Job, Port
from handlers.answers import never
from handlers.device.devices import Device
from handlers.device.metrics import Metric
from handlers.device.snmp import get

_UP_TIME = "1.3.6.1.2.1.1.3.0"
# What the answer still needs on its way to the engine after the second reading.
_RESERVE_S = 10


def read(device: Device, metrics: Iterable[Metric], interval: int, job: Job, port: Port) -> dict[str, dict[str, Any]]:
    """Name → {value, unit, time}, in the order asked; `interval` in seconds, used only if a metric is a change."""
    # A handler is called in a thread of its own, where no loop is running.
    return asyncio.run(_read(device, list(metrics), interval, job, port))


async def _read(
    device: Device, metrics: list[Metric], interval: int, job: Job, port: Port
) -> dict[str, dict[str, Any]]:
    twice = list(dict.fromkeys(oid for metric in metrics if metric.way == "change" for oid in metric.oids))
    # Each object is asked once, though several metrics may share it.
    once = list(dict.fromkeys(oid for metric in metrics for oid in metric.oids))
    first = await get(device, [*once, _UP_TIME] if twice else once, job, port)
    second: dict[str, Any] = {}
    if twice:
        left = (job.deadline - datetime.now(UTC)).total_seconds() - _RESERVE_S
        # Not begun at all: another worker would take the job over in the middle of the wait.
        if interval > left:
            raise never(f"device {device.id}: an interval of {interval} s does not fit into the job's time")
        await asyncio.sleep(interval)
        second = await get(device, [*twice, _UP_TIME], job, port)
        if _restarted(first.get(_UP_TIME), second.get(_UP_TIME)):
            second = {}
    time = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        metric.name: {"value": metric.reading(first, second), "unit": metric.unit, "time": time} for metric in metrics
    }


def _restarted(before: Any, after: Any) -> bool:
    """A device that started again counts from zero: its growth cannot be told, which is not a growth of zero."""
    return before is not None and after is not None and after < before
