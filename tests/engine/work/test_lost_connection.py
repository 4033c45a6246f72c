"""A worker whose connection is lost takes another one, whatever the queue on it still tries."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from engine import settings, store
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


def test_a_queue_that_holds_on_to_a_lost_connection_is_left(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def queuer_on(connection: Any) -> Stubborn:
        served.put_nowait(connection)
        return Stubborn()

    async def serve() -> None:
        nonlocal served
        served = asyncio.Queue()
        options = Options(patience=timedelta(milliseconds=20), clocks=False)
        worker = make_worker(settings.load({"TRUNKLINE_DATABASE_URL": db}), options)
        running = asyncio.create_task(worker.run())
        first = await asyncio.wait_for(served.get(), 20)
        await asyncio.get_running_loop().run_in_executor(None, _terminate)
        second = await asyncio.wait_for(served.get(), 20)
        assert first is not second
        worker.stop()
        await asyncio.wait_for(running, 20)

    served: asyncio.Queue[Any]
    monkeypatch.setattr(workers, "queuer_on", queuer_on)
    monkeypatch.setattr(workers, "add_schedules", lambda *_: None)
    asyncio.run(serve())


def _terminate() -> None:
    with store.transaction() as session:
        store.raw_connection(session).execute(BACKENDS)
