"""Texts of a form with FEEL in them: `=…` whole, or `{{…}}`, `{{#if …}}`, `{{#loop …}}` inside, as form-js has them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# Evaluates the FEEL text, seeing these names before all others.
Evaluate = Callable[[str, Mapping[str, Any]], Any]
Escape = Callable[[str], str]

_TAG = re.compile(r"\{\{\s*(#if|#loop|/if|/loop)?\s*(.*?)\s*\}\}", re.DOTALL)
_ENDS = {"#if": "/if", "#loop": "/loop"}


def is_computed(text: Any) -> bool:
    """Whether what the text says depends on values."""
    return isinstance(text, str) and (text.startswith("=") or "{{" in text)


def said(text: str, evaluate: Evaluate, escape: Escape = str) -> str:
    """What the text says now. `escape` makes values fit for the language the text is written in."""
    if text.startswith("="):
        return escape(_shown(evaluate(text[1:], {})))
    return _said(_tokens(text), None, {}, evaluate, escape) if "{{" in text else text


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Its pieces as (kind, content): "" for plain text, "=" for a value, else the tag's own word."""
    at = 0
    for tag in _TAG.finditer(text):
        yield "", text[at : tag.start()]
        yield tag[1] or "=", tag[2]
        at = tag.end()
    yield "", text[at:]


def _said(
    tokens: Iterator[tuple[str, str]], until: str | None, names: Mapping[str, Any], evaluate: Evaluate, escape: Escape
) -> str:
    """The pieces up to the tag that ends them; a tag that nothing has opened says nothing."""
    pieces: list[str] = []
    for kind, content in tokens:
        if kind == until:
            break
        if kind == "":
            pieces.append(content)
        elif kind == "=":
            pieces.append(escape(_shown(evaluate(content, names))))
        elif kind in _ENDS:
            inner = list(_inside(tokens, kind))
            rounds = _rounds(kind, evaluate(content, names), names)
            pieces += [_said(iter(inner), None, seen, evaluate, escape) for seen in rounds]
    return "".join(pieces)


def _inside(tokens: Iterator[tuple[str, str]], kind: str) -> Iterator[tuple[str, str]]:
    """What stands before the tag that ends this one."""
    depth = 1
    for token in tokens:
        depth += (token[0] == kind) - (token[0] == _ENDS[kind])
        if depth == 0:
            return
        yield token


def _rounds(kind: str, value: Any, names: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The names to see in each turn of a block."""
    if kind == "#if":
        return [names] if value else []
    items = value if isinstance(value, list) else []
    return [{**names, "parent": names, **(one if isinstance(one, Mapping) else {}), "this": one} for one in items]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
