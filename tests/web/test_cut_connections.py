"""Connections to the database are cut again and again, often between a commit and its answer: nothing is lost."""

from concurrent.futures import ThreadPoolExecutor

from tests.engine.factories import call, catch, diagram, each, end, flows, message, service, start
from tests.web.cutting import Cutter
from tests.web.house import House, opened, until

INSIDE = 4
JOB = diagram(start("s"), service("w", "work"), end("e"), flows("s w e"), process_id="job")
LOOP = each(f"=for i in 1..{INSIDE} return i", "i", collect="results", output="=attempt")
MANY = diagram(start("s"), service("w", "work", loop=LOOP), end("e"), flows("s w e"), process_id="many")
CALLER = diagram(start("s"), call("c", "job"), call("d", "many"), end("e"), flows("s c d e"), process_id="caller")
WAITING = diagram(start("s"), catch("m", message("go", "=key")), end("e"), flows("s m e"), process_id="waiting")
CASES = 60
# What is said to have come to its end, and how often at most in one instance.
COMPLETED = """
    SELECT i.process_id, h.element, max(h.count) FROM instances i JOIN (
        SELECT instance_key, element, count(*) FROM history WHERE kind = 'element_completed' GROUP BY 1, 2
    ) AS h ON h.instance_key = i.key GROUP BY 1, 2
"""


def test_nothing_is_lost_and_nothing_is_done_twice() -> None:
    files = {"job": JOB, "many": MANY, "caller": CALLER, "waiting": WAITING}
    with Cutter(seed=5) as cutter, opened(files, webs=1, way=cutter.way) as house:
        cutter.rate = 0.1
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda number: _begin(house, number), range(CASES)))
        cutter.rate = 0.0
        assert cutter.cuts > CASES
        until(lambda: house.rows("SELECT count(*) FROM instances WHERE state <> 'completed'") == [(0,)])
        assert [child.poll() for child in house.children] == [None] * 3
        assert house.rows("SELECT count(*) FROM incidents") == [(0,)]
        often = {(process, element): count for process, element, count in house.rows(COMPLETED)}
        assert often.pop(("many", "w")) == INSIDE + 1, "each inner instance and the body around them"
        assert set(often.values()) == {1}
        assert len(often) == len("swesescdesme")
        results = house.rows("SELECT jsonb_array_length(value) FROM variables WHERE name = 'results'")
        assert set(results) == {(INSIDE,)}
        begun = dict(house.rows("SELECT process_id, count(*) FROM instances GROUP BY 1"))
        assert len(set(house.effects())) == begun["job"] + INSIDE * begun["many"]


def _begin(house: House, number: int) -> None:
    """Start a case, and another where nobody said that it was."""
    process = ("job", "many", "caller", "waiting")[number % 4]
    key = str(number)
    body = {"processDefinitionId": process, "variables": {"key": key}}
    _ask(house, "/v2/process-instances", body, {200})
    if process == "waiting":
        # One message for each that may have been started; a name says which was published already.
        for copy in range(20):
            news = {"name": "go", "correlationKey": key, "timeToLive": 3_600_000, "messageId": f"{copy}"}
            _ask(house, "/v2/messages/publication", news, {200, 409})


def _ask(house: House, path: str, body: object, done: set[int]) -> None:
    until(lambda: _status(house, path, body) in done)


def _status(house: House, path: str, body: object) -> int:
    status, told = house.ask(house.ports[0], "POST", path, body)
    assert status in (200, 409, 503), told
    return status
