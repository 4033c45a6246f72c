"""The words of errors and findings, in Chinese and English: one YAML file a room, `code: {zh: …, en: …}`."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from engine.errors import Finding, TrunklineError

Language = Literal["zh", "en"]
FOLDER = Path(__file__).parent


def words(told: TrunklineError | Finding, language: Language = "zh") -> str:
    """The sentence for an error or finding. A code nobody wrote a text for shows itself with its parameters."""
    text = texts().get(told.code, {}).get(language)
    if text is None:
        return f"{told.code} {dict(told.parameters)}"
    parameters = {name: _said(value, language) for name, value in told.parameters.items()}
    return text.format_map(_Parameters(parameters)).strip()


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text there is: code → language → sentence with {parameter} in it. A code written twice is refused."""
    collected: dict[str, dict[str, str]] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        entries = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        if twice := collected.keys() & entries.keys():
            raise ValueError(f"{file.name} repeats {', '.join(sorted(twice))}")
        collected.update(entries)
    return collected


def terminal_language() -> Language:
    """The language of whoever reads this terminal, by the environment's locale; English unless it is Chinese."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def _said(value: Any, language: Language) -> Any:
    """A parameter as it stands, or the sentences of what it tells by code, such as FEEL's warnings."""
    if isinstance(value, Mapping) and value.keys() == {"code", "parameters"}:
        return words(Finding(value["code"], value["parameters"]), language)
    if isinstance(value, list | tuple):
        sentences = [_said(one, language) for one in value]
        return ("；" if language == "zh" else "; ").join(map(str, sentences)) if sentences else ""
    return value


class _Parameters(dict[str, Any]):
    """Parameters for a text: one that is missing stays visible as {name} and does not hide the rest."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
