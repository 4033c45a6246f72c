"""The loads by name: each gives its rows as they are measured."""

from collections.abc import Callable, Iterator, Mapping

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Row
from tests.benchmarks.loads import inbox, jobs, messages, services, staff, starting, state, timers, turns, web

Load = Callable[[Bench], Iterator[Row]]

LOADS: Mapping[str, Load] = {
    **starting.LOADS,
    "USER": staff.measure,
    "TIMER": timers.measure,
    "JOBS": jobs.measure,
    "SVC": services.measure,
    "MSG": messages.measure,
    "LOOP": turns.loop,
    "WIDE": turns.wide,
    "HTTP": web.measure,
    "INBOX": inbox.measure,
    "STATE": state.measure,
}
