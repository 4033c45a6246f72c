"""How long a job waits before it is tried again. Technical waiting, on machine time; no limit of the regulation."""

from collections.abc import Sequence
from datetime import timedelta

from engine.work.contract import Port

# The catalogue's three tries again ("Failure of an adapter"); a port may have its own under option `retry_after_s`.
DEFAULT_SECONDS = (10, 60, 300)


def back_off(port: Port, attempt: int) -> timedelta:
    """The wait after the `attempt`-th run (from 1) failed; the last wait goes for all later runs."""
    seconds: Sequence[float] = port.options.get("retry_after_s") or DEFAULT_SECONDS
    return timedelta(seconds=float(seconds[min(attempt, len(seconds)) - 1]))
