"""What the tests of diagrams ask again and again."""

import pytest

from engine.diagrams import lint
from engine.errors import Finding
from engine.texts import words
from tests.engine.factories import Found, Part, diagram


@pytest.fixture
def found() -> Found:
    """The findings on a diagram of some parts; each has words in both languages with every parameter filled in."""

    def examine(*parts: Part, **properties: str) -> list[Finding]:
        findings = lint(diagram(*parts, **properties), "p.bpmn")
        for finding in findings:
            for sentence in (words(finding, "zh"), words(finding, "en")):
                assert finding.code not in sentence
                assert not set(_placeholders(sentence))
        return findings

    return examine


def _placeholders(sentence: str) -> list[str]:
    """Names in braces that no parameter replaced; `{value: 4}` is an example, not a name."""
    return [part.partition("}")[0] for part in sentence.split("{")[1:] if part.partition("}")[0].isidentifier()]
