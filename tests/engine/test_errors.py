"""Errors and findings are codes with parameters; every code has words in both languages."""

import ast
import string
from pathlib import Path

import pytest

from engine import errors
from engine.errors import Conflict, Finding, Invalid, TrunklineError
from engine.texts import FOLDER, texts, words

ROOT = Path(__file__).parents[2]
KINDS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, TrunklineError)}


def raised_codes() -> dict[str, set[str]]:
    """Code → names of the parameters it is raised with, over all sources: a call of an error class with a literal."""
    found: dict[str, set[str]] = {}
    for room in ("engine", "handlers", "web"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in KINDS
                    and node.args
                ):
                    code = node.args[0]
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        found.setdefault(code.value, set()).update(word.arg for word in node.keywords if word.arg)
    return found


def named_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_that_is_raised_has_words_in_both_languages() -> None:
    codes = raised_codes()
    assert "database_unavailable" in codes
    missing = {code for code in codes if set(texts().get(code, {})) != {"zh", "en"}}
    assert not missing


def test_a_text_names_only_parameters_that_are_given() -> None:
    for code, given in raised_codes().items():
        for language, text in texts().get(code, {}).items():
            assert named_in(text) <= given, (code, language)


# A column of a table is told by its label in Chinese, and by its expression in English.
BY_LABEL = {"label": "name", "labelled": "named"}


def test_both_languages_tell_the_same() -> None:
    for code, told in texts().items():
        chinese = {BY_LABEL.get(name, name) for name in named_in(told["zh"])}
        assert chinese == {BY_LABEL.get(name, name) for name in named_in(told["en"])}, code


def test_an_error_tells_itself_in_the_readers_language() -> None:
    error = Conflict("database_busy", attempts=6)
    assert words(error, "en").startswith("Several operations changed the same data at once, and 6 attempts")
    assert "6 次" in words(error, "zh")
    assert error.kind == "conflict"
    assert str(error) == "database_busy(attempts=6)"


def test_a_finding_tells_itself_too() -> None:
    finding = Finding("setting_file_missing", {"variable": "X", "value": "/y"}, severity="warning")
    assert words(finding, "en") == "The file /y named by the environment variable X does not exist."


def test_an_error_carries_its_findings() -> None:
    findings = (Finding("setting_invalid", file="a.bpmn", element="task_1", line=7),)
    assert Invalid("setting_invalid", findings=findings, variable="X").findings == findings


def test_an_unknown_code_and_a_missing_parameter_still_show_themselves() -> None:
    assert words(Invalid("nobody_wrote_this", a=1), "en") == "nobody_wrote_this {'a': 1}"
    assert "{attempts}" in words(Conflict("database_busy"), "en")


def test_braces_in_a_value_are_only_text() -> None:
    error = Invalid("setting_file_missing", variable="{value.__class__}", value="{0}")
    assert words(error, "en") == "The file {0} named by the environment variable {value.__class__} does not exist."


def test_a_code_written_in_two_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("twice: {zh: 二, en: two}", encoding="utf-8")
    monkeypatch.setattr("engine.texts.FOLDER", tmp_path)
    texts.cache_clear()
    with pytest.raises(ValueError, match=r"b\.yaml repeats twice"):
        texts()
    monkeypatch.setattr("engine.texts.FOLDER", FOLDER)
    texts.cache_clear()
