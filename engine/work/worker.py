"""The worker: one asyncio loop that PgQueuer delivers to; jobs, commands and clocks run in threads (decision 12)."""

import asyncio
import gc
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job as Delivery

from engine import store
from engine.errors import Unavailable
from engine.settings import Settings
from engine.store import case_clock
from engine.store.dispatch import dispatch_settings
from engine.store.enqueue import COMMANDS, JOBS, enqueue
from engine.store.session import raw_connection
from engine.work import alive, leasing, topics
from engine.work.clockwork import Clockwork
from engine.work.commands import apply_left_commands, queue_left_commands
from engine.work.ports import load_ports
from engine.work.running import Runner
from engine.work.schedules import add_schedules
from engine.work.upkeep import queue_forgotten_jobs

logger = logging.getLogger(__name__)

DATABASE_GONE = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError)
AGAIN = timedelta(seconds=5)


@dataclass(frozen=True)
class Options:
    """How a worker works. All times are machine time."""

    job_threads: int = 16
    command_threads: int = 4
    batch: int = 8
    # A delivery whose worker has not been heard of for so long is given to another.
    heartbeat: timedelta = timedelta(seconds=10)
    # What a notification did not tell is found by looking.
    look: timedelta = timedelta(seconds=5)
    # A run that is not done by then is given up when the worker ends; another worker does it again.
    patience: timedelta = timedelta(seconds=1)
    clocks: bool = True
    history_months: int = 0


@dataclass
class Worker:
    """One worker process. `run` serves until `stop`, from whatever thread that is called."""

    runner: Runner
    number: int
    clockwork: Clockwork
    options: Options = field(default_factory=Options)

    def __post_init__(self) -> None:
        self._stopped = asyncio.Event()
        self._jobs = ThreadPoolExecutor(self.options.job_threads, "job")
        self._commands = ThreadPoolExecutor(self.options.command_threads, "command")
        # Apart from the jobs: handlers that take long must not hold up upkeep, which finds what dead workers left.
        self._others = ThreadPoolExecutor(4, "upkeep")
        self._has_served = False

    async def run(self) -> None:
        """Serve until stopped; a database that goes away is waited for."""
        # What is there now stays: looking through it for garbage would stop every thread for a tenth of a second.
        gc.collect()
        gc.freeze()
        # A daemon: a statement it is at must not keep the process from ending.
        clocks = threading.Thread(target=self.clockwork.run, name="clockwork", daemon=True)
        if self.options.clocks:
            clocks.start()
        while not self._stopped.is_set():
            try:
                await self._serve()
            except (*DATABASE_GONE, Unavailable) as error:
                logger.warning("the database went away: %s", error.__cause__ or error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), 1)
        self.clockwork.stop()
        await self._in(self._others, self._give_back)

    def stop(self) -> None:
        """End in good order, within a moment. Call it in the loop."""
        self._stopped.set()
        self.runner.stopping.set()
        self.clockwork.stop()

    async def _serve(self) -> None:
        """One connection's life: hold our lock, tell the handlers, take deliveries until stopped."""
        connection = await asyncpg.connect(store.configured_url(), server_settings={"application_name": "worker"})
        try:
            # Before the first delivery: whoever looks meanwhile would take us for dead, and our jobs away.
            await connection.execute(alive.HOLD, self.number)
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(case_clock.CHANNEL, lambda *_: self.clockwork.wake())
            await self._in(self._others, self._tell)
            await self._dispatch(connection, lost)
        finally:
            with suppress(TimeoutError, *DATABASE_GONE):
                await connection.close(timeout=0.5)

    async def _dispatch(self, connection: Any, lost: asyncio.Event) -> None:
        """Take deliveries until stopped. Raises one of DATABASE_GONE where the connection is lost."""
        queuer = queuer_on(connection)
        queuer.entrypoint(JOBS)(self._on_job)
        queuer.entrypoint(COMMANDS)(self._on_command)
        months = self.options.history_months
        add_schedules(queuer, lambda work: self._in(self._others, work), self.runner.topics, months)
        serving = asyncio.create_task(
            queuer.run(
                dequeue_timeout=self.options.look,
                batch_size=self.options.batch,
                # The next delivery is here when a thread gets free; PgQueuer wants twice the batch at least.
                max_concurrent_tasks=2 * (self.options.job_threads + self.options.command_threads),
                heartbeat_timeout=self.options.heartbeat,
                # It would go on without notifications and find work by looking only; we begin anew instead.
                shutdown_on_listener_failure=True,
            )
        )
        ends = [asyncio.create_task(event.wait()) for event in (self._stopped, lost)]
        await asyncio.wait({serving, *ends}, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        queuer.shutdown.set()
        await asyncio.wait({serving}, timeout=self.options.patience.total_seconds())
        if lost.is_set() and not self._stopped.is_set():
            # PgQueuer goes on trying where it has deliveries to settle, on a connection that will never answer.
            serving.cancel()
            await asyncio.wait({serving}, timeout=self.options.patience.total_seconds())
            # Whatever else it has to say about it.
            error = serving.exception() if serving.done() and not serving.cancelled() else None
            raise ConnectionResetError("connection lost") from error
        if serving.done():
            serving.result()

    async def _on_job(self, delivery: Delivery) -> None:
        await self._deliver(self._jobs, self.runner.run, delivery)

    async def _on_command(self, delivery: Delivery) -> None:
        await self._deliver(self._commands, apply_left_commands, delivery)

    async def _deliver(
        self, pool: ThreadPoolExecutor, work: Callable[[int], timedelta | None], delivery: Delivery
    ) -> None:
        try:
            wait = await self._in(pool, work, int(delivery.payload or b"0"))
        except Unavailable as error:
            raise RetryRequested(AGAIN, str(error)) from error
        if wait is not None:
            raise RetryRequested(wait)

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)

    def _tell(self) -> None:
        """What we serve, and what a worker before us may have left when it died."""
        found = self.runner.topics
        waited = store.retrying(lambda session: topics.tell_topics(session, found, self.runner.worker))
        if not self._has_served:
            # Never again: what takes our connection takes others' too, and they are back in a moment, not dead.
            store.retrying(queue_forgotten_jobs)
        store.retrying(queue_left_commands)
        self._has_served = True
        logger.info("worker ready", extra={"worker": self.runner.worker, "topics": sorted(found), "jobs": waited})

    def _give_back(self) -> None:
        """What is still running here when we end is run again by another worker, or by the next."""

        def work(session: store.Session) -> None:
            enqueue(raw_connection(session), JOBS, leasing.release(session, self.runner.worker))

        with suppress(Unavailable):
            store.retrying(work)


def queuer_on(connection: Any) -> PgQueuer:
    """PgQueuer on an asyncpg connection, in our schema."""
    names = dispatch_settings()
    builders = QueryBuilderEnvironment(names), QueryQueueBuilder(names), QuerySchedulerBuilder(names)
    driver = AsyncpgDriver(connection)
    return PgQueuer(driver, channel=names.channel, queries=Queries(driver, *builders))


def make_worker(settings: Settings, options: Options | None = None) -> Worker:
    """A worker for the handlers and ports the settings name; the store must be configured.

    Raises Invalid for handlers, PortsError for a ports file that cannot be used.
    """
    name, number = alive.new_worker_name()
    ports = load_ports(settings.ports) if settings.ports else {}
    runner = Runner(name, topics.load_topics(settings.handlers), ports)
    return Worker(
        runner, number, Clockwork(settings.timezone), options or Options(history_months=settings.history_months)
    )


def run_worker(settings: Settings, options: Options | None = None) -> None:
    """Work until SIGTERM or Ctrl-C. Threads of runs that were given up may be left: end the process then."""

    async def serve() -> None:
        worker = make_worker(settings, options)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        await worker.run()

    asyncio.run(serve())
