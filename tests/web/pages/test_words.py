"""The words of the pages: both languages, the same parameters, none missing and none left over."""

import re
from pathlib import Path

import pytest

import web.pages
from web.pages.words import said_below, say, texts

ROOM = Path(web.pages.__file__).parents[1]
TEMPLATES = "\n".join(file.read_text(encoding="utf-8") for file in (ROOM / "templates" / "pages").glob("*.html"))
SOURCES = "\n".join(file.read_text(encoding="utf-8") for file in (ROOM / "pages").glob("*.py"))
PARAMETERS = re.compile(r"(?<!{){(\w+)}(?!})")
# Read whole by scripts.
FOR_SCRIPTS = tuple(re.findall(r"""(?:texts|said)_below\(["']([a-z_.]+)["']""", TEMPLATES + SOURCES))


def test_every_text_is_there_in_both_languages_with_the_same_parameters() -> None:
    for name, text in texts().items():
        assert set(text) == {"zh", "en"}, name
        assert all(isinstance(one, str) and one.strip() for one in text.values()), name
        assert set(PARAMETERS.findall(text["zh"])) == set(PARAMETERS.findall(text["en"])), name


def test_every_text_a_template_or_view_names_is_written() -> None:
    named = set(re.findall(r"""\bt\(["']([a-z_]+\.[a-z0-9_]+)["']\s*[,)]""", TEMPLATES))
    named |= set(re.findall(r'say\("([a-z_]+\.[a-z0-9_]+)"', SOURCES))
    assert len(named) > 40
    assert named <= texts().keys()


def test_no_text_is_left_over() -> None:
    assert {"forms.", "countdown."} <= set(FOR_SCRIPTS)
    both = TEMPLATES + SOURCES
    # Names put together: "family.name_" ~ kind in a template, f"family.name_{kind}" in a view.
    begun = re.findall(r"""["']([a-z_]+\.[a-z_]*)["'] ~""", TEMPLATES) + re.findall(r'f"([a-z_]+\.[a-z_]*){', SOURCES)
    prefixes = (*begun, *FOR_SCRIPTS)
    left = [name for name in texts() if name not in both and not name.startswith(prefixes)]
    assert left == []


def test_a_text_that_nobody_wrote_is_an_error_and_not_its_name() -> None:
    with pytest.raises(KeyError):
        say("frame.nobody_wrote_this", "zh")


def test_scripts_get_the_texts_below_a_prefix() -> None:
    assert said_below("countdown.", "en")["left"] == "{time} left"
