"""The two clocks, and no other: case time, which may be moved, and machine time, which never is."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

_case_time: ContextVar[datetime | Callable[[], datetime] | None] = ContextVar("case_time", default=None)


def now() -> datetime:
    """Case time of the transaction we are in: timers, limits and history go by it.

    It is PostgreSQL's time moved by the case clock, the same from when it is first asked for to the commit.
    Outside a transaction there is none, and asking for it is a mistake of the caller (RuntimeError).
    """
    value = _case_time.get()
    if value is None:
        raise RuntimeError("there is no case time outside a transaction")
    return value if isinstance(value, datetime) else value()


def machine() -> datetime:
    """Real time: leases, back-off of technical retries, sessions, tokens and throttling go by it."""
    return datetime.now(UTC)


def in_transaction() -> bool:
    """Whether case time is known here, that is whether a transaction of `store` is open in this context."""
    return _case_time.get() is not None


class reading:  # noqa: N801 - used like a function
    """Let `now` answer `moment` inside the block, or what it gives when asked, always the same.

    `store` does so for each transaction, the sandbox for each step.
    """

    def __init__(self, moment: datetime | Callable[[], datetime]) -> None:
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise ValueError("case time needs a time zone")
        self._moment = moment

    def __enter__(self) -> None:
        self._token = _case_time.set(self._moment)

    def __exit__(self, *_: object) -> None:
        _case_time.reset(self._token)
