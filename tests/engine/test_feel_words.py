"""What FEEL and DMN say has words in both languages, with the same parameters as their own sentences."""

import re

import pytest

from engine.feel.warning import SENTENCES
from engine.texts import texts

FAILURES = ("several_rules", "different_outputs", "input_not_allowed", "output_not_allowed", "not_aggregable", "limit")


def parameters(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("code", SENTENCES)
def test_a_warning(code: str) -> None:
    told = texts()[f"feel_{code}"]
    assert told["en"] == SENTENCES[code]
    assert parameters(told["zh"]) == parameters(told["en"])


@pytest.mark.parametrize("code", FAILURES)
def test_a_failure(code: str) -> None:
    told = texts()[f"dmn_{code}"]
    assert parameters(told["zh"]) == parameters(told["en"])
