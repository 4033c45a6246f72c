"""What FEEL and DMN say has words in both languages, with the same parameters as their own sentences."""

import re

import pytest

from engine.dmn.errors import _SENTENCES
from engine.feel.warning import SENTENCES
from engine.texts import texts


def parameters(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("code", SENTENCES)
def test_a_warning(code: str) -> None:
    told = texts()[f"feel_{code}"]
    assert told["en"] == SENTENCES[code]
    assert parameters(told["zh"]) == parameters(told["en"])


# Examples are told by label in Chinese and by name in English.
@pytest.mark.parametrize("code", _SENTENCES)
def test_a_finding_warning_or_failure_of_dmn(code: str) -> None:
    told = texts()[f"dmn_{code}"]
    assert parameters(told["zh"]) == parameters(told["en"]) == parameters(_SENTENCES[code])


@pytest.mark.parametrize("code", ["feel_term_number", "feel_either", "feel_syntax", "feel_limit", "dmn_any_input"])
def test_what_only_stands_inside_others(code: str) -> None:
    told = texts()[code]
    assert parameters(told["zh"]) == parameters(told["en"])
