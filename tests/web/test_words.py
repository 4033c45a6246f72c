"""Every refusal of the API has its words in both languages, and no words are left over."""

import re
from pathlib import Path

import yaml

import web
from engine.texts import FOLDER, texts

ROOM = Path(next(iter(web.__path__)))
SOURCES = [file for folder in (".", "api", "schemas") for file in (ROOM / folder).glob("*.py")]
RAISED = re.compile(r'(?:[A-Z]\w+|refusal)\(\s*"([a-z]+(?:_[a-z]+)+)"')
OWN = yaml.safe_load((FOLDER / "web.yaml").read_text(encoding="utf-8"))


def test_every_code_has_its_words() -> None:
    refusals = ("Invalid", "NotFound", "Conflict", "Forbidden", "Unauthorized", "Unavailable", "refusal")
    codes = {
        found[1]
        for file in SOURCES
        for found in RAISED.finditer(file.read_text(encoding="utf-8"))
        if found[0].startswith(refusals)
    }
    assert len(codes) > 30
    assert codes <= texts().keys()
    assert all(entry.keys() == {"zh", "en"} and all(entry.values()) for entry in OWN.values())


def test_no_words_are_left_over() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    assert [code for code in OWN if f'"{code}"' not in source] == []


def test_both_languages_name_the_same_parameters() -> None:
    names = re.compile(r"(?<!{){(\w+)}(?!})")
    for code, entry in OWN.items():
        assert set(names.findall(entry["zh"])) == set(names.findall(entry["en"])), code
