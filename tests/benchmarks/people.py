"""Who works in the benchmarks: the demo's organisation, and a principal for calls past the web."""

from engine import store
from engine.directory.organisation import DEMO, has_people, load
from engine.directory.principal import Principal
from tests.benchmarks.diagrams import STAFF

CLERK = Principal("clerk", "clerk", "GD-GZ", frozenset({"GD-GZ"}), groups=frozenset({STAFF}))


def bring_in() -> None:
    """Load the organisation, once."""
    with store.transaction() as session:
        if not has_people(session):
            load(session, DEMO.read_text(encoding="utf-8"), DEMO.name)
