"""Every finding has its words, in both languages, and no words are left for findings that do not exist."""

import re
from pathlib import Path

import pytest
import yaml

import engine.diagrams
import engine.texts
from engine.diagrams.rules import INSTEAD

ROOM = Path(str(engine.diagrams.__file__)).parent
WORDS = yaml.safe_load((Path(engine.texts.FOLDER) / "diagrams.yaml").read_text(encoding="utf-8"))
PUT_TOGETHER = {f"bpmn_unreadable_{kind}" for kind in ("date", "duration", "cycle", "number")}


def used() -> set[str]:
    """The codes that stand in the room's source; those of unreadable values are put together there."""
    found = {code for file in ROOM.rglob("*.py") for code in re.findall(r'"(bpmn_\w+|diagram_\w+)"', file.read_text())}
    return found - {"bpmn_name"} | PUT_TOGETHER  # SpiffWorkflow's argument


# Refusals that do not stand on BPMN: what this version or zeebe's extension elements ask for, or what is not filled in.
OURS = """
    bpmn_ad_hoc_job
    bpmn_call_without_process bpmn_called_element_attribute bpmn_catch_computed bpmn_caught_twice bpmn_element_misplaced
    bpmn_element_not_supported bpmn_extension_twice bpmn_feel_syntax bpmn_field_missing bpmn_form_key bpmn_id_missing
    bpmn_import bpmn_inputs_without_effect bpmn_io_specification bpmn_job_and_more bpmn_job_event_without_message
    bpmn_job_without_type bpmn_listener_before_all bpmn_listener_event bpmn_listener_start bpmn_loop_output_incomplete
    bpmn_loop_without_collection bpmn_no_process bpmn_not_a_variable bpmn_not_feel bpmn_operation bpmn_performer
    bpmn_property_twice bpmn_reference_missing bpmn_reference_unknown bpmn_reference_unnamed bpmn_script_element
    bpmn_start_reads_variables bpmn_task_says_nothing bpmn_unreadable_cycle bpmn_unreadable_date
    bpmn_unreadable_duration bpmn_unreadable_number bpmn_value_not_supported
"""
CLAUSE = re.compile(r"\((BPMN 2\.0\.2, \d+(\.\d+)*(; \d+(\.\d+)*)*|BPMN20\.xsd)\)$")


def refusals() -> set[str]:
    """The codes that refuse a file."""
    sources = [file.read_text() for file in ROOM.rglob("*.py")]
    called = {code for text in sources for code in re.findall(r'error\(\s*"(bpmn_\w+)"', text)}
    return called | set(INSTEAD.values()) | PUT_TOGETHER


def test_every_refusal_tells_its_clause_or_does_not_stand_on_bpmn() -> None:
    without = {code for code in refusals() if not CLAUSE.search(WORDS[code]["en"])}
    assert without == set(OURS.split())


@pytest.mark.parametrize("code", sorted(code for code in WORDS if CLAUSE.search(WORDS[code]["en"])))
def test_both_languages_tell_the_same_clause(code: str) -> None:
    def digits(language: str) -> list[str]:
        return re.findall(r"[\d.]+", re.split(r"[(（]BPMN", WORDS[code][language])[-1])

    assert digits("zh") == digits("en")


def test_codes_and_words_are_the_same() -> None:
    assert used() == WORDS.keys()


@pytest.mark.parametrize("code", sorted(WORDS))
def test_both_languages_name_the_same_parameters(code: str) -> None:
    zh, en = (set(re.findall(r"(?<!\{)\{(\w+)\}", WORDS[code][language])) for language in ("zh", "en"))
    assert zh == en
    assert WORDS[code].keys() == {"zh", "en"}
