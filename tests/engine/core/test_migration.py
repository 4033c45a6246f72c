"""Migrating a running instance to another version: what follows, what is opened and closed, what cannot follow."""

from datetime import timedelta

import pytest

from engine.errors import Invalid
from engine.sandbox import Case, Sandbox
from tests.engine.conftest import MONDAY, Begin
from tests.engine.factories import (
    Part,
    ad_hoc,
    boundary,
    catch,
    compensate,
    condition,
    diagram,
    each,
    end,
    event_based,
    event_sub,
    flows,
    message,
    parallel,
    receive,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    undoing,
    user,
)

HOUR = timedelta(hours=1)
ROW = diagram(start("s"), user("a"), user("b"), end("e"), flows("s a b e"))
RENAMED = diagram(start("s"), user("a2"), user("new"), user("b"), end("e"), flows("s a2 new b e"))


def waiting(case: Case) -> list[str]:
    return [item.element for item in case.waiting]


def codes(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def test_a_task_follows_and_the_case_goes_the_new_way(begin: Begin, box: Sandbox) -> None:
    case = begin(ROW)
    key = case.waiting[0].key
    box.deploy(RENAMED, "p.bpmn")
    case.migrate({"a": "a2"})
    assert [(item.key, item.element) for item in case.waiting] == [(key, "a2")]
    while case.waiting:
        case.waiting[0].complete()
    assert (case.state, case.path) == ("completed", ["s", "a2", "new", "b", "e"])
    note = next(note for note in case.history if note.kind == "instance_migrated")
    assert note.data == {"mapping": {"a": "a2"}}
    renamed = [(note.element, note.data) for note in case.history if note.kind == "element_migrated"]
    assert renamed == [("a2", {"from": "a"})]


def test_jobs_messages_signals_and_incidents_follow(begin: Begin, box: Sandbox) -> None:
    def version(mark: str, *more: str) -> bytes:
        parts = [
            service(f"j{mark}"),
            receive(f"m{mark}", "word"),
            catch(f"c{mark}", signal("sig")),
            service(f"i{mark}"),
        ]
        ways = [f"f j{mark} e", f"f m{mark} e", f"f c{mark} e", f"f i{mark} e"]
        return diagram(start("s"), parallel("f"), *parts, end("e"), flows("s f", *ways))

    case = begin(version("1"))
    next(item for item in case.waiting if item.element == "i1").fail("broken", 0)
    box.deploy(version("2"), "p.bpmn")
    case.migrate({"j1": "j2", "m1": "m2", "c1": "c2", "i1": "i2"})
    assert sorted(waiting(case)) == ["c2", "j2", "m2"]
    assert [incident.element for incident in case.incidents] == ["i2"]
    case.incidents[0].resolve()
    box.publish("word")
    box.broadcast("sig")
    for item in case.waiting:
        item.complete()
    assert (case.state, case.records) == ("completed", {})


def test_a_timer_keeps_the_time_it_was_set_to(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("t", timer(duration="PT1H")), end("e"), flows("s t e")))
    box.advance(by=HOUR / 2)
    box.deploy(diagram(start("s"), catch("t2", timer(duration="PT5H")), end("e"), flows("s t2 e")), "p.bpmn")
    case.migrate({"t": "t2"})
    assert case.waiting[0].due == MONDAY + HOUR
    box.advance(to=MONDAY + HOUR)
    assert case.path == ["s", "t2", "e"]


def test_a_timer_that_a_clock_took_before_fires_after_it(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("t", timer(duration="PT1H")), end("e"), flows("s t e")))
    taken = case.waiting[0]
    box.deploy(diagram(start("s"), catch("t2", timer(duration="PT1H")), end("e"), flows("s t2 e")), "p.bpmn")
    case.migrate({"t": "t2"})
    taken.complete()
    assert (case.state, case.path) == ("completed", ["s", "t2", "e"])


def at_boundary(*events: Part) -> bytes:
    """A task with events at its boundary, each with an end of its own."""
    ids = [f"b{number}" for number, _ in enumerate(events)]
    bound = [boundary(id_, "u", event, interrupting=False) for id_, event in zip(ids, events, strict=True)]
    ends = [end(f"e{id_}") for id_ in ids]
    return diagram(start("s"), user("u"), *bound, *ends, end("e"), flows("s u e", *(f"{id_} e{id_}" for id_ in ids)))


def test_boundary_events_are_the_new_versions(begin: Begin, box: Sandbox) -> None:
    case = begin(at_boundary(message("m"), timer(duration="PT1H"), signal("gone")))
    kept = next(item.key for item in case.waiting if item.name == "m")
    box.deploy(at_boundary(message("m"), signal("instead"), timer(duration="PT2H")), "p.bpmn")
    case.migrate()
    found = sorted((item.element, item.kind, item.name) for item in case.waiting if item.kind != "task")
    assert found == [("b0", "message", "m"), ("b1", "signal", "instead"), ("b2", "timer", None)]
    assert kept in case.records
    box.advance(by=2 * HOUR)
    assert case.path == ["s", "b2", "eb2"]


def test_an_event_that_has_come_already_is_not_waited_for_again(begin: Begin, box: Sandbox) -> None:
    case = begin(at_boundary(timer(duration="PT1H")))
    box.advance(by=HOUR)
    box.deploy(at_boundary(timer(duration="PT1H")), "p.bpmn")
    case.migrate()
    assert waiting(case) == ["u"]


def test_a_new_condition_that_holds_fires_at_once(begin: Begin, box: Sandbox) -> None:
    case = begin(at_boundary(), n=2)
    box.deploy(at_boundary(condition("=n > 1")), "p.bpmn")
    case.migrate()
    assert case.path == ["s", "b0", "eb0"]


def test_event_sub_processes_are_the_new_versions(begin: Begin, box: Sandbox) -> None:
    def version(name: str) -> bytes:
        begins = start(f"{name}s", message(name))
        handler = event_sub(name, begins, user(f"{name}u"), flows(f"{name}s {name}u"))
        return diagram(start("s"), user("u"), end("e"), flows("s u e"), handler)

    case = begin(version("one"))
    box.deploy(version("two"), "p.bpmn")
    case.migrate()
    assert waiting(case) == ["u", "twos"]
    box.publish("two")
    box.deploy(version("two"), "p.bpmn")
    case.migrate()
    assert waiting(case) == ["twou"]
    case.waiting[0].complete()
    assert (case.state, case.records) == ("completed", {})


def test_loops_scopes_and_gateways_follow(begin: Begin, box: Sandbox) -> None:
    def version(mark: str) -> bytes:
        events = [catch(f"m{mark}", message("m")), catch("t", timer(duration="PT1H"))]
        ways = flows(f"is g m{mark} ie", "g t ie")
        many = each("=[1,2]", "x", collect="xs", output="=x")
        inside = sub(f"box{mark}", start("is"), event_based("g"), *events, end("ie"), ways, loop=many)
        return diagram(start("s"), inside, end("e"), flows(f"s box{mark} e"))

    case = begin(version("1"))
    box.deploy(version("2"), "p.bpmn")
    case.migrate({"box1": "box2", "m1": "m2"})
    assert sorted(waiting(case)) == ["m2", "m2", "t", "t"]
    next(item for item in case.waiting if item.element == "m2").complete()
    box.advance(by=HOUR)
    assert (case.state, case.variables["xs"]) == ("completed", [1, 2])


def test_a_half_filled_join_follows_where_its_flows_are_the_same(begin: Begin, box: Sandbox) -> None:
    def version(join: str, *more: str) -> bytes:
        ways = [f"f {one} {join}" for one in ("a", "b", *more)]
        tasks = [user(one) for one in ("a", "b", *more)]
        return diagram(start("s"), parallel("f"), *tasks, parallel(join), end("e"), flows("s f", *ways, f"{join} e"))

    case = begin(version("j"))
    case.waiting[0].complete()
    box.deploy(version("j", "c"), "p.bpmn")
    with pytest.raises(Invalid) as refused:
        case.migrate()
    assert codes(refused) == ["migration_join_half_filled"]
    box.deploy(version("j"), "p.bpmn")
    case.migrate()
    case.waiting[0].complete()
    assert case.state == "completed"


def test_what_has_completed_is_undone_by_the_new_versions_handler(begin: Begin, box: Sandbox) -> None:
    def version(*handlers: Part) -> bytes:
        return diagram(
            start("s"), task("a"), *handlers, user("u"), throw("t", compensate()), end("e"), flows("s a u t e")
        )

    case = begin(version(undoing("c", "a", user("undo", isForCompensation="true"))))
    box.deploy(version(), "p.bpmn")
    with pytest.raises(Invalid) as refused:
        case.migrate()
    assert codes(refused) == ["migration_compensation_lost"]
    box.deploy(version(undoing("c", "a", user("back", isForCompensation="true"))), "p.bpmn")
    case.migrate()
    case.waiting[0].complete()
    assert waiting(case) == ["back"]


LISTED: list[tuple[list[Part], list[Part], dict[str, str], list[str]]] = [
    ([user("x")], [user("y")], {}, ["migration_element_missing"]),
    ([user("x")], [service("x")], {}, ["migration_kind_changed"]),
    ([user("x")], [user("y")], {"x": "e", "no": "y"}, ["migration_kind_changed", "migration_source_unknown"]),
    ([user("x")], [user("x")], {"s": "nowhere"}, ["migration_target_unknown"]),
    ([user("x")], [user("x", loop=each("=[1]"))], {}, ["migration_loop_changed"]),
    (
        [ad_hoc("x", user("u"), collect="r", output="=1")],
        [ad_hoc("x", user("u"), collect="other", output="=1")],
        {},
        ["migration_loop_changed"],
    ),
    ([catch("x", message("m"))], [catch("x", signal("m"))], {}, ["migration_event_changed"]),
    ([user("x")], [sub("x2", start("is"), user("x"), flows("is x"))], {}, ["migration_scope_changed"]),
]


@pytest.mark.parametrize(("old", "new", "mapping", "said"), LISTED)
def test_what_cannot_follow_is_said_and_nothing_changes(
    old: list[Part], new: list[Part], mapping: dict[str, str], said: list[str], begin: Begin, box: Sandbox
) -> None:
    def version(parts: list[Part], way: str) -> bytes:
        return diagram(start("s"), *parts, end("e"), flows(way))

    case = begin(version(old, "s x e"))
    first = "x2" if "x2" in new[0].xml else "y" if '"y"' in new[0].xml else "x"
    box.deploy(version(new, f"s {first} e"), "p.bpmn")
    before = (list(case.history), dict(case.records), case.spec)
    with pytest.raises(Invalid) as refused:
        case.migrate(mapping)
    assert codes(refused) == said
    assert (case.history, case.records, case.spec) == before
    case.waiting[0].complete()


def test_an_event_that_cannot_say_what_it_waits_for_refuses_the_migration(begin: Begin, box: Sandbox) -> None:
    case = begin(at_boundary())
    box.deploy(at_boundary(message("=missing")), "p.bpmn")
    with pytest.raises(Invalid) as refused:
        case.migrate()
    assert codes(refused) == ["migration_event_stuck"]
    assert waiting(case) == ["u"]
    case.waiting[0].complete()
    assert case.state == "completed"
