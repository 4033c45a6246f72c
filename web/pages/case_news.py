"""Word of changed cases for open case pages.

If cases told themselves, every step of theirs would have to, and PostgreSQL lets those who tell commit one after the
other only. So one thread looks, once a second and while somebody has a case open, whether their history has grown.
"""

import threading
import time
from collections.abc import Mapping

from flask import Response, current_app

import engine
from web.asking import principal
from web.pages.frame import Pages
from web.pages.live import hub, streamed

LOOK_AGAIN_SECONDS = 1.0

pages = Pages("case_news", __name__)


@pages.get("/cases/<case_key>/events")
def events(case_key: int) -> Response:
    """A stream that says when something has happened in the case, or in one it called."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, case_key, principal())
    stream = hub.join({_word(case_key)})
    if stream is None:
        return current_app.response_class(status=204)
    watch.begin()
    return streamed(stream, "case")


class Watch:
    """The thread that looks; it ends when nobody has a case open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks = False

    def begin(self) -> None:
        """Look from now on."""
        with self._lock:
            if not self._looks:
                self._looks = True
                threading.Thread(target=self._look, name="case-news", daemon=True).start()

    def _look(self) -> None:
        known: Mapping[int, int] = {}
        try:
            while keys := self._keys():
                with engine.transaction() as session:
                    found = engine.queries.family.newest(session, keys)
                for key in found.keys() & known.keys():
                    if found[key] != known[key]:
                        hub.tell(_word(key))
                known = found
                time.sleep(LOOK_AGAIN_SECONDS)
        except BaseException:
            # A lost database ends the thread, visibly; browsers come back by themselves and begin another.
            with self._lock:
                self._looks = False
            raise

    def _keys(self) -> list[int]:
        """The cases somebody has open; with none left the thread ends, and the next page begins another."""
        with self._lock:
            keys = [int(word.removeprefix("case:")) for word in hub.words() if word.startswith("case:")]
            self._looks = bool(keys)
        return keys


watch = Watch()


def _word(key: int) -> str:
    return f"case:{key}"
