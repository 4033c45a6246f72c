"""Values nobody meant: a case stops with an incident that says so, and never fails in the database."""

import pytest

from engine.core.multi_instance import MultiInstance
from engine.feel import FeelSyntaxError, compile_expression
from engine.sandbox import Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    Part,
    catch,
    diagram,
    each,
    end,
    flows,
    message,
    service,
    signal,
    start,
    task,
    timer,
    user,
)

LONG = "x" * 257


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (catch("t", message("m", "=long")), "text_too_long"),
        (catch("t", message("=long")), "text_too_long"),
        (catch("t", signal("=long")), "text_too_long"),
        (service("t", "=long"), "text_too_long"),
        (service("t", retries="=10**400"), "not_a_number"),
        (service("t", retries="=3000000000"), "not_a_number"),
        (user("t", priority="=-3000000000"), "not_a_number"),
        (user("t", "=[long]"), "text_too_long"),
        (user("t", assignee="=long"), "text_too_long"),
        (catch("t", timer(duration='="P99999999999999999999D"')), "not_a_duration"),
        (catch("t", timer(duration='="P" + string(10**30) + "Y"')), "not_a_duration"),
        (catch("t", timer(date='="10000-01-01T00:00:00Z"')), "not_a_date"),
    ],
)
def test_a_value_that_is_out_of_all_bounds_is_an_incident(begin: Begin, part: Part, code: str) -> None:
    case = begin(diagram(start("s"), part, end("e"), flows("s t e")), long=LONG)
    assert [incident.code for incident in case.incidents] == [code]
    assert case.waiting == []


def test_a_long_sequence_works_its_collection_out_once(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand items took five minutes when each turn worked out all of them again."""
    asked = []
    items = MultiInstance._items
    monkeypatch.setattr(MultiInstance, "_items", lambda self, *given: asked.append(1) or items(self, *given))
    loop = each("=for i in 1..3000 return i", "i", sequential=True, collect="all", output="=i * 2")
    box.deploy(diagram(start("s"), task("t", loop=loop), end("e"), flows("s t e")), "p.bpmn")
    case = box.start("p")
    assert case.variables["all"] == [2 * i for i in range(1, 3001)]
    assert len(asked) == 1


def test_a_collection_that_changes_while_somebody_works_is_seen(begin: Begin) -> None:
    case = begin(
        diagram(start("s"), user("u", loop=each("=list", "i", sequential=True)), end("e"), flows("s u e")), list=[1, 2]
    )
    case.box.set_variables(case, {"list": [1, 7]})
    case.waiting[0].complete()
    assert case.waiting[0].variables["i"] == 7


@pytest.mark.parametrize("text", [r'"\u0000"', r'"a\U000000b"', r'"\uD800"'])
def test_a_text_that_could_not_be_kept_is_no_feel(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)
