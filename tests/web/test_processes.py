"""Two web servers and two workers, as real processes on one database: racing, killed, and without their database."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.engine.factories import catch, diagram, each, end, flows, message, parallel, script, service, start, user
from tests.web.house import PATIENCE, House, opened, until

MANY = 12
# Twelve people, twelve jobs and a message race for the joins and the variables of one instance.
RACE = diagram(
    start("s"),
    parallel("f"),
    user("u", "GD-GZ.crc.duty", loop=each(f"=for i in 1..{MANY} return i", "i", collect="answers", output="=answer")),
    service("w", "work", loop=each(f"=for i in 1..{MANY} return i", "i", collect="results", output="=attempt")),
    catch("m", message("go", "=key")),
    parallel("x"),
    script("done", "count(answers) + count(results)", "number"),
    end("e"),
    flows("s f u x done e", "f w x", "f m x"),
    process_id="race",
)
ONE_TASK = diagram(start("s"), user("u", "GD-GZ.crc.duty"), end("e"), flows("s u e"), process_id="task")
ONE_JOB = diagram(start("s"), service("w", "work"), end("e"), flows("s w e"), process_id="job")


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    failed_before = request.session.testsfailed
    with opened({"race": RACE, "task": ONE_TASK, "job": ONE_JOB}, webs=2) as house:
        yield house
        assert request.session.testsfailed == failed_before, "see what the processes logged"


def test_two_web_servers_and_two_workers_race_on_one_instance(house: House) -> None:
    """Each task is completed over both at once: one of them does it, none is lost and none is done twice."""
    instance = house.start("race", key="k")
    tasks = house.tasks(instance)
    assert len(tasks) == MANY
    asked = [
        (port, f"/v2/user-tasks/{task}/completion", {"variables": {"answer": int(task)}})
        for task in tasks
        for port in house.ports
    ]
    news = {"name": "go", "correlationKey": "k", "timeToLive": 60_000}
    asked += [(port, "/v2/messages/publication", {**news, "messageId": "once"}) for port in house.ports]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: house.ask(one[0], "POST", one[1], one[2])[0], asked))
    pairs = [sorted(answers[n : n + 2]) for n in range(0, len(answers), 2)]
    assert all(first in (200, 204) and second in (404, 409) for first, second in pairs), pairs
    until(lambda: house.state(instance) == "completed")
    variables = dict(house.rows("SELECT name, value FROM variables WHERE scope_key = %s", instance))
    assert sorted(variables["answers"]) == sorted(map(int, tasks))
    assert variables["results"] == [1] * MANY
    assert variables["number"] == 2 * MANY
    completed = dict(
        house.rows(
            "SELECT element, count(*) FROM history WHERE instance_key = %s AND kind = 'element_completed' GROUP BY 1",
            instance,
        )
    )
    # each inner instance and the body around them
    assert (completed["u"], completed["w"], completed["m"], completed["done"]) == (MANY + 1, MANY + 1, 1, 1)
    effects = house.effects()
    assert len(effects) == len(set(effects)) == MANY


def test_a_web_server_killed_during_a_request_has_done_nothing(house: House) -> None:
    instance = house.start("task")
    (task,) = house.tasks(instance)
    port = house.web()
    until(lambda: house.ready(port) == 200)
    done = f"/v2/user-tasks/{task}/completion"
    with psycopg.connect(house.server.url()) as holding, ThreadPoolExecutor(1) as pool:
        holding.execute("SELECT FROM instances WHERE key = %s FOR UPDATE", [instance])
        asked = pool.submit(house.ask, port, "POST", done, {"variables": {"answer": 1}})
        waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'BEGIN; EXECUTE%%'"
        until(lambda: bool(house.rows(waiting)))
        house.children[-1].send_signal(signal.SIGKILL)
        house.children[-1].wait(PATIENCE)
        house.ports.remove(port)
        with pytest.raises(OSError):
            asked.result(PATIENCE)
    assert house.state(instance) == "active"
    assert house.ask(house.ports[0], "POST", done, {"variables": {"answer": 2}})[0] == 204
    assert house.rows("SELECT value FROM variables WHERE scope_key = %s AND name = 'answer'", instance) == [(2,)]


def test_the_database_is_pulled_away_and_comes_back(house: House) -> None:
    """Both kinds of process say so, go on by themselves once it is there, and nothing is lost."""
    before = [house.start("task"), house.start("job")]
    pid = house.server._postmaster.pid()  # type: ignore[union-attr]
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    until(lambda: [house.ready(port) for port in house.ports] == [503, 503])
    status, told = house.ask(house.ports[0], "POST", "/v2/process-instances", {"processDefinitionId": "job"})
    assert (status, told["title"]) == (503, "UNAVAILABLE")
    until(lambda: all("the database went away" in log for log in house.logs()[:2]))
    assert [house.ask(port, "GET", "/healthz")[0] for port in house.ports] == [200, 200]
    house.server.start()
    until(lambda: [house.ready(port) for port in house.ports] == [200, 200])
    assert all(child.poll() is None for child in house.children[:4])
    after = house.start("job")
    until(lambda: house.state(after) == house.state(before[1]) == "completed")
    assert house.state(before[0]) == "active"
    (task,) = house.tasks(before[0])
    assert house.ask(house.ports[1], "POST", f"/v2/user-tasks/{task}/completion", {})[0] == 204
    assert house.state(before[0]) == "completed"
