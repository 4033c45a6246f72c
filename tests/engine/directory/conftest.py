"""The demo organisation on a database of the test's own."""

import pytest

from engine import store
from engine.directory.organisation import DEMO, load


@pytest.fixture
def organisation(db: str) -> None:
    """Loads the demo organisation."""
    with store.transaction() as session:
        load(session, DEMO.read_text(encoding="utf-8"), "demo.yaml")
