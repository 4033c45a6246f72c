"""Every code of the room has an English sentence, and every sentence is one that can be said."""

import re
import string
from pathlib import Path
from typing import Any

import pytest

import engine.dmn
from engine.dmn import DmnError, DmnFailure, DmnWarning, Finding
from engine.dmn.errors import _SENTENCES

ROOM = Path(engine.dmn.__file__).parent
SAID = re.compile(r'(?:finding|_finding|Finding|warn|fail|doubt|_refused)\(\s*(?:name, |column\.)?"(\w+)"')


def used_codes() -> Any:
    text = "\n".join(file.read_text() for file in ROOM.rglob("*.py"))
    found = set(SAID.findall(text))
    # Two are chosen by a condition, others stand in calls of another shape.
    return found | {"too_deep", "not_xml", "feel", "never_true", "never_allowed", "test_type"}


def test_every_code_that_is_used_has_a_sentence_and_no_sentence_is_dead() -> None:
    assert used_codes() - set(_SENTENCES) == set()
    assert set(_SENTENCES) - used_codes() == set()


@pytest.mark.parametrize("code", sorted(_SENTENCES))
def test_a_sentence_names_its_parameters(code: Any) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(_SENTENCES[code]) if name]
    parameters = {name: f"<{name}>" for name in names}
    for made in (
        Finding(code, "e1", 7, parameters),
        DmnWarning(code, "e1", parameters),
        DmnFailure(code, "e1", parameters),
    ):
        assert all(f"<{name}>" in str(made) for name in names)


def test_a_finding_names_line_and_element() -> None:
    assert str(Finding("doctype", "", 3)).startswith("line 3: ")
    assert str(Finding("doctype", "d1", 3)).startswith("line 3, d1: ")


def test_an_error_holds_its_findings_and_the_name_of_the_file() -> None:
    error = DmnError((Finding("doctype", "", 1), Finding("not_xml", "", 2, {"reason": "no"})), "a.dmn")
    assert (error.name, len(error.findings)) == ("a.dmn", 2)
    assert str(error).count("line") == 2
