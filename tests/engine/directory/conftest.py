"""The demo organisation on a database of the test's own."""

import re

import pytest

from engine import store
from engine.directory.organisation import DEMO, load


@pytest.fixture
def organisation(db: str) -> None:
    """Loads the demo organisation; only li.na gets a password, for hashing one takes as long as it should."""
    people = DEMO.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line if "li.na" in line else re.sub(r", password: \w+", "", line) for line in people)
    with store.transaction() as session:
        load(session, text, "demo.yaml")
