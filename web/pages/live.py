"""Word of changed tasks for open inboxes: one connection listens for the whole process and fans out to its streams."""

import threading
import time
from collections.abc import Iterator, Mapping

from flask import Response, current_app, request

import engine
from web.asking import principal
from web.pages.frame import Pages

# Each stream holds a thread of the server (web/__main__.py adds as many).
STREAMS = 200
# A sign of life, so that a browser that has gone is noticed and its thread given back.
HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 600.0
# Many tasks change at once when a process forks; the list is asked for once.
GATHER_SECONDS = 0.3

pages = Pages("live", __name__)


@pages.get("/events")
def events() -> Response:
    """A stream that says when one of the person's tasks, or of their groups', has changed since the list was made."""
    person = principal()
    # Before the counts are asked for, so that nothing changes unseen between them.
    stream = hub.join({*person.people(), *person.candidate_groups()})
    if stream is None:
        # A browser that is answered so asks no more; the page's list then renews itself now and then.
        return current_app.response_class(status=204)
    try:
        with engine.transaction() as session:
            counts = engine.queries.inbox.counts(session, person)
    # A place that is not given back is lost as long as the process runs.
    except BaseException:
        hub.leave(stream)
        raise
    if seen(counts) != request.args.get("seen"):
        stream.told.set()
    return streamed(stream, "tasks")


def seen(counts: Mapping[str, int]) -> str:
    """What a list that was made with these counts says of itself."""
    return "-".join(map(str, counts.values()))


def streamed(stream: "Stream", event: str) -> Response:
    """The answer that tells a browser of `event` whenever the stream is woken."""
    response = current_app.response_class(_told(stream, event), content_type="text/event-stream; charset=utf-8")
    # nginx would keep the words until it has a page full of them.
    response.headers["X-Accel-Buffering"] = "no"
    # Closed in any case, while a stream whose browser has gone before its first word is never begun.
    response.call_on_close(lambda: hub.leave(stream))
    return response


class Stream:
    """One open page and the words it listens for."""

    def __init__(self, words: set[str]) -> None:
        self.words = words
        self.told = threading.Event()


class Hub:
    """All streams of this process. The one listening thread begins with the first of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._streams: set[Stream] = set()
        self._lock = threading.Lock()
        self._listening = False

    def join(self, words: set[str]) -> Stream | None:
        """A new stream; None when there are as many as may be."""
        stream = Stream(words)
        with self._lock:
            if len(self._streams) >= self._most:
                return None
            self._streams.add(stream)
            if not self._listening:
                threading.Thread(target=self._listen, name="live", daemon=True).start()
                self._listening = True
        return stream

    def leave(self, stream: Stream) -> None:
        with self._lock:
            self._streams.discard(stream)

    def words(self) -> set[str]:
        """All that somebody listens for."""
        with self._lock:
            return {word for stream in self._streams for word in stream.words}

    def tell(self, word: str) -> None:
        """Wake whoever listens for the word; without one everybody, who may have missed something."""
        with self._lock:
            for stream in self._streams:
                if not word or word in stream.words:
                    stream.told.set()

    def _listen(self) -> None:
        for word in engine.listen(engine.TASKS, HEARTBEAT_SECONDS):
            if word is not None:
                self.tell(word)


hub = Hub(STREAMS)


def _told(stream: Stream, event: str) -> Iterator[str]:
    yield "retry: 3000\n\n"
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        if stream.told.wait(HEARTBEAT_SECONDS):
            time.sleep(GATHER_SECONDS)
            # Before the word goes out: what changes while the browser asks wakes it again.
            stream.told.clear()
            yield f"event: {event}\ndata: changed\n\n"
        else:
            yield ": still here\n\n"
