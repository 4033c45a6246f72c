"""Values as text: FEEL's `string()`, and JSON."""

import json as json_text
from collections.abc import Iterator
from typing import Any

from engine.feel.errors import FeelLimitError
from engine.feel.limits import MAX_RESULT_DEPTH
from engine.feel.numeric import number_text
from engine.feel.run import Run
from engine.feel.values import Function, Range, adapt, kind_of


def text_of(run: Run, value: Any, json: bool = False) -> str:
    """The value as text; each part is paid for, so a small value that shares its parts cannot grow large here."""
    if isinstance(value, str) and not json:
        return value
    parts = []
    # Paid for part by part while it grows, not when it is done.
    for part in _json_parts(value, 0) if json else _parts(value, 0):
        run.charge(1)
        run.charge_text(len(part))
        parts.append(part)
    run.charge_text(sum(map(len, parts)))
    return "".join(parts)


def _parts(value: Any, level: int) -> Iterator[str]:
    kind = kind_of(value)
    if level > MAX_RESULT_DEPTH:
        raise FeelLimitError("depth")
    if kind == "list":
        yield "["
        for index, item in enumerate(value):
            yield ", " if index else ""
            yield from _parts(item, level + 1)
        yield "]"
    elif kind == "context":
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield (", " if index else "") + (key if key.isidentifier() else _quoted(key)) + ": "
            yield from _parts(item, level + 1)
        yield "}"
    elif kind == "range":
        yield from _range_parts(value, level)
    else:
        yield _scalar(value, level)


def _scalar(value: Any, level: int) -> str:
    kind = kind_of(value)
    if kind == "string":
        return _quoted(value) if level else str(value)
    if kind == "number":
        # `100 * 0.5` and `50` are one number (10.3.2.3.1), so they have one text.
        return number_text(adapt(value), shortest=True)
    if kind in ("null", "boolean"):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return str(adapt(value))


def _range_parts(span: Range, level: int) -> Iterator[str]:
    if span.operator:
        yield f"({span.operator} "
        yield from _parts(span.end if span.operator[0] == "<" else span.start, level + 1)
        yield ")"
        return
    yield "[" if span.start_included else "("
    yield from _parts(span.start, level + 1)
    yield ".."
    yield from _parts(span.end, level + 1)
    yield "]" if span.end_included else ")"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json_parts(value: Any, level: int) -> Iterator[str]:
    if level > MAX_RESULT_DEPTH:
        raise FeelLimitError("depth")
    if isinstance(value, dict):
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield ("," if index else "") + json_text.dumps(key, ensure_ascii=False) + ":"
            yield from _json_parts(item, level + 1)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for index, item in enumerate(value):
            yield "," if index else ""
            yield from _json_parts(item, level + 1)
        yield "]"
    elif isinstance(value, str):
        yield json_text.dumps(value, ensure_ascii=False)
    elif kind_of(value) == "number":
        yield number_text(adapt(value))
    else:
        yield _scalar(value, level)
