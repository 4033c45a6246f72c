"""Operators, people, other systems and workers race on the same cases; a worker is killed. All holds together after."""

import pytest

from engine import store
from engine.definitions import Resource, deploy
from engine.directory.sessions import open_session, session_of
from tests.engine.factories import (
    Part,
    ad_hoc,
    boundary,
    call,
    catch,
    compensate,
    diagram,
    each,
    end,
    error,
    event_based,
    event_sub,
    exclusive,
    flows,
    inclusive,
    message,
    parallel,
    service,
    signal,
    start,
    sub,
    throw,
    timer,
    undoing,
    user,
)
from tests.web.house import House, opened, until
from tests.web.racing import Course, Racer, post_page
from tests.web.soundness import findings

SEED = 1
RACERS, STEPS = 5, 55
# What may still happen by itself.
RESTLESS = """
    SELECT (SELECT count(*) FROM jobs WHERE state IN ('created', 'activated') AND handled)
        + (SELECT count(*) FROM jobs WHERE state = 'activated' AND lease_until > now())
        + (SELECT count(*) FROM commands) + (SELECT count(*) FROM timers)
        + (SELECT count(*) FROM batches WHERE state = 'active')
        + (SELECT count(*) FROM instances WHERE state = 'active' AND suspended)
"""


def soon(seconds: float) -> Part:
    return timer(duration=f"PT{seconds}S")


def people(mark: str) -> bytes:
    """Tasks, a timer again and again, events that interrupt and that do not."""
    cycle = boundary("b", f"a{mark}", timer(cycle="R3/PT0.4S"), interrupting=False)
    late = boundary("l", "c", soon(2))
    tells = start("xs", signal("alarm"), interrupting=False), service("xw"), end("xe"), flows("xs xw xe")
    halts = start("ys", message("halt", "=key")), user("yu"), end("ye"), flows("ys yu ye")
    parts = [start("s"), user(f"a{mark}"), cycle, service("w"), user("c"), late, end("e"), end("be"), end("le")]
    ways = flows(f"s a{mark} w c e", "b be", "l le")
    return diagram(*parts, event_sub("x", *tells), event_sub("y", *halts), ways, process_id="people")


def callers(mark: str) -> bytes:
    """Calls inside each other, one after the other and side by side; the first is cut off by a message."""
    three = each("=for i in 1..3 return i", "i", collect="done", output="=i")
    cut = boundary("b", "c", message("cut", "=key"))
    parts = [start("s"), call("c", "called"), cut, user("u"), call("d", "leaf", loop=three), user(f"v{mark}"), end("e")]
    return diagram(*parts, flows(f"s c d v{mark} e", "b u d"), process_id="callers")


def called(mark: str) -> bytes:
    parts = [start("s"), parallel("f"), call("c", "leaf"), user("u"), parallel("j"), end("e"), end("be")]
    return diagram(
        *parts, boundary("b", "c", error("no")), flows("s f c j e", "f u j", "b be"), process_id="called", name=mark
    )


def leaf(mark: str) -> bytes:
    parts = [start("s"), exclusive("x", default="x_w"), service("w"), catch("t", soon(0.2)), user("u"), end("e")]
    ways = flows("s x w t e", "x u e", "x n", x_u="=n = 1", x_n="=n = 2")
    return diagram(*parts, end("n", error("no")), ways, process_id="leaf", name=mark)


def wide(mark: str) -> bytes:
    """So many side by side that they lie apart, and then one after the other; each with a job that is balky."""
    many = each("=for i in 1..33 return i", "i", collect="r", output="=i", until="=numberOfCompletedInstances > 5")
    inner = start("ms"), service("mw"), user("mu"), end("me"), flows("ms mw mu me")
    row = each("=for i in 1..3 return i", "i", sequential=True)
    turn = start("ns"), service("nw", "balky", retries="2"), boundary("nb", "nw", error("no")), end("ne"), end("nf")
    parts = [start("s"), sub(f"m{mark}", *inner, loop=many), boundary("b", f"m{mark}", message("cut", "=key"))]
    parts += [sub("n", *turn, flows("ns nw ne", "nb nf"), loop=row), end("e")]
    return diagram(*parts, flows(f"s m{mark} n e", "b n"), process_id="wide")


def gates(mark: str) -> bytes:
    """An inclusive join in a loop, a race of events, what is undone, and what is done in any order."""
    hears = [event_based("g"), catch("gm", message("go", "=key")), catch("gt", soon(1)), catch("gs", signal("alarm"))]
    some = [inclusive("i", default="i_ia"), user("ia"), service("ib"), catch("ic", soon(0.3)), inclusive("j")]
    undo = undoing("k", "f", service("undo", isForCompensation="true"))
    any_order = ad_hoc("h", user("ha"), service("hb"), flows("ha hb"), active='=["ha"]', until="=ok = true")
    parts = [start("s"), *hears, exclusive("m"), *some, service("f", "foreign"), undo, throw("t", compensate())]
    parts += [boundary("o", "f", error("no")), any_order, boundary("l", "h", soon(3)), end("e"), end("oe"), end("le")]
    ways = flows("s g gm m", "g gt m", "g gs m", "m i ia j f t h e", "i ib j", "i ic j", "o oe", "l le", i_ib="=n > 0")
    return diagram(*parts, ways, process_id="gates", name=mark)


VERSIONS = (people, callers, called, leaf, wide, gates)
RENAMED = {"people": {"a1": "a2"}, "callers": {"v1": "v2"}, "wide": {"m1": "m2"}}


@pytest.mark.parametrize("seed", [SEED])
def test_whatever_is_wanted_of_a_case_at_once_it_holds_together(seed: int) -> None:
    with opened({one.__name__: one("1") for one in VERSIONS}, webs=1) as house:
        store.configure(house.server.url())
        try:
            _race(house, seed)
        finally:
            store.dispose()


def _race(house: House, seed: int) -> None:
    course = Course(house, ("people", "callers", "wide", "gates"), RENAMED, _prepared())
    racers = [Racer(course, seed * 100 + number, STEPS) for number in range(RACERS)]
    for racer in racers:
        racer.start()
    until(lambda: sum(course.answers.values()) > RACERS * STEPS / 3)
    house.children[0].kill()
    house.begin("engine", "worker")
    for racer in racers:
        racer.join()
    assert course.failures == []
    _rest(course)
    assert findings() == []
    # What is left can be ended, and leaves nothing behind.
    for (key,) in house.rows("SELECT key FROM instances WHERE state = 'active' AND parent_key IS NULL"):
        status, told = house.ask(house.ports[0], "POST", f"/v2/process-instances/{key}/cancellation", {})
        assert status == 204, told
    _rest(course)
    assert house.rows("SELECT 1 FROM instances WHERE state = 'active'") == []
    assert findings() == []
    assert [line for log in house.logs() for line in log.splitlines() if '"level": "ERROR"' in line] == []


def _prepared() -> dict[str, str]:
    """Deploy the other versions, and log an operator in; gives the headers of the browser."""
    with store.transaction() as session:
        deploy(session, [Resource(f"{one.__name__}.bpmn", one("2")) for one in VERSIONS])
        token = open_session(session, "admin")
    with store.transaction() as session:
        found = session_of(session, token)
        assert found is not None
        return {"Cookie": f"trunkline_session={token}", "X-CSRF-Token": found.csrf, "Accept": "application/json"}


def _rest(course: Course) -> None:
    """Let all go on that stands, and wait until nothing moves by itself."""
    for (key,) in course.house.rows("SELECT key FROM instances WHERE suspended AND state = 'active'"):
        post_page(course, key, "resume")
    until(lambda: course.house.rows(RESTLESS) == [(0,)])
