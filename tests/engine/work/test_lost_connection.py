"""A worker whose connection is lost takes another one, whatever the queue on it still tries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from engine import settings, store
from engine.errors import Unavailable
from engine.work import topics
from engine.work import worker as workers
from engine.work.worker import Options, make_worker

BACKENDS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'worker' AND datname = current_database()
"""


class Stubborn:
    """A queue that does not end when its connection does."""

    def __init__(self, *_: Any) -> None:
        self.shutdown = asyncio.Event()

    def entrypoint(self, _: str) -> Any:
        return lambda work: work

    async def run(self, **_: Any) -> None:
        await asyncio.Event().wait()


class Bitter(Stubborn):
    """A queue that says something of its own about a lost connection."""

    async def run(self, **_: Any) -> None:
        await self.shutdown.wait()
        raise RuntimeError("a listener failed")


@pytest.mark.parametrize("queue", [Stubborn, Bitter])
def test_a_queue_is_left_with_its_lost_connection(
    queue: type[Stubborn], db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def serve() -> None:
        async with _worker(db, queue, monkeypatch) as served:
            first = await asyncio.wait_for(served.get(), 20)
            await asyncio.get_running_loop().run_in_executor(None, _terminate)
            assert await asyncio.wait_for(served.get(), 20) is not first

    asyncio.run(serve())


def test_a_database_that_goes_away_while_the_topics_are_told_is_waited_for(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def tell_topics(*_: Any) -> int:
        told.append("once more")
        if len(told) == 1:
            raise Unavailable("database_unavailable")
        return 0

    async def serve() -> None:
        async with _worker(db, Stubborn, monkeypatch) as served:
            await asyncio.wait_for(served.get(), 20)

    monkeypatch.setattr(topics, "tell_topics", tell_topics)
    asyncio.run(serve())
    assert len(told) == 2


def test_others_that_lost_their_connection_too_are_not_taken_for_dead(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their locks are gone as a dead worker's are, but they run their jobs, and are back in a moment."""
    looked: list[str] = []

    async def serve() -> None:
        async with _worker(db, Stubborn, monkeypatch) as served:
            await asyncio.wait_for(served.get(), 20)
            await asyncio.get_running_loop().run_in_executor(None, _terminate)
            await asyncio.wait_for(served.get(), 20)

    monkeypatch.setattr(workers, "queue_forgotten_jobs", lambda _: looked.append("for jobs of the dead"))
    asyncio.run(serve())
    assert len(looked) == 1


@asynccontextmanager
async def _worker(
    db: str, queue: type[Stubborn], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator["asyncio.Queue[Any]"]:
    """A worker whose first queue is of this kind; gives the connections it has served on."""
    served: asyncio.Queue[Any] = asyncio.Queue()
    queues = [queue, Stubborn]

    def queuer_on(connection: Any) -> Stubborn:
        served.put_nowait(connection)
        return queues.pop(0)()

    monkeypatch.setattr(workers, "queuer_on", queuer_on)
    monkeypatch.setattr(workers, "add_schedules", lambda *_: None)
    options = Options(patience=timedelta(milliseconds=20), clocks=False)
    worker = make_worker(settings.load({"TRUNKLINE_DATABASE_URL": db}), options)
    running = asyncio.create_task(worker.run())
    yield served
    worker.stop()
    await asyncio.wait_for(running, 20)


def _terminate() -> None:
    with store.transaction() as session:
        store.raw_connection(session).execute(BACKENDS)
