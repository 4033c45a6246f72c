"""Word of changed cases for open case pages.

If cases told themselves, every step of theirs would have to, and PostgreSQL lets those who tell commit one after the
other only. So one thread looks, once a second and while somebody has a case open, whether their history has grown.
"""

import threading
import time
from collections.abc import Mapping

from flask import Response, current_app, request

import engine
from web.asking import principal
from web.pages.frame import Pages
from web.pages.live import hub, streamed

LOOK_AGAIN_SECONDS = 1.0

pages = Pages("case_news", __name__)


@pages.get("/cases/<case_key>/events")
def events(case_key: int) -> Response:
    """A stream that says when something has happened in the case, or in one it called, since `after` was the newest."""
    after = request.args.get("after", "")
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, case_key, principal())
    stream = hub.join({_word(case_key)})
    if stream is None:
        return current_app.response_class(status=204)
    watch.begin(case_key, int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0)
    return streamed(stream, "case")


def newest(session: engine.Session, case_key: int) -> int:
    """The key of the newest that a page of the case knows of."""
    return engine.queries.family.newest(session, [case_key]).get(case_key, 0)


class Watch:
    """The thread that looks; it ends when nobody has a case open. Of each case it knows what its pages know."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks = False
        self._known: dict[int, int] = {}

    def begin(self, case_key: int, known: int) -> None:
        """Look from now on. What has happened since a page was made is told, too."""
        with self._lock:
            self._known[case_key] = min(known, self._known.get(case_key, known))
            if not self._looks:
                self._looks = True
                threading.Thread(target=self._look, name="case-news", daemon=True).start()

    def _look(self) -> None:
        try:
            while keys := self._keys():
                with engine.transaction() as session:
                    found = engine.queries.family.newest(session, keys)
                for key in self._grown(found):
                    hub.tell(_word(key))
                time.sleep(LOOK_AGAIN_SECONDS)
        except BaseException:
            # A lost database ends the thread, visibly; browsers come back by themselves and begin another.
            with self._lock:
                self._looks = False
            raise

    def _grown(self, found: Mapping[int, int]) -> list[int]:
        """The cases of which there is more than was known; from now on it is."""
        with self._lock:
            grown = [key for key, newest in found.items() if self._known.get(key, newest) != newest]
            self._known.update(found)
        return grown

    def _keys(self) -> list[int]:
        """The cases somebody has open; with none left the thread ends, and the next page begins another."""
        with self._lock:
            keys = [int(word.removeprefix("case:")) for word in hub.words() if word.startswith("case:")]
            self._known = {key: self._known[key] for key in keys if key in self._known}
            self._looks = bool(keys)
        return keys


watch = Watch()


def _word(key: int) -> str:
    return f"case:{key}"
