"""What a file says arrives in the specification."""

from engine.core.events import BoundaryEvent
from engine.diagrams import parse
from tests.engine.factories import (
    boundary,
    catch,
    diagram,
    each,
    end,
    error,
    exclusive,
    flows,
    message,
    script,
    service,
    spec,
    start,
    sub,
    user,
)


def test_elements_stand_in_file_order_with_their_scope_and_flows() -> None:
    parsed = spec(
        start("s"),
        exclusive("x", default="x_e"),
        sub("around", start("inner"), script("t", "1"), end("over"), flows("inner t over")),
        end("e"),
        flows("s x around e", "x e", x_around="=n > 1"),
    )
    assert list(parsed.elements) == ["p", "s", "x", "around", "inner", "t", "over", "e"]
    assert [parsed.elements[name].scope for name in ("s", "t", "e")] == [None, "around", None]
    ways = [(flow.id, flow.condition and flow.condition.text) for flow in parsed.elements["x"].outgoing]
    assert ways == [("x_around", "n > 1"), ("x_e", None)]
    assert parsed.elements["x"].default == "x_e"
    assert parsed.entries("p") == ("s",)
    assert parsed.entries("around") == ("inner",)


def test_each_kind_of_element_has_its_own_fields() -> None:
    parsed = spec(
        start("s"),
        user("u", "GD-GZ.crc.duty", form="fault", properties={"clock": "case"}),
        service("v", "device.snmp_get", inputs={"host": "=device.address"}, loop=each("=devices", "device")),
        boundary("b", "v", error("down")),
        catch("m", message("feedback", "=no")),
        end("e"),
        flows("s u v m e", "b e"),
        prefix="FLT",
    )
    task, job, caught = (parsed.elements[name] for name in ("u", "v", "b"))
    assert (task.candidate_groups.text, task.form_id.text) == ("GD-GZ.crc.duty", "fault")
    assert task.properties["clock"].text == "case"
    assert job.job_type.text == "device.snmp_get"
    assert job.input_mappings[0].target == ("host",)
    assert (job.loop.collection.text, job.loop.item) == ("devices", "device")
    assert isinstance(caught, BoundaryEvent)
    assert (caught.attached_to, caught.interrupting, caught.event_definition.code) == ("v", True, "down")
    assert parsed.elements["m"].event_definition.correlation_key.text == "no"
    assert parsed.properties["prefix"].text == "FLT"


def test_names_for_people_are_gathered_by_id() -> None:
    parsed = parse(diagram(start("s", name="开始"), end("e"), flows("s e"), name="故障处理"), "fault.bpmn")
    assert parsed.texts == {"p": "故障处理", "s": "开始"}
