"""When upkeep is done: PgQueuer's schedules, each run by one of the workers."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from pgqueuer import PgQueuer

from engine import store
from engine.directory import sessions, throttling
from engine.work import documents, drafts, left_bytes, topics, upkeep
from engine.work.commands import queue_left_commands

Upkeep = Callable[[store.Session], Any]
# A sixth field is seconds.
MINUTE, TENTH_SECOND, HOUR, DAY = "* * * * *", "* * * * * */10", "7 * * * *", "13 6 * * *"


def add_schedules(
    queuer: PgQueuer,
    in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
    served: Iterable[str],
    history_months: int = 0,
) -> None:
    """Register the upkeep with a queuer; each run is a transaction of its own in a thread."""
    served = list(served)
    plan: list[tuple[str, str, Upkeep]] = [
        ("left_commands", TENTH_SECOND, queue_left_commands),
        ("forgotten_jobs", TENTH_SECOND, upkeep.queue_forgotten_jobs),
        ("expired_messages", MINUTE, upkeep.drop_expired_messages),
        ("late_topics", MINUTE, lambda session: topics.take_over(session, served)),
        ("topics_seen", MINUTE, lambda session: topics.topics_seen(session, served)),
        ("history_partitions", HOUR, upkeep.make_history_partitions),
        ("old_history", HOUR, lambda session: upkeep.drop_old_history(session, history_months)),
        ("dispatch_log", HOUR, upkeep.trim_dispatch_log),
        ("ended_sessions", HOUR, sessions.forget_ended_sessions),
        ("old_attempts", HOUR, throttling.forget_old_attempts),
        ("old_drafts", HOUR, drafts.forget_old_drafts),
        ("unknown_holidays", DAY, upkeep.tell_of_unknown_holidays),
        ("over_documents", HOUR, documents.forget_over_documents),
        ("left_bytes", HOUR, left_bytes.drop_left_bytes),
    ]
    for name, expression, work in plan:
        queuer.schedule(name, expression)(_scheduled(work, in_thread))


def _scheduled(
    work: Upkeep, in_thread: Callable[[Callable[[], Any]], Awaitable[Any]]
) -> Callable[[Any], Awaitable[None]]:
    async def run(schedule: Any) -> None:
        await in_thread(lambda: store.retrying(work))

    return run
