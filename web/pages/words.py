"""The words of the pages, in Chinese and English: one YAML file a family, `name: {zh: …, en: …}`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from web.asking import Language

FOLDER = Path(__file__).parents[1] / "translations"


def say(name: str, language: Language, /, **parameters: Any) -> str:
    """A text with its {parameters} put in. Raises KeyError for one nobody has written."""
    text = texts()[name][language]
    return text.format_map(parameters) if parameters else text


def said_below(prefix: str, language: Language) -> dict[str, str]:
    """The texts whose names begin with `prefix`, by the rest of their names: for scripts."""
    return {name.removeprefix(prefix): text[language] for name, text in texts().items() if name.startswith(prefix)}


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text by its name `family.name`. A name written twice is refused."""
    collected: dict[str, Mapping[str, str]] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        for name, text in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).items():
            if collected.setdefault(f"{file.stem}.{name}", text) is not text:
                raise ValueError(f"{file.name} repeats {name}")
    return collected
