"""MSG: instances that wait for a message by key; each gets its own, and is at its end before the call returns."""

from collections.abc import Iterator

from engine import store
from engine.instances import start
from engine.work.messages import correlate_message
from tests.benchmarks.bench import Bench, rate
from tests.benchmarks.copies import multiply
from tests.benchmarks.counting import counting
from tests.benchmarks.diagrams import MSG
from tests.benchmarks.figures import Rate

# On a machine so slow that it takes longer, fewer will do.
_LONGEST_SECONDS = 20.0


def correlate(id: str) -> None:  # noqa: A002
    store.retrying(lambda session: correlate_message(session, "bench", id))


def measure(bench: Bench) -> Iterator[Rate]:
    """A fifth of the messages sent by one process, the rest by two."""
    bench.deploy(MSG)
    keys = [str(n) for n in range(bench.sizes.messages)]
    with store.transaction() as session:
        key = start(session, process_id="MSG", variables={"id": "0"}).key
    multiply(
        key, len(keys), {"subscriptions": {"correlation_key": "n::text"}, "variables": {"value": "to_jsonb(n::text)"}}
    )
    fifth = len(keys) // 5
    for processes, some in ((1, keys[:fifth]), (2, keys[fifth:])):
        with counting(bench.ground.url) as counted:
            window = bench.crew.each(correlate, some, processes, _LONGEST_SECONDS)
        yield rate("MSG", processes, [window], counted)
