"""Operators, people and other systems who all want something of the same few cases at once."""

import http.client
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.web.house import PATIENCE, House

KEYS = "abc"  # correlation keys: few, so that several cases wait for the same
MOST = 40  # cases that run at once

WAITING = """
    SELECT element_key, element FROM tasks WHERE instance_key = %(key)s AND state = 'created'
    UNION SELECT element_key, element FROM jobs WHERE instance_key = %(key)s
    UNION SELECT element_key, element FROM timers WHERE instance_key = %(key)s
    UNION SELECT element_key, element FROM subscriptions WHERE instance_key = %(key)s
    UNION SELECT element_key, element FROM incidents WHERE instance_key = %(key)s AND state = 'active'
"""


@dataclass(frozen=True)
class Course:
    """What they race on. `processes`: ids of those that are started; `renamed`: what the other version calls elements.

    `browser` are the headers of an operator's browser: pages alone suspend and resume.
    """

    house: House
    processes: tuple[str, ...]
    renamed: dict[str, dict[str, str]]
    browser: dict[str, str]
    answers: "Counter[tuple[str, int]]" = field(default_factory=Counter)
    failures: list[Any] = field(default_factory=list)


class Racer(threading.Thread):
    """One of them, who does so many things one after the other; the seed says what."""

    def __init__(self, course: Course, seed: int, steps: int) -> None:
        super().__init__()
        self._course, self._chosen = course, random.Random(seed)
        self._steps = steps
        self._connection = psycopg.connect(course.house.server.url(), autocommit=True)
        self._ways: dict[Callable[[], None], float] = {
            self._begin: 14,
            self._complete: 20,
            self._assign: 6,
            self._unassign: 3,
            self._cancel: 5,
            self._suspend: 6,
            self._resume: 8,
            self._migrate: 6,
            self._modify: 8,
            self._set_variables: 6,
            self._resolve: 4,
            self._batch: 4,
            self._publish: 10,
            self._broadcast: 2,
            self._work: 8,
        }

    def run(self) -> None:
        try:
            for _ in range(self._steps):
                self._chosen.choices(list(self._ways), list(self._ways.values()))[0]()
        except Exception as error:  # noqa: BLE001 - told to the test with all others
            self._course.failures.append(error)
        finally:
            self._connection.close()

    # People

    def _begin(self) -> None:
        if len(self._rows("SELECT 1 FROM instances WHERE state = 'active' AND parent_key IS NULL")) >= MOST:
            self._complete()
            return
        variables = {"key": self._key(), "n": self._chosen.randrange(4)}
        self._ask("/v2/process-instances", processDefinitionId=self._pick(self._course.processes), variables=variables)

    def _complete(self) -> None:
        if task := self._task():
            self._ask(f"/v2/user-tasks/{task}/completion", variables={"done": True})

    def _assign(self) -> None:
        if task := self._task():
            self._ask(f"/v2/user-tasks/{task}/assignment", assignee=self._pick(["zhao.min", "sun.li"]))

    def _unassign(self) -> None:
        if task := self._task():
            self._ask(f"/v2/user-tasks/{task}/assignee", method="DELETE")

    # Operators

    def _cancel(self) -> None:
        if case := self._case():
            self._ask(f"/v2/process-instances/{case[0]}/cancellation")

    def _suspend(self) -> None:
        if case := self._case("AND NOT suspended"):
            post_page(self._course, case[0], "suspend")

    def _resume(self) -> None:
        if case := self._case("AND suspended"):
            post_page(self._course, case[0], "resume")

    def _migrate(self) -> None:
        if case := self._case():
            plan = self._plan(*case[1:])
            self._ask(f"/v2/process-instances/{case[0]}/migration", **plan)

    def _modify(self) -> None:
        """Begin, end or move, where something waits or anywhere else in the diagram."""
        if (case := self._case()) and (waiting := self._rows(WAITING, key=case[0])):
            key, element = self._pick(waiting)
            target = self._pick(self._rows("SELECT DISTINCT element FROM history WHERE element IS NOT NULL"))[0]
            source = {"sourceType": "byKey", "sourceElementInstanceKey": str(key)}
            ways = (
                {"activateInstructions": [{"elementId": element}]},
                {"terminateInstructions": [{"elementInstanceKey": str(key)}]},
                {"moveInstructions": [{"sourceElementInstruction": source, "targetElementId": target}]},
            )
            self._ask(f"/v2/process-instances/{case[0]}/modification", **self._pick(ways))

    def _set_variables(self) -> None:
        if case := self._case():
            scope = self._pick([case[0], *(key for key, _ in self._rows(WAITING, key=case[0]))])
            variables = self._pick([{"ok": True}, {"key": self._key()}, {"n": self._chosen.randrange(4)}])
            local = self._chosen.random() < 0.3
            self._ask(f"/v2/element-instances/{scope}/variables", method="PUT", variables=variables, local=local)

    def _resolve(self) -> None:
        for (key,) in self._rows("SELECT key FROM incidents WHERE state = 'active' ORDER BY random() LIMIT 1"):
            self._ask(f"/v2/incidents/{key}/resolution")

    def _batch(self) -> None:
        """The same for all cases of a version, or with incidents."""
        if case := self._case():
            of_version = {"processDefinitionKey": str(case[2]), "state": "ACTIVE"}
            ways: tuple[tuple[str, dict[str, Any]], ...] = (
                ("cancellation", {"filter": {**of_version, "hasIncident": True}}),
                ("incident-resolution", {"filter": {"hasIncident": True}}),
                ("migration", {"filter": of_version, "migrationPlan": self._plan(*case[1:])}),
            )
            what, body = self._pick(ways)
            self._ask(f"/v2/process-instances/{what}", **body)

    # Other systems

    def _publish(self) -> None:
        names = self._rows("SELECT DISTINCT name FROM subscriptions WHERE kind = 'message'") or [("none",)]
        once = {"messageId": "once"} if self._chosen.random() < 0.3 else {}
        lives = self._pick([0, 500, 3000])
        name = self._pick(names)[0]
        self._ask("/v2/messages/publication", name=name, correlationKey=self._key(), timeToLive=lives, **once)

    def _broadcast(self) -> None:
        self._ask("/v2/signals/broadcast", signalName="alarm")

    def _work(self) -> None:
        """Lease jobs, and answer late: the case may have been suspended or have ended by then."""
        asked = {"type": "foreign", "worker": "w", "timeout": 1500, "maxJobsToActivate": 2, "requestTimeout": -1}
        for job in self._ask("/v2/jobs/activation", **asked).get("jobs", ()):
            self._pick([self._suspend, self._cancel, self._complete, self._modify])()
            ways: tuple[tuple[str, dict[str, Any]], ...] = (
                ("completion", {"variables": {"done": True}}),
                ("failure", {"retries": 1, "errorMessage": "later"}),
                ("error", {"errorCode": "no"}),
            )
            what, body = self._pick(ways)
            self._ask(f"/v2/jobs/{job['jobKey']}/{what}", **body)

    # What they choose from

    def _rows(self, statement: str, **values: Any) -> list[Any]:
        return self._connection.execute(statement.encode(), values).fetchall()

    def _pick(self, choices: Any) -> Any:
        return self._chosen.choice(choices)

    def _key(self) -> str:
        return self._chosen.choice(KEYS)

    def _task(self) -> int | None:
        rows = self._rows("SELECT key FROM tasks WHERE state = 'created' ORDER BY random() LIMIT 1")
        return rows[0][0] if rows else None

    def _case(self, condition: str = "") -> tuple[int, str, int, int] | None:
        columns = "key, process_id, definition_key, version"
        order = "ORDER BY random() LIMIT 1"
        rows = self._rows(f"SELECT {columns} FROM instances WHERE state = 'active' {condition} {order}")
        return rows[0] if rows else None

    def _plan(self, process: str, _definition: int, version: int) -> dict[str, Any]:
        """To the other of the two versions."""
        other = "SELECT key FROM definitions WHERE kind = 'process' AND id = %(id)s ORDER BY version <> %(not)s DESC"
        target = self._rows(other, **{"id": process, "not": version})[0][0]
        pairs = self._course.renamed.get(process, {}).items()
        renamed = dict(pairs) if version == 1 else {new: old for old, new in pairs}
        mapping = [{"sourceElementId": old, "targetElementId": new} for old, new in renamed.items()]
        return {"targetProcessDefinitionKey": str(target), "mappingInstructions": mapping}

    def _ask(self, path: str, method: str = "POST", **body: Any) -> dict[str, Any]:
        house = self._course.house
        status, told = house.ask(house.ports[0], method, path, body)
        self._note(path, status, told)
        return told if isinstance(told, dict) else {}

    def _note(self, path: str, status: int, told: Any) -> None:
        words = [word for word in path.split("/") if word.isalpha() or "-" in word]
        self._course.answers[" ".join(words), status] += 1
        if status >= 500:
            self._course.failures.append((path, told))


def post_page(course: Course, case: int, what: str) -> None:
    """What an operator does on the page of a case: suspend, resume."""
    connection = http.client.HTTPConnection("127.0.0.1", course.house.ports[0], timeout=PATIENCE)
    connection.request("POST", f"/cases/{case}/{what}", headers=course.browser)
    answer = connection.getresponse()
    course.answers[what, answer.status] += 1
    if answer.status >= 500:
        course.failures.append((case, what, answer.read()))
    connection.close()
