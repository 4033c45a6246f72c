"""How the parts of a form are drawn: side by side, with their values as fields of a browser take them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, current_app, render_template, url_for

import engine
from web.pages.markup import cleaned, from_markdown
from web.pages.naming import told_value

# Of a grid of sixteen columns, as form-js has it.
COLUMNS = 16
# Parts that show something and take nothing.
SHOWN_ONLY = ("text", "html", "table", "documentPreview", "image", "iframe")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

looks = Blueprint("form_look", __name__)


@looks.app_template_global("form_rows")
def rows(parts: Iterable[engine.FormPart]) -> list[list[tuple[engine.FormPart, int | None]]]:
    """Parts that stand side by side, each with the columns it takes; None: its share of what is left."""
    found: dict[Any, list[tuple[engine.FormPart, int | None]]] = {}
    for number, part in enumerate(parts):
        layout = part.settings.get("layout") or {}
        columns = layout.get("columns")
        wide = columns if isinstance(columns, int) and 1 <= columns <= COLUMNS else None
        found.setdefault(layout.get("row") or number, []).append((part, wide))
    return list(found.values())


@looks.app_template_global("form_dom")
def dom(part: engine.FormPart) -> str:
    """The part's id in the page. In a row to be added, `__n__` stands for its number in the n-th list around it."""
    pieces = re.split(r"\[(\d*)\]", part.row)
    row = "".join(
        piece if number % 2 == 0 else f"-{piece or f'__{number // 2}__'}-" for number, piece in enumerate(pieces)
    )
    return f"f-{row.replace('.', '-')}-{part.id}"


@looks.app_template_global("form_field_value")
def field_value(part: engine.FormPart) -> list[Mapping[str, Any]]:
    """The files or references a field holds; a value of another shape, as an older form has left it, is none."""
    listed = part.value if isinstance(part.value, list) else [part.value]
    wanted = "documentId" if part.kind == "filepicker" else "label"
    return [one for one in listed if isinstance(one, Mapping) and wanted in one]


@looks.app_template_global("form_documents")
def documents(value: Any) -> list[Mapping[str, Any]]:
    """Name, address and size of each file of a value."""
    listed = value if isinstance(value, list) else [value]
    return [
        {
            "name": (one.get("metadata") or {}).get("fileName") or one["documentId"],
            "address": url_for("documents.read", document_id=one["documentId"]),
        }
        for one in listed
        if isinstance(one, Mapping) and isinstance(one.get("documentId"), str)
    ]


@looks.app_template_global("form_markup")
def markup(part: engine.FormPart) -> Any:
    """What a part that only shows something shows."""
    return from_markdown(part.texts.get("text", "")) if part.kind == "text" else cleaned(part.texts.get("content", ""))


@looks.app_template_global("form_table")
def table(part: engine.FormPart) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows of a table."""
    given = part.settings.get("columns")
    lines = [line for line in part.value if isinstance(line, Mapping)] if isinstance(part.value, list) else []
    columns = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    if not columns and lines:
        columns = [{"key": name, "label": name} for name in lines[0]]
    cells = [[line.get(str(one.get("key"))) for one in columns] for line in lines]
    return [str(one.get("label") or one.get("key") or "") for one in columns], cells


@looks.app_template_global("form_told")
def told(part: engine.FormPart) -> str:
    """A value that somebody only reads: what was chosen by its label, times in the zone of the installation."""
    labels = {engine.dump_json(value): label for value, label in part.options}
    listed = part.value if isinstance(part.value, list) else [part.value]
    words = [labels.get(engine.dump_json(one)) or told_value(one) for one in listed]
    if part.kind == "datetime":
        words = [local_field(one, part.settings.get("subtype", "date")).replace("T", " ") or str(one) for one in listed]
    return ", ".join(words)


@looks.app_template_global("form_file_types")
def file_types() -> str:
    """What a file field takes where the form does not say."""
    return ",".join(sorted(engine.DOCUMENT_TYPES))


@looks.app_template_filter()
def local_field(value: Any, kind: str) -> str:
    """A date or time as the browser's own field takes it, in the zone of the installation; "" for what is none."""
    if not isinstance(value, str):
        return ""
    try:
        if kind == "date":
            return date.fromisoformat(value[:10]).isoformat()
        if kind == "time":
            return time.fromisoformat(value.partition("@")[0]).strftime("%H:%M")
        return _here(value).strftime("%Y-%m-%dT%H:%M")
    except (ValueError, ZoneInfoNotFoundError):
        return ""


def _here(text: str) -> datetime:
    """A moment in the zone of the installation; FEEL's own texts name a zone behind an `@`."""
    plain, _, zone = text.partition("@")
    moment = datetime.fromisoformat(plain)
    if zone:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment if moment.tzinfo is None else moment.astimezone(current_app.config["SETTINGS"].timezone)


@looks.app_template_filter()
def told_answer(value: Any) -> str:
    """What somebody has filled in, to read: moments as they are here."""
    is_moment = isinstance(value, str) and _MOMENT.match(value)
    return (local_field(value, "datetime").replace("T", " ") if is_moment else "") or told_value(value)


def changing(parts: Iterable[engine.FormPart]) -> dict[str, dict[str, Any]]:
    """By row and id, each part whose look depends on values."""
    return {f"{part.row}#{part.id}": _look(part) for part in _all(parts) if part.is_live}


def _all(parts: Iterable[engine.FormPart]) -> Iterator[engine.FormPart]:
    for part in parts:
        yield part
        yield from _all(part.parts)
        for row in part.rows:
            yield from _all(row)


def _look(part: engine.FormPart) -> dict[str, Any]:
    look: dict[str, Any] = {"hidden": part.is_hidden, "required": part.is_required, "label": part.label}
    if part.settings.get("valuesExpression"):
        look["options"] = [[current_app.json.dumps(value), label] for value, label in part.options]
    if part.kind in SHOWN_ONLY:
        look["html"] = render_template("pages/_form_shown.html", part=part)
    return look
