"""Reading what a form of a page has sent: what nobody can have chosen or typed there is refused with a sentence."""

import unicodedata
from collections.abc import Collection
from typing import Any

from flask import request

import engine
from web.json import read

LONGEST_VALUE, LONGEST_NAME = 100_000, 200
TOLD = 60  # characters of a wrong value that are said back
TYPED = "\t\n\r"


def refuse_unusable() -> None:
    """No address and no field holds control characters, but for those of a text with lines.

    Raises NotFound, Invalid.
    """
    if any(_unusable(str(part)) for part in (request.view_args or {}).values()):
        raise engine.NotFound("route_unknown", path=request.path)
    for value in request.form.values():
        if unusable := _unusable(value):
            raise engine.Invalid("field_characters", character=f"U+{ord(unusable):04X}")


def _unusable(text: str) -> str | None:
    return next((one for one in text if one not in TYPED and unicodedata.category(one) in ("Cc", "Cs")), None)


def one_of(name: str, choices: Collection[str]) -> str:
    """The value of a field that lets choose between these. Raises Invalid."""
    value = request.form.get(name, "")
    if value not in choices:
        raise engine.Invalid("choice_unknown", value=value[:TOLD])
    return value


def number(text: str | None) -> int | None:
    """The number a text means, if it is one that a version or a count may be."""
    # Its length first: Python refuses an int of very many digits.
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else None


def page_number(farthest: int) -> int:
    """Which page of a list the address asks for, the first if it does not say. Raises NotFound."""
    asked = number(request.args.get("page", "1"))
    if asked is None or not 1 <= asked <= farthest:
        raise engine.NotFound("route_unknown", path=request.full_path)
    return asked


def variable() -> tuple[str, Any]:
    """The fields `name` and `value` (as JSON) of a variable to set. Raises Invalid."""
    name, text = request.form.get("name", "").strip(), request.form.get("value", "")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise engine.Invalid("field_variable_name", longest=LONGEST_NAME)
    if len(text) > LONGEST_VALUE:
        raise engine.Invalid("field_too_long", name=name, longest=LONGEST_VALUE)
    return name, read(text, "field_not_json")
