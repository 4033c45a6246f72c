"""Lint says everything there is to say and refuses nothing; a damaged file never does more than that."""

import copy
from collections.abc import Iterator

import pytest
from lxml import etree

from engine.diagrams import DiagramError, lint, parse
from engine.texts import words
from tests.engine.factories import (
    boundary,
    call,
    catch,
    decision,
    diagram,
    each,
    end,
    error,
    escalation,
    event_based,
    event_sub,
    exclusive,
    flows,
    inclusive,
    job,
    message,
    parallel,
    receive,
    script,
    send,
    service,
    signal,
    start,
    sub,
    task,
    terminate,
    throw,
    timer,
    user,
)

RICH = (
    diagram(
        start("s", message("new")),
        parallel("fork"),
        user("u", "HQ.crc", form="f", due="=d", properties={"limit": "=l", "clock": "case"}, inputs={"a.b": "=1"}),
        boundary("late", "u", timer(cycle="R/PT1H"), interrupting=False),
        service("v", "topic", headers={"a": "b"}, loop=each("=l", "i", collect="all", output="=i", until="=x")),
        boundary("bad", "v", error("down")),
        inclusive("some", default="some_b"),
        sub("b", start("bs"), script("t", "1 + n"), throw("up", escalation("more")), end("be"), flows("bs t up be")),
        call("c", "=process"),
        decision("d", "level"),
        parallel("join"),
        event_based("g"),
        catch("m", message("answer", "=no"), properties={"action.label": "答复", "action.roles": "*.crc.*"}),
        receive("r", "told", "=no"),
        exclusive("x", default="x_n"),
        send("n", "sent", properties={"ttl": "PT1H"}),
        job("sendTask", "mail", "notify.email"),
        end("e", terminate()),
        end("e2", signal("over")),
        event_sub("h", start("hs", signal("alarm"), interrupting=False), task("ht"), end("he"), flows("hs ht he")),
        flows("s fork u join g m x n e", "fork v some b c join", "some d c", "g r x", "x mail e2", "late e", "bad e"),
        flows(),
        prefix="FLT",
    )
    .replace(
        b'id="x_mail" sourceRef="x" targetRef="mail">',
        b'id="x_mail" sourceRef="x" targetRef="mail"><bpmn:conditionExpression>=n</bpmn:conditionExpression>',
    )
    .replace(
        b'id="some_d" sourceRef="some" targetRef="d">',
        b'id="some_d" sourceRef="some" targetRef="d"><bpmn:conditionExpression>=n</bpmn:conditionExpression>',
    )
)


def damaged() -> Iterator[bytes]:
    """The rich diagram with one attribute or element gone, emptied, doubled or in the wrong place."""
    root = etree.fromstring(RICH)
    for number, node in enumerate(root.iter()):
        for name in list(node.attrib):
            for value in (None, "gone", "=1 +"):
                broken = copy.deepcopy(root)
                target = list(broken.iter())[number]
                if value is None:
                    del target.attrib[name]
                else:
                    target.set(name, value)
                yield etree.tostring(broken)
        if node is not root:
            yield from _moved(root, number)


def _moved(root: etree._Element, number: int) -> Iterator[bytes]:
    for change in ("remove", "double", "to the top", "empty"):
        broken = copy.deepcopy(root)
        target = list(broken.iter())[number]
        around = target.getparent()
        assert around is not None
        if change == "remove":
            around.remove(target)
        elif change == "double":
            around.append(copy.deepcopy(target))
        elif change == "to the top":
            broken.append(target)
        else:
            target[:] = []
            target.text = None
        yield etree.tostring(broken)


def test_the_undamaged_file_has_no_findings() -> None:
    assert lint(RICH, "rich.bpmn") == []


def test_a_damaged_file_is_read_or_refused_and_never_anything_else() -> None:
    refused = 0
    for data in damaged():
        findings = lint(data, "damaged.bpmn")
        refused += any(finding.severity == "error" for finding in findings)
        assert {finding.file for finding in findings} <= {"damaged.bpmn"}
        assert all(finding.code not in words(finding, "en") for finding in findings)
    assert refused > 500


def test_lint_gives_errors_and_remarks_together() -> None:
    data = diagram(start("s"), user("u"), service("v", "x"), exclusive("g"), end("e"), flows("s u v g e", "g v"))
    assert [(f.severity, f.code) for f in lint(data, "p.bpmn")] == [
        ("error", "bpmn_flow_without_condition"),
        ("error", "bpmn_flow_without_condition"),
        ("warning", "bpmn_task_for_nobody"),
    ]
    with pytest.raises(DiagramError) as told:
        parse(data, "p.bpmn")
    assert list(told.value.findings) == lint(data, "p.bpmn")


def test_topics_nobody_serves_are_remarked_on_where_topics_are_known() -> None:
    parts = [
        start("s"),
        service("v", "notify.emial"),
        service("w", "=topic"),
        service("z", "inventory.lookup"),
        end("e"),
    ]
    data = diagram(*parts, flows("s v w z e"))
    assert lint(data, "p.bpmn") == []
    (finding,) = lint(data, "p.bpmn", {"notify.email", "inventory.lookup"})
    assert (finding.code, finding.severity, finding.element) == ("bpmn_topic_unknown", "warning", "v")
    assert finding.parameters == {"type": "notify.emial", "near": "notify.email"}


def test_what_is_no_diagram_is_one_finding() -> None:
    assert [(f.code, f.severity) for f in lint(b"<html/>", "p.bpmn")] == [("bpmn_not_bpmn", "error")]


def test_a_file_of_nothing_but_mistakes_gets_a_bounded_answer() -> None:
    findings = lint(diagram(*(service(f"v{number}", "=") for number in range(1_500))), "p.bpmn")
    assert len(findings) == 1_001
    assert (findings[-1].code, findings[-1].severity) == ("bpmn_more_findings", "error")
    assert findings[-1].parameters["count"] >= 500
