"""One run of one job by its Python handler: lease, check what goes in, call, check what comes out, answer."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine import clock, logs, store
from engine.directory.acting import WORKER, acting
from engine.errors import Conflict, Invalid, NotFound, Unavailable
from engine.store import json
from engine.work import answers
from engine.work.activation import ActivatedJob
from engine.work.answers import DONE, FAILED, NO, Answer
from engine.work.back_off import back_off
from engine.work.contract import BpmnError, Job, Port, Retry
from engine.work.leasing import Later, Leased, later, lease_delivered
from engine.work.reminders import with_recipients
from engine.work.topics import Topic

logger = logging.getLogger(__name__)
# A database that is away is waited for: a lease may have been committed, and a handler's effect has happened.
AGAIN_SECONDS = 1.0
LONGEST_MESSAGE = 10_000  # characters of what a handler says when it fails


@dataclass(frozen=True)
class Runner:
    """Runs jobs in the calling thread. `stopping` ends the waiting for a database that is away."""

    worker: str
    topics: Mapping[str, Topic]
    ports: Mapping[str, Port] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    _at: set[int] = field(default_factory=set, init=False)
    _at_lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def run(self, key: int) -> timedelta | None:
        """Run the job a delivery names. Gives the time after which it should be delivered again, None for never."""
        with logs.request(), acting(WORKER), self._at_it(key) as is_alone:
            leased = self._leased(key) if is_alone else store.retrying(lambda session: later(session, key))
            if isinstance(leased, Later):
                return leased.wait
            job = leased.job
            if leased.lost and job.retries == 0:
                self._send(job, _failed(job, 0, "the worker was lost while it ran"))
            else:
                self._send(job, self._answer(job))
        return None

    @contextmanager
    def _at_it(self, key: int) -> Iterator[bool]:
        """False where another thread of ours is at the job: a delivery comes again when its worker is not heard of."""
        with self._at_lock:
            is_alone = key not in self._at
            self._at.add(key)
        try:
            yield is_alone
        finally:
            if is_alone:
                with self._at_lock:
                    self._at.discard(key)

    def _leased(self, key: int) -> Leased | Later:
        """Lease the job. Where the answer to the commit is lost, only we know that nobody has begun on it."""
        while True:
            try:
                leased = lease_delivered(key, self.worker, self.topics)
                return leased if isinstance(leased, Later) else _told(leased)
            except Unavailable:
                if self.stopping.wait(AGAIN_SECONDS):
                    raise

    def _answer(self, job: ActivatedJob) -> Answer:
        """Call the handler, outside of any transaction; gives what is to be written."""
        topic = self.topics[job.type]
        if problem := topic.check_input(job.variables):
            # the same variables would be refused again
            return _failed(job, 0, f"input {problem}")
        port = self._port(topic)
        if port is None:
            return _failed(job, 0, f"port {topic.handler.port} is not in the ports file")
        # A port may take minutes: within a transaction it would keep a connection, and a row locked, for as long.
        return _called(topic, job, port)

    def _port(self, topic: Topic) -> Port | None:
        name = topic.handler.port
        return Port("") if name is None else self.ports.get(name)

    def _send(self, job: ActivatedJob, answer: Answer) -> None:
        """Write the answer; one that comes too late is logged and dropped, for another run has the job by now.

        Raises Invalid where not even that it was refused can be written: its lease runs out then.
        """
        write, is_refused = answers.give, False
        while True:
            try:
                store.retrying(lambda session: write(session, answer))  # noqa: B023 - called at once
            except Invalid as refused:
                if is_refused:
                    raise
                # The effect has happened, so the job is not run again by itself.
                answer, is_refused = _failed(job, 0, f"output $: {refused}"), True
                continue
            except (NotFound, Conflict) as error:
                if error.code == "instance_suspended":
                    write = answers.keep
                    continue
                if error.code == "database_busy" and self._may_wait(job):
                    continue
                answers.tell_too_late(job.key, error)
            except Unavailable:
                if self._may_wait(job):
                    continue
                raise
            return

    def _may_wait(self, job: ActivatedJob) -> bool:
        # From then on another worker may have the job, and our answer would be refused.
        if clock.machine() > job.deadline:
            return False
        return not self.stopping.wait(AGAIN_SECONDS)


def _told(leased: Leased) -> Leased:
    """A reminder's job learns only now whom it reminds."""
    job = leased.job
    if job.kind != "REMINDER":
        return leased
    return Leased(store.retrying(lambda session: with_recipients(session, job)), leased.lost)


def _called(topic: Topic, job: ActivatedJob, port: Port) -> Answer:
    try:
        result = topic.handler.function(_for_handler(job), port)
    except BpmnError as no:
        return Answer(job.key, job.worker, job.attempts, NO, no.variables, message=no.message, code=no.code)
    except Retry as retry:
        return _failed(job, job.retries - 1, retry.reason, retry.after)
    except Exception as error:
        # a handler may break in any way; the job is where it is told
        logger.warning("handler failed", exc_info=True, extra={"job": job.key, "topic": job.type})
        return _failed(job, job.retries - 1, f"{type(error).__name__}: {error}", back_off(port, job.attempts))
    if problem := _problem(topic, result):
        return _failed(job, 0, f"output {problem}")
    return Answer(job.key, job.worker, job.attempts, DONE, result)


def _problem(topic: Topic, result: Any) -> str | None:
    """What is wrong with a handler's result. Its effect has happened, so it is not simply run again."""
    if not isinstance(result, dict):
        return f"$: a dict is needed, not {type(result).__name__}"
    try:
        json.dumps(result)
    except Invalid as error:
        return f"$: no JSON ({error.parameters['reason']})"
    return topic.check_output(result)


def _failed(job: ActivatedJob, retries: int, message: str, wait: timedelta = timedelta()) -> Answer:
    left, told = max(retries, 0), _storable(message)
    return Answer(job.key, job.worker, job.attempts, FAILED, retries=left, message=told, wait=wait.total_seconds())


def _storable(message: str) -> str:
    """What a handler said, whatever characters it used and however much it was."""
    # PostgreSQL takes neither NUL nor half of a surrogate pair, and the failure must be written whatever it says.
    text = message.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + "…"


def _for_handler(job: ActivatedJob) -> Job:
    return Job(
        key=job.key,
        topic=job.type,
        variables=job.variables,
        headers=dict(job.headers),
        instance_key=job.instance_key,
        process_id=job.process_id,
        element_id=job.element,
        case_no=job.case_no,
        business_id=job.business_id,
        attempt=job.attempts,
        deadline=job.deadline,
    )
