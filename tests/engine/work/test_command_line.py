"""python -m engine: what each command prints and how it ends."""

import io
import json
from pathlib import Path

import pytest

from engine import store
from engine.__main__ import main
from engine.sandbox.play import play
from tests.engine.factories import diagram, end, flows, parallel, script, start, user
from tests.engine.work.conftest import Desk

GOOD = diagram(start("s"), script("t", "x + 1", "y"), end("e"), flows("s t e"))
BAD = diagram(start("s"), script("t", "x +", "y"), end("e"), flows("s t e"))


@pytest.fixture
def url(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TRUNKLINE_DATABASE_URL", desk.url)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return desk.url


def test_deploys_and_starts(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.bpmn").write_bytes(GOOD)
    assert main(["deploy", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "process p version 1\n"
    assert main(["deploy", str(tmp_path / "p.bpmn")]) == 0
    assert "(unchanged)" in capsys.readouterr().out
    assert main(["start", "p", "--variables", '{"x": 1}']) == 0
    key = int(capsys.readouterr().out)
    store.configure(url)
    assert Desk(url).variables(key)["y"] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["start", "nothing"], "nothing"),
        (["start", "p", "--variables", "{"], "JSON"),
        (["start", "p", "--variables", "[]"], ""),
        (["clock", "--to", "soon"], "soon"),
        (["deploy", "/no/such/file.bpmn"], "/no/such/file.bpmn"),
    ],
)
def test_refusals_are_told_in_words(
    url: str, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


def test_lint_tells_file_line_and_element(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content, status in (("good.bpmn", GOOD, 0), ("bad.bpmn", BAD, 1)):
        (tmp_path / name).write_bytes(content)
        assert main(["lint", str(tmp_path / name)]) == status
    error = capsys.readouterr().err
    assert "bad.bpmn:" in error
    assert "[t]" in error


def test_moves_the_case_clock(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clock", "--pin", "2026-11-23T09:00"]) == 0
    assert capsys.readouterr().out == "2026-11-23T09:00:00+08:00\n"
    assert main(["clock", "--by", "PT90M"]) == 0
    assert capsys.readouterr().out == "2026-11-23T10:30:00+08:00\n"


def test_a_diagram_is_played_on_the_terminal() -> None:
    out = io.StringIO()
    file = diagram(start("s"), user("t"), script("u", "x + 1", "y"), end("e"), flows("s t u e"))
    lines = ["9", f"1 {json.dumps({'x': 4})}", "vars", "quit", "never"]
    assert play([("p.bpmn", file)], {}, lines, out) == 0
    told = out.getvalue()
    assert "1  <task t >" in told
    assert '"y": "5"' in told or '"y": 5' in told
    assert "completed: s → t → u → e" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("0", "Nothing waits under “0”."),
        ("-1", "Nothing waits under “-1”."),
        ("3", "Nothing waits under “3”."),
        ("nexd", "Nothing waits under “nexd”."),
        ("1 [1]", "The variables should be a JSON object"),
        ("1 {", "This is not valid JSON"),
    ],
)
def test_a_slip_of_the_hand_is_told_in_a_sentence_and_does_nothing(
    line: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    out = io.StringIO()
    file = diagram(start("s"), parallel("f"), user("t"), user("u"), flows("s f t", "f u"))
    assert play([("p.bpmn", file)], {}, [line], out) == 0
    assert told in out.getvalue()
    assert out.getvalue().endswith("p  active: s → f\n  1  <task t >\n  2  <task u >\n")
