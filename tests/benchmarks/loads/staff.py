"""USER: an instance that stops at a user task is started, and its task found and completed with two variables."""

from collections.abc import Iterator

from engine import store
from engine.directory.acting import acting
from engine.instances import start
from engine.queries import UserTaskFilter, user_tasks
from engine.work.tasks import complete_task
from tests.benchmarks.bench import Bench, rate
from tests.benchmarks.counting import counting, settle
from tests.benchmarks.diagrams import USER
from tests.benchmarks.figures import Rate
from tests.benchmarks.people import CLERK

_TWO = {"approved": True, "note": "fine"}


def create(process_id: str) -> int:
    return store.retrying(lambda session: start(session, process_id=process_id)).key


def find_and_complete(instance_key: int) -> None:
    """Two calls of a client, as the others' query and completion are: each is a transaction of its own."""
    with acting(CLERK):
        wanted = UserTaskFilter(instance_key=instance_key, state="created")
        with store.transaction() as session:
            [task] = user_tasks.search(session, wanted).items
        store.retrying(lambda session: complete_task(session, CLERK, task.key, _TWO))


def measure(bench: Bench) -> Iterator[Rate]:
    """Creating and completing at each concurrency, over a backlog of open tasks."""
    bench.deploy(USER)
    most = max(bench.callers)
    bench.crew.each(create, ["USER"] * bench.sizes.backlog, most)
    warm = bench.crew.again(create, ["USER"], most, bench.seconds / 4)
    bench.crew.each(find_and_complete, warm.answers, most)
    settle(bench.ground.url)
    for callers in bench.callers:
        with counting(bench.ground.url) as counted:
            made = [bench.crew.again(create, ["USER"], callers, bench.seconds / 3) for _ in range(3)]
        yield rate("USER create", callers, made, counted)
        settle(bench.ground.url)
        with counting(bench.ground.url) as counted:
            shares = [window.answers for window in made]
            done = [bench.crew.each(find_and_complete, keys, callers, bench.seconds / 3) for keys in shares]
        yield rate("USER complete", callers, done, counted)
