"""How many flows BPMN asks for: refusals with clause, element and line."""

import pytest

from engine.diagrams import lint
from engine.texts import words
from tests.engine.factories import (
    Found,
    Part,
    boundary,
    catch,
    compensate,
    diagram,
    end,
    exclusive,
    flows,
    link,
    message,
    parallel,
    start,
    sub,
    task,
    throw,
    undoing,
)

S, E, T = start("s"), end("e"), task("t")


@pytest.mark.parametrize(
    ("parts", "code", "element", "clause"),
    [
        ([start("other", message("m")), S, T, E, flows("s t e")], "bpmn_start_without_outgoing", "other", "10.5.2"),
        ([S, T, E, end("lost"), flows("s t e")], "bpmn_end_without_incoming", "lost", "10.5.3"),
        (
            [S, T, E, boundary("b", "t", message("m", "=k")), flows("s t e")],
            "bpmn_boundary_without_outgoing",
            "b",
            "10.5.4",
        ),
        (
            [S, T, E, catch("c", message("m", "=k")), flows("s t e", "c t")],
            "bpmn_intermediate_without_incoming",
            "c",
            "10.5.4",
        ),
        (
            [S, parallel("x"), T, E, throw("c"), flows("s x t e", "x c")],
            "bpmn_intermediate_without_outgoing",
            "c",
            "10.5.4",
        ),
    ],
)
def test_a_missing_flow_is_refused(parts: list[Part], code: str, element: str, clause: str, found: Found) -> None:
    errors = [finding for finding in found(*parts) if finding.severity == "error"]
    assert [(finding.code, finding.element) for finding in errors] == [(code, element)]
    assert errors[0].line
    assert clause in words(errors[0], "en")


@pytest.mark.parametrize("gateway", [parallel("x"), exclusive("x")])
def test_a_gateway_that_neither_splits_nor_merges_is_doubtful(gateway: Part, found: Found) -> None:
    [finding] = found(S, gateway, E, flows("s x e"))
    assert (finding.code, finding.severity, finding.element) == ("bpmn_gateway_superfluous", "warning", "x")
    assert "10.6.1" in words(finding, "en")


def test_what_bpmn_excepts_is_not_refused(found: Found) -> None:
    undo = undoing("c", "t", task("undo", isForCompensation="true"))
    ways = (throw("there", link("L")), catch("here", link("L")))
    parts = [S, T, undo, *ways, throw("k", compensate()), E, flows("s t there", "here k e")]
    assert [finding for finding in found(*parts) if finding.severity == "error"] == []


def test_implicit_starts_and_ends_are_allowed_beside_drawn_ones(found: Found) -> None:
    assert found(task("a"), task("b"), flows("a b")) == []
    inner = sub("i", task("c"))
    assert found(S, parallel("x"), T, inner, E, flows("s x t e", "x i")) == []


def test_a_start_event_alone_is_a_process_that_is_being_drawn(found: Found) -> None:
    assert found(S) == []


def test_the_line_is_that_of_the_element() -> None:
    data = diagram(S, Part("\n"), parallel("x"), E, flows("s x e"))
    [finding] = lint(data, "p.bpmn")
    assert data.splitlines()[(finding.line or 0) - 1].count(b'id="x"') == 1
