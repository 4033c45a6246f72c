"""Whatever a test of the core does in the sandbox is done on PostgreSQL once more, and gives the same there."""

from collections.abc import Iterator

import pytest

from engine import store
from engine.core import apart
from tests.databases import lent


@pytest.fixture(autouse=True)
def on_postgres_too(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """There the tokens of every parallel body lie apart, and what a test has patched is patched too.

    Not where a test is marked `in_memory`, with the reason.
    """
    box = request.getfixturevalue("box") if "box" in request.fixturenames else None
    if box is None or box.restarts or request.node.get_closest_marker("in_memory"):
        yield
        return
    server = request.getfixturevalue("server")
    yield
    monkeypatch.setattr(apart, "MANY", 0)
    with lent(server) as url:
        store.configure(url)
        try:
            box.holds_on_postgres()
        finally:
            store.dispose()
