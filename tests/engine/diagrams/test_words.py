"""Every finding has its words, in both languages, and no words are left for findings that do not exist."""

import re
from pathlib import Path

import pytest
import yaml

import engine.diagrams
import engine.texts

ROOM = Path(str(engine.diagrams.__file__)).parent
WORDS = yaml.safe_load((Path(engine.texts.FOLDER) / "diagrams.yaml").read_text(encoding="utf-8"))
PUT_TOGETHER = {f"bpmn_unreadable_{kind}" for kind in ("date", "duration", "cycle", "number")}


def used() -> set[str]:
    """The codes that stand in the room's source; those of unreadable values are put together there."""
    found = {code for file in ROOM.rglob("*.py") for code in re.findall(r'"(bpmn_\w+|diagram_\w+)"', file.read_text())}
    return found - {"bpmn_name"} | PUT_TOGETHER  # SpiffWorkflow's argument


def test_codes_and_words_are_the_same() -> None:
    assert used() == WORDS.keys()


@pytest.mark.parametrize("code", sorted(WORDS))
def test_both_languages_name_the_same_parameters(code: str) -> None:
    zh, en = (set(re.findall(r"(?<!\{)\{(\w+)\}", WORDS[code][language])) for language in ("zh", "en"))
    assert zh == en
    assert WORDS[code].keys() == {"zh", "en"}
