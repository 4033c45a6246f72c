"""A way to PostgreSQL over loopback that is cut again and again, mostly where it hurts most."""

import asyncio
import random
import threading
from types import TracebackType

from sqlalchemy import make_url

COMMITTED = b"COMMIT\0"  # the server's word, which is lost when a way is cut before it


class Cutter:
    """Carries bytes to the database and back. `rate` is the part of commits whose answer is lost, 0 for none."""

    def __init__(self, seed: int) -> None:
        self.rate = 0.0
        self.cuts = 0
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Cutter":
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def way(self, url: str) -> str:
        """The URL of the database over us."""
        given = make_url(url)
        port = asyncio.run_coroutine_threadsafe(self._open(int(str(given.query["port"]))), self._loop).result()
        return given.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)

    async def _open(self, target: int) -> int:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            away, to = await asyncio.open_connection("127.0.0.1", target)
            await asyncio.gather(self._pump(reader, to), self._pump(away, writer))

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction of one way. Its end closes the other direction's writer, and so the whole way."""
        try:
            while (data := await reader.read(65_536)) and not self._is_cut(data):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _is_cut(self, data: bytes) -> bool:
        worth = self.rate if COMMITTED in data else self.rate / 20
        is_cut = self._random.random() < worth
        self.cuts += is_cut
        return is_cut
