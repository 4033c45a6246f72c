"""Scenarios: what is said against a file, what does not hold, and the command that plays them."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import engine
from engine.__main__ import main
from engine.errors import Invalid
from engine.sandbox import Sandbox
from engine.sandbox.scenarios import InMemory, play, read
from engine.texts import texts, words
from tests.engine.conftest import MONDAY
from tests.engine.factories import Part, catch, diagram, end, exclusive, flows, listening, service, signal, start, user
from tests.scenarios.on_postgres import OnPostgres

SOURCES = Path(__file__).parents[3] / "engine" / "sandbox" / "scenarios"
GOOD = diagram(
    start("s"),
    exclusive("x", default="x_t"),
    user("t"),
    service("j"),
    catch("c", signal("alarm")),
    end("e"),
    flows("s x t e", "x j c e", x_j="=n > 1"),
)
# The same with places for two of its elements and the flow between them.
LAID_OUT = GOOD.replace(
    b"</bpmn:definitions>",
    b"""<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
        xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
    <bpmndi:BPMNPlane bpmnElement="p">
      <bpmndi:BPMNShape bpmnElement="j"><dc:Bounds x="0" y="0" width="100" height="80"/></bpmndi:BPMNShape>
      <bpmndi:BPMNShape bpmnElement="t"><dc:Bounds x="0" y="100" width="100" height="80"/></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge bpmnElement="j_c"><di:waypoint x="100" y="40"/><di:waypoint x="150" y="40"/></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>""",
)


def played(text: str) -> str:
    """What is told of a scenario of the process above, in English."""
    box = Sandbox(now=MONDAY)
    box.deploy(GOOD, "p.bpmn")
    try:
        play(read(text.encode(), "a.yaml"), InMemory(box))
    except Invalid as error:
        return "\n".join([words(error, "en"), *(words(finding, "en") for finding in error.findings)])
    return "holds"


def test_a_scenario_holds_with_every_verb() -> None:
    text = """
        name: everything
        start: {process: p, variables: {n: 2}}
        steps:
          - fail: {element: j, message: down}
          - expect: {incidents: ["j: JOB_NO_RETRIES job_no_retries"], waiting: []}
          - resolve: {element: j}
          - complete: {element: j, where: {n: 2}, variables: {done: {list: [1, 2]}}}
          - advance: {hours: 2}
          - advance: "2026-11-24T09:00:00+08:00"
          - signal: {name: alarm}
        expected:
          state: completed
          path: [s, x, c, e]
          path_without: [t]
          variables: {done.list.2: 2}
          history: {incident_raised: 1}
          cases: {p: {number: 1, state: completed}}
    """
    assert played(text) == "holds"


HEARD = """
    start: {process: q}
    steps:
      - complete: {element: t}
      - deny: {element: t, reason: too early}
      - expect: {waiting: [t], state: active}
      - complete: {element: t, variables: {n: 1}}
      - correct: {element: t, to: {priority: 80}}
    expected: {state: completed, variables: {n: 1}}
"""


def test_a_listener_denies_corrects_and_agrees_by_the_same_steps_as_on_postgresql(db: str) -> None:
    told = listening(("completing", "ask"), kind="task")
    task = Part(user("t").xml.replace("<zeebe:userTask/>", f"<zeebe:userTask/>{told}"))
    drawn = diagram(start("s"), task, end("e"), flows("s t e"), process_id="q")
    box = Sandbox(now=MONDAY)
    box.deploy(drawn, "q.bpmn")
    with engine.transaction() as session:
        engine.deploy(session, [engine.Resource("q.bpmn", drawn)])
    scenario = read(HEARD.encode(), "heard.yaml")
    [here], [there] = play(scenario, InMemory(box)), play(scenario, OnPostgres(MONDAY))
    assert (here.state, here.history) == (there.state, there.history)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("start: {process: p\n", "cannot be read as YAML"),
        (
            "start: {process: p}\nnow: 2026-13-01\n",
            "cannot be read as YAML: no timestamp: month must be in 1..12 (line 2)",
        ),
        ("- 1", "/: keys with values are needed"),
        ("start: {proces: p}", "/start: name a process, or the message"),
        ("start: {process: p}\nstep: []", "no key “step” here. Meant was perhaps: steps"),
        ("start: {process: p}\nsteps: {a: 1}", "/steps: steps must be a list"),
        ("start: {process: p}\nsteps: [{compleet: {element: t}}]", "/steps/1/compleet: there is no verb “compleet”"),
        ("start: {process: p}\nsteps: [{compleet: {element: t}}]", "Meant was perhaps: complete"),
        ("start: {process: p}\nsteps: [{complete: {elment: t}}]", "Meant was perhaps: element"),
        ("start: {process: p}\nsteps: [{complete: {elment: t}}]", "“element” is missing"),
        ("start: {process: p}\nsteps: [{complete: t}]", "/steps/1/complete: keys with values are needed"),
        ("start: {process: p}\nsteps: [{throw: {element: j}}]", "“code” is missing"),
        ("start: {process: p}\nsteps: [{advance: {hour: 1}}]", "Meant was perhaps: hours"),
        ("start: {process: p}\nsteps: [{advance: {hours: many}}]", "is no point in time"),
        ("start: {process: p}\nsteps: [{advance: tomorrow}]", "“tomorrow” is no point in time"),
        ("start: {process: p}\nsteps: [{advance: 2026-11-24}]", "is no point in time"),
        ("start: {process: p}\nnow: 2026-11-24T09:00:00", "has no zone"),
        ("start: {process: p}\nexpected: {state: active, no: 1}", "YAML reads an unquoted no"),
        ("start: {process: p}\nexpected: {cases: {p: {stat: active}}}", "/expected/cases/p: there is no key “stat”"),
    ],
)
def test_a_malformed_scenario_is_refused_with_its_place_and_what_was_meant(text: str, told: str) -> None:
    assert told in played(text)


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("steps: [{complete: {element: tt}}]", "Step 1, complete (element: tt): Nothing waits at “tt”. Was “t” meant?"),
        ("steps: [{complete: {element: j}}]", "Nothing waits at “j”. What waits: t."),
        ("steps: [{complete: {element: t, where: {n: 9}}}]", "There are tasks at “t”, but none with n: 9"),
        ("steps: [{resolve: {element: t}}]", "There is no incident at “t”"),
        ("steps: [{complete: {element: t}}, {deny: {element: t}}]", "Nothing waits at “t”"),
        ("steps: [{action: {element: t}}]", "Nothing waits at “t”"),
        ("steps: [{message: {name: ''}}, {expect: {state: completed}}]", "p is active, not completed. What waits: t."),
        ("expected: {waiting: [t, u]}", "p waits for t, not for t, u."),
        ("expected: {waits_for: [u]}", "does not wait for u"),
        ("expected: {waits_not_for: [t]}", "waits for t, which it should not"),
        ("expected: {path: [s, e]}", "e does not come next on the way of p. It went: s → x."),
        ("expected: {path_without: [x]}", "went through x"),
        ("expected: {variables: {n: 2}}", "The variable n of p is 1, not 2."),
        ("expected: {history: {timer_fired: 1}}", "timer_fired stands 0 times"),
        ("expected: {incidents: [a]}", "The incidents of p are , not a."),
        ("expected: {groups: {t: [g]}}", "“t” is for [[]]"),
        ("expected: {due: {t: '2026-11-23T09:00:00+08:00'}}", "“t” is due"),
        ("expected: {cases: {p: {number: 2}}}", "There are 1 cases of p, not 2."),
    ],
)
def test_what_does_not_hold_is_told_with_its_step(rest: str, told: str) -> None:
    assert told in played(f"start: {{process: p, variables: {{n: 1}}}}\n{rest}")


def test_a_message_that_starts_nothing_and_an_unknown_process_are_told() -> None:
    assert "The message “m” started nothing" in played("start: {message: m}")
    assert "start: " in played("start: {process: nobody}")


def test_every_code_of_a_scenario_has_its_words() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in SOURCES.glob("*.py"))
    codes = set(re.findall(r'"(scenario_\w+)"', sources))
    assert codes == {code for code in texts() if code.startswith("scenario_")}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A process with two scenarios beside it, one of which does not hold."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    here = tmp_path / "p"
    (here / "scenarios").mkdir(parents=True)
    (here / "p.bpmn").write_bytes(LAID_OUT)
    (here / "p.en.yaml").write_text("t: Task")
    short = "start: {process: p, variables: {n: 1}}\nsteps: [{complete: {element: t}}]\nexpected: {state: %s}"
    (here / "scenarios" / "holds.yaml").write_text(short % "completed")
    (here / "scenarios" / "not.yaml").write_text(short % "active")
    return here


def test_scenarios_are_played_from_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", str(folder)]) == 1
    told = capsys.readouterr().out
    assert re.search(r"holds   \S+holds\.yaml\n  p  completed: s → x → t → e", told)
    assert re.search(r"fails   \S+not\.yaml", told)
    assert "! expected: p is completed, not active." in told
    assert main(["play", str(folder / "p.bpmn"), str(folder / "scenarios" / "holds.yaml")]) == 0


def test_coverage_names_and_draws_what_no_scenario_takes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["play", "--coverage", str(folder / "out"), str(folder)])
    told = capsys.readouterr().out
    assert "p: 4 of 6 elements and 3 of 6 flows are taken" in told
    assert re.findall(r"no scenario takes (\w+)", told) == ["j", "c", "x_j", "j_c", "c_e"]
    root = ET.parse(folder / "out" / "p.svg").getroot()
    colours = [(group.get("class"), [child.tag.rpartition("}")[2] for child in group]) for group in root.iter()]
    drawn = [(colour, tags[0]) for colour, tags in colours if colour in ("red", "ink")]
    assert drawn == [("red", "rect"), ("ink", "rect"), ("red", "polyline")]


def test_a_file_without_layout_is_told_and_not_drawn(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "p.bpmn").write_bytes(GOOD)
    main(["play", "--coverage", str(folder / "out"), str(folder)])
    assert "p.bpmn has no coordinates" in capsys.readouterr().out
    assert list((folder / "out").iterdir()) == []


def test_coverage_without_scenarios_and_folders_without_files_are_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", "--coverage", str(tmp_path / "out"), str(folder / "p.bpmn")]) == 2
    assert "There are no scenarios in" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["lint", str(tmp_path / "empty")]) == 2
    assert "No BPMN, DMN or form files were found" in capsys.readouterr().err


def test_a_folder_is_read_with_those_inside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(folder.parent)]) == 0
    (folder / "p.bpmn").write_bytes(b"<")
    assert main(["lint", str(folder.parent)]) == 1
    assert "p.bpmn:1: error" in capsys.readouterr().err
