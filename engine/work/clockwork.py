"""The clocks of one worker: they fire what is due, and sleep until the next thing is."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

from engine import logs, store
from engine.directory.acting import TIMER, acting
from engine.errors import Conflict, TrunklineError
from engine.instances import Sight
from engine.store.case_clock import LOOK_AGAIN
from engine.work import timers
from engine.work.start_timers import start_due

logger = logging.getLogger(__name__)

BATCH = 200
THREADS = 4
TOGETHER = 20  # so few that what was read of the last is still true
SHORTEST = timedelta(milliseconds=20)


class Clockwork:
    """Fires timers until it is stopped. `wake` makes it look at once, since the case clock has been moved."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._wake = threading.Event()
        self._stopping = threading.Event()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Go on until `stop`; a database that is away is waited for."""
        with ThreadPoolExecutor(THREADS, "timer") as pool:
            while not self._stopping.is_set():
                # Before the look: a call that comes during it must still cut the wait short.
                self._wake.clear()
                self._wake.wait(self._tick(pool).total_seconds())

    def _tick(self, pool: ThreadPoolExecutor) -> timedelta:
        """Fire all that is due now; gives how long to wait."""
        try:
            while not self._stopping.is_set() and self.fire_due(pool):
                pass
            with store.transaction() as session:
                wait = timers.next_due(session)
        except Exception:
            # a clock that ends is worse than one that tries again
            logger.exception("the clock could not look for timers")
            return LOOK_AGAIN
        # No time at all: it has come due since, and must not wait for the next look.
        return LOOK_AGAIN if wait is None else max(min(wait, LOOK_AGAIN), SHORTEST)

    def fire_due(self, pool: ThreadPoolExecutor) -> int:
        """Take a batch and fire it; gives how many there were."""
        with acting(TIMER):
            taken = store.retrying(lambda session: timers.take_due(session, BATCH))
            started = 0
            while store.retrying(lambda session: start_due(session, self._zone)) and not self._stopping.is_set():
                started += 1
        # Waited for, so that no timer's hold (TAKEN_FOR) ends while it still queues for a thread.
        list(pool.map(self._fire_all, [taken[n : n + TOGETHER] for n in range(0, len(taken), TOGETHER)]))
        return len(taken) + started

    def _fire_all(self, due: list[timers.DueTimer]) -> None:
        """Fire some one after the other, each in its instance's own transaction; the instances are read together."""
        if self._stopping.is_set():
            return
        try:
            sights = store.retrying(lambda session: timers.see_instances(session, due))
        except Exception:
            # each by itself, then: one that cannot be read must not hold up those it was read with
            logger.exception("instances could not be read together", extra={"timers": [timer.key for timer in due]})
            sights = {}
        for timer in due:
            if not self._stopping.is_set():
                self._fire(timer, sights.get(timer.key))

    def _fire(self, timer: timers.DueTimer, sight: Sight | None) -> None:
        with logs.request(), acting(TIMER):
            try:
                store.retrying(lambda session: timers.fire(session, timer, sight))
            except Exception as error:
                # whatever is wrong with one instance must not hold up the others' timers
                if isinstance(error, Conflict) and error.code == "instance_suspended":
                    store.retrying(lambda session: timers.give_back(session, timer))
                    return
                detail = str(error) if isinstance(error, TrunklineError) else None
                logger.exception("a timer could not be fired", extra={"timer": timer.key, "detail": detail})
                store.retrying(lambda session: timers.postpone(session, timer))
