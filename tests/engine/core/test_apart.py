"""Tokens that lie apart: an advance reads and writes those it touches, however many wait beside them."""

import pytest

from engine.core import apart
from engine.core.snapshot import read, write
from engine.sandbox import Case, Sandbox
from tests.engine.conftest import MONDAY
from tests.engine.factories import diagram, each, end, flows, service, start, sub, user

NUMBER = 100
TASKS = diagram(
    start("s"),
    user("u", loop=each("=list", "item", collect="done", output="=item * n")),
    service("after"),
    end("e"),
    flows("s u after e"),
)
CALLS = diagram(
    start("s"),
    sub("b", start("is"), user("iu"), service("ij"), end("ie"), flows("is iu ij ie"), loop=each("=list", "item")),
    end("e"),
    flows("s b e"),
)


def begun(data: bytes, number: int = NUMBER) -> Case:
    box = Sandbox(now=MONDAY)
    box.restarts = True
    box.deploy(data, "p.bpmn")
    return box.start("p", {"list": list(range(number))})


def ended(case: Case) -> Case:
    while case.waiting:
        case.waiting[-1].complete({"n": 2})
    return case


def test_one_that_completes_has_no_other_read() -> None:
    case = begun(TASKS)
    case.waiting[40].complete({"n": 2})
    assert [token.task_spec.id for token in case.instance.present()] == ["p", "u"]
    case.waiting[40].complete({"n": 2})
    assert isinstance(case.instance.tokens, apart.Tokens)
    assert len(case.instance.tokens.read) == 1
    assert len(case.rows.kept) == NUMBER - 1


def test_the_snapshot_is_as_small_as_that_of_few() -> None:
    sizes = {len(repr(write(begun(TASKS, number).instance)["t"])) for number in (apart.MANY + 10, NUMBER - 1)}
    assert len(sizes) == 1


def test_what_they_gave_is_collected_and_nothing_is_left() -> None:
    case = ended(begun(TASKS))
    assert case.state == "completed"
    assert case.variables["done"] == [2 * item for item in range(NUMBER)]
    assert case.rows.after(case.instance).kept == {}


def test_tokens_inside_an_instance_lie_with_it() -> None:
    case = begun(CALLS)
    case.waiting[7].complete()
    assert {item.element for item in case.waiting} == {"iu", "ij"}
    job = next(item for item in case.waiting if item.element == "ij")
    assert job.variables == {"list": list(range(NUMBER)), "item": 7, "loopCounter": 8}
    job.complete()
    assert len(case.waiting) == NUMBER - 1
    assert ended(case).state == "completed"


@pytest.mark.parametrize("data", [TASKS, CALLS], ids=["tasks", "sub-processes"])
def test_cancelling_takes_all_away_in_order(data: bytes) -> None:
    straight, restarted = begun(data), begun(data)
    straight.box.restarts = False
    told = []
    for case in (straight, restarted):
        case.waiting[3].complete()
        case.cancel()
        assert (case.records, case.rows.after(case.instance).kept) == ({}, {})
        told.append([(note.kind, note.element, note.element_key - case.key) for note in case.history])  # type: ignore[operator]
    assert told[0] == told[1]


def test_a_sequential_one_has_none_apart() -> None:
    data = diagram(start("s"), user("u", loop=each("=list", "item", sequential=True)), end("e"), flows("s u e"))
    case = begun(data)
    assert "a" not in write(case.instance)


def test_few_stay_in_the_snapshot() -> None:
    assert "a" not in write(begun(TASKS, apart.MANY).instance)
    assert write(begun(TASKS, apart.MANY + 1).instance)["a"]


def test_a_snapshot_of_which_tokens_lie_apart_is_not_read_without_them() -> None:
    case = begun(TASKS)
    with pytest.raises(ValueError, match="lie apart"):
        read(write(case.instance), case.key, case.spec)


def test_who_asks_for_a_key_that_is_not_there_asks_once() -> None:
    case = begun(TASKS)
    case.waiting[0].complete({"n": 1})
    case.box._restart(case)
    tokens, asked = case.instance.tokens, []

    def one(key: int) -> None:
        asked.append(key)

    case.instance.tokens._rows.one = one  # type: ignore[attr-defined]
    missing = case.key + 3
    assert [missing in tokens, missing in tokens, tokens.get(missing), case.key + 10_000 in tokens] == [
        False,
        False,
        None,
        False,
    ]
    assert asked == [missing]


def test_what_lies_apart_stays_so_when_more_is_taken_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an update of the engine: the body says of itself that its tokens are rows."""
    case = begun(CALLS)
    case.waiting[7].complete()
    monkeypatch.setattr(apart, "MANY", 10 * NUMBER)
    case.waiting[9].complete()
    assert len(case.rows.after(case.instance).kept) == 2 * NUMBER
    case.cancel()
    assert (case.records, case.rows.after(case.instance).kept) == ({}, {})
