"""BPMN's own constraints on links, compensation, transactions, loops, scopes and pools, each named with its clause."""

import re

import pytest

from engine.diagrams import lint
from engine.errors import Finding
from engine.texts import words
from tests.engine.factories import (
    Found,
    Part,
    ad_hoc,
    again,
    boundary,
    cancel,
    catch,
    compensate,
    complex_gateway,
    condition,
    diagram,
    element,
    end,
    error,
    event_based,
    event_sub,
    exclusive,
    file,
    flows,
    link,
    listening,
    message,
    named_event,
    parallel,
    process,
    receive,
    repeat,
    several,
    signal,
    start,
    sub,
    task,
    terminate,
    throw,
    timer,
    transaction,
    undoing,
    user,
)

S, T, E = start("s"), task("t"), end("e")
LINE = [S, T, E, flows("s t e")]
HOUR = timer(duration="PT1H")
UNDO = task("undo", isForCompensation="true")
INSTANTIATING = event_based("g", instantiate="true")
BEHIND = [catch("m", message("m")), catch("n", message("n")), end("e"), flows("g m e", "g n e")]


BOTH = Part(
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=x"/>'
    "</bpmn:extensionElements><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
)


def inside(*parts: Part) -> list[Part]:
    """A transaction of these parts in a line."""
    return [S, transaction("t", start("ts"), *parts), E, flows("s t e")]


def bare(xml: str) -> Part:
    return Part(xml)


CASES: dict[str, tuple[str, list[Part]]] = {
    "bpmn_link_twice": ("b", [S, throw("l", link("A")), catch("a", link("A")), catch("b", link("A")), flows("s l")]),
    "bpmn_link_without_catch": ("l", [S, throw("l", link("A")), flows("s l")]),
    "bpmn_link_without_throw": ("a", [*LINE, catch("a", link("A"))]),
    "bpmn_link_flow": ("l", [S, throw("l", link("A")), catch("a", link("A")), E, flows("s l e", "a e")]),
    "bpmn_compensation_flows": ("undo", [S, T, undoing("c", "t", UNDO), E, flows("s t undo e")]),
    "bpmn_compensation_boundary_flow": ("c", [*LINE, undoing("c", "t", UNDO), flows("c e")]),
    "bpmn_compensation_without_handler": ("c", [*LINE, boundary("c", "t", compensate()), UNDO]),
    "bpmn_compensation_handler": ("c", [*LINE, undoing("c", "t", task("undo"))]),
    "bpmn_compensation_twice": (
        "d",
        [*LINE, undoing("c", "t", UNDO), undoing("d", "t", task("v", isForCompensation="true"))],
    ),
    "bpmn_compensation_start_place": ("hs", [*LINE, event_sub("h", start("hs", compensate()))]),
    "bpmn_compensation_reference": ("x", [S, throw("x", compensate("gone")), E, flows("s x e")]),
    "bpmn_cancel_end": ("x", [S, end("x", cancel()), flows("s x")]),
    "bpmn_cancel_boundary": ("b", [*LINE, boundary("b", "t", cancel())]),
    "bpmn_cancel_interrupts": (
        "b",
        [*inside(end("te", cancel()), flows("ts te")), boundary("b", "t", cancel(), interrupting=False)],
    ),
    "bpmn_multiple_kind": ("c", [S, catch("c", several(HOUR, link("A"))), throw("l", link("A")), flows("s l", "c l")]),
    "bpmn_multiple_throws": ("e", [S, end("e", several(error("x"), error("y"))), flows("s e")]),
    "bpmn_multiple_parallel_kind": (
        "b",
        [*LINE, boundary("b", "t", several(HOUR, error("x")), parallelMultiple="true")],
    ),
    "bpmn_multiple_parallel_start": (
        "s",
        [start("s", several(message("m"), signal("x")), parallelMultiple="true"), E, flows("s e")],
    ),
    "bpmn_condition_missing": ("c", [S, catch("c", bare("<bpmn:conditionalEventDefinition/>")), E, flows("s c e")]),
    "bpmn_condition_events": ("c", [S, catch("c", condition("=a", events="delete")), E, flows("s c e")]),
    "bpmn_ad_hoc_start_end": ("as", [S, ad_hoc("a", start("as"), task("b")), E, flows("s a e")]),
    "bpmn_ad_hoc_empty": ("a", [S, ad_hoc("a"), E, flows("s a e")]),
    "bpmn_instantiate_incoming": ("g", [S, INSTANTIATING, *BEHIND, flows("s g")]),
    "bpmn_instantiate_place": ("r", [S, sub("b", receive("r", "m", instantiate="true")), E, flows("s b e")]),
    "bpmn_instantiate_receive": ("r", [receive("r", "m", instantiate="true", loop=again(most=2)), E, flows("r e")]),
    "bpmn_gateway_parallel": ("g", [S, event_based("g", eventGatewayType="Parallel"), *BEHIND, flows("s g")]),
    "bpmn_gateway_parallel_event": (
        "n",
        [
            event_based("g", instantiate="true", eventGatewayType="Parallel"),
            catch("m", message("m")),
            catch("n", signal("n")),
            flows("g m", "g n"),
        ],
    ),
    "bpmn_two_loops": ("t", [S, task("t", inside=[again(most=2)], loop=repeat("2")), E, flows("s t e")]),
    "bpmn_loop_twice": (
        "t",
        [S, task("t", loop=BOTH), E, flows("s t e")],
    ),
    "bpmn_loop_behavior": ("t", [S, task("t", loop=Part(repeat("2", behavior="Complex").xml)), E, flows("s t e")]),
    "bpmn_loop_maximum": ("t", [S, task("t", loop=Part(again(most=2).xml.replace("2", "x"))), E, flows("s t e")]),
    "bpmn_loop_without_end": ("t", [S, task("t", loop=again()), E, flows("s t e")]),
    "bpmn_loop_without_collection": (
        "t",
        [S, task("t", loop=Part("<bpmn:multiInstanceLoopCharacteristics/>")), E, flows("s t e")],
    ),
    "bpmn_quantity": ("t", [S, task("t", startQuantity="-1"), E, flows("s t e")]),
    "bpmn_listener_start": (
        "b",
        [*LINE, boundary("b", "t", HOUR, extensions=listening(("start", "x")))],
    ),
    "bpmn_listener_before_all": ("t", [S, task("t", extensions=listening(("beforeAll", "x"))), E, flows("s t e")]),
    "bpmn_condition_alone": ("t", [S, T, E, flows("s t e", t_e="=x")]),
    "bpmn_gateway_direction": ("x", [S, exclusive("x", gatewayDirection="Converging"), E, flows("s x e")]),
    "bpmn_error_interrupts": ("b", [*LINE, boundary("b", "t", several(HOUR, error("x")), interrupting=False)]),
    "bpmn_start_kind": ("s", [start("s", compensate()), E, flows("s e")]),
    "bpmn_start_reads_variables": ("m", [INSTANTIATING, catch("m", message("=x")), *BEHIND[1:]]),
    "bpmn_event_gateway_target": (
        "c",
        [S, event_based("g"), catch("c", link("A")), *BEHIND, throw("l", link("A")), flows("s g c", "s l")],
    ),
    "bpmn_field_missing": ("g", [S, parallel("f"), complex_gateway("g", " "), E, flows("s f g e")]),
    "bpmn_condition_without_effect": ("x_e", [S, parallel("x"), E, end("y"), flows("s x e", "x y", x_e="=a")]),
    "bpmn_element_misplaced": ("c", [S, catch("c", terminate()), E, flows("s c e")]),
}


def of(code: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.code == code]


@pytest.mark.parametrize("code", CASES)
def test_a_mistake_is_named_at_its_element_and_line(code: str, found: Found) -> None:
    where, parts = CASES[code]
    named = of(code, found(*parts))
    assert where in {finding.element for finding in named}
    assert all(finding.line for finding in named)


# what the dialect asks for, or the file as such, and no clause of BPMN does
OF_OURS = {
    "bpmn_condition_events",
    "bpmn_element_misplaced",
    "bpmn_field_missing",
    "bpmn_listener_before_all",
    "bpmn_listener_start",
    "bpmn_loop_without_collection",
    "bpmn_start_reads_variables",
}


@pytest.mark.parametrize("code", sorted(CASES.keys() - OF_OURS))
def test_a_constraint_of_bpmn_is_told_with_its_clause(code: str) -> None:
    for language in ("zh", "en"):
        assert re.search(r"BPMN 2\.0\.2.*\d+\.\d", words(Finding(code, {}), language))  # type: ignore[arg-type]


def test_sound_ones_have_no_findings(found: Found) -> None:
    booked = [task("a"), undoing("c", "a", UNDO), end("te", cancel()), flows("ts a te")]
    parts = [*inside(*booked), boundary("b", "t", cancel()), throw("l", link("A")), catch("k", link("A")), end("z")]
    some = ad_hoc("o", task("i"), task("j"), until="=x", active="=y")
    assert found(*parts, some, flows("b l", "k o z")) == []


# Several pools

POOL = process(*LINE)
OTHER = process(start("qs"), task("qt"), end("qe"), flows("qs qt qe"), process_id="q")


def collaboration(source: str, target: str) -> list[tuple[str, str]]:
    """The findings on a file of two pools, one drawn empty beside them, and a message flow."""
    xml = (
        '<bpmn:collaboration id="c"><bpmn:participant id="one" processRef="p"/><bpmn:participant id="two" '
        'processRef="q"/><bpmn:participant id="box"/>'
        f'<bpmn:messageFlow id="m" sourceRef="{source}" targetRef="{target}"/></bpmn:collaboration>'
    )
    return [(f.code, f.element) for f in lint(file(Part(xml), POOL, OTHER), "p.bpmn")]


def test_a_message_flow_leads_to_another_pool() -> None:
    for ends in (("t", "qt"), ("e", "two"), ("box", "s"), ("one", "qs"), ("t", "box")):
        assert collaboration(*ends) == []
    assert collaboration("t", "e") == [("bpmn_message_flow_end", "m")]
    assert collaboration("s", "qt") == [("bpmn_message_flow_end", "m")]
    for ends in (("e", "t"), ("one", "t")):
        assert collaboration(*ends) == [("bpmn_message_flow_in_pool", "m")]
    assert collaboration("t", "gone") == [("bpmn_reference_unknown", "m")]


def test_no_sequence_flow_leads_to_another_pool() -> None:
    data = file(process(*LINE, flows("t qt")), OTHER)
    assert [(f.code, f.element) for f in lint(data, "p.bpmn")] == [("bpmn_flow_crosses_pool", "t_qt")]


@pytest.mark.parametrize(
    "xml",
    [
        '<bpmn:association id="it" sourceRef="t" targetRef="gone"/>',
        '<bpmn:dataObjectReference id="it" dataObjectRef="gone"/>',
        '<bpmn:dataStoreReference id="it" dataStoreRef="t"/>',
        '<bpmn:laneSet><bpmn:lane id="it"><bpmn:flowNodeRef>gone</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>',
    ],
)
def test_what_is_referred_to_is_there(xml: str, found: Found) -> None:
    assert [(f.code, f.element) for f in found(*LINE, Part(xml))] == [("bpmn_reference_unknown", "it")]


def test_behaviours_refer_to_events_at_the_top() -> None:
    loop = repeat("2", behavior="One", event="tell")
    parts = process(S, user("t", "HQ.crc", loop=loop), E, flows("s t e"))
    assert lint(file(parts, named_event("tell", signal("x"))), "p.bpmn") == []
    assert [f.code for f in lint(file(parts), "p.bpmn")] == ["bpmn_reference_unknown"]


def test_layout_is_not_needed() -> None:
    assert lint(diagram(*LINE), "p.bpmn") == []
    assert element("task", "t").xml in diagram(*LINE).decode()
