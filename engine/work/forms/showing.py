"""A form as it stands for the values in it: what is hidden, required, fixed or computed, ready to be drawn.

The screen is drawn from this, and a page asks for it anew when something has been filled in; the same FEEL as in
`submission` decides, so that what somebody sees is what will be taken.
"""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from engine.feel import Moment, compile_expression, to_json
from engine.work.forms.schema import read
from engine.work.forms.submission import at, joined, names
from engine.work.forms.templating import is_computed, said
from engine.work.forms.values import option_entries

_TEXTS = ("label", "description", "dateLabel", "timeLabel", "text", "content", "placeholder", "alt", "source", "url")
_RULES = ("required", "min", "max", "minLength", "maxLength")
_DEFAULT_ROWS = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One component as it stands.

    `row` is the place of the list's row around it ("" outside of lists), `key` leads from there to its value, dotted;
    `place` is both, as findings name it. `is_live` says that its look depends on values. Of a list, `rows` are its
    rows and `blank` is one to add.
    """

    kind: str
    id: str
    row: str
    key: str
    settings: Mapping[str, Any]
    texts: Mapping[str, str]
    value: Any = None
    is_hidden: bool = False
    is_required: bool = False
    is_fixed: bool = False
    is_live: bool = False
    options: tuple[tuple[Any, str], ...] = ()
    parts: tuple["Part", ...] = ()
    rows: tuple[tuple["Part", ...], ...] = ()
    blank: tuple["Part", ...] = ()

    @property
    def place(self) -> str:
        return joined(self.row, tuple(self.key.split(".")) if self.key else ())

    @property
    def label(self) -> str:
        return self.texts.get("label") or self.texts.get("dateLabel") or self.texts.get("timeLabel") or ""


def show(
    schema: Mapping[str, Any],
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    moment: Moment,
    *,
    is_fixed: bool = False,
) -> tuple[Part, ...]:
    """The parts of a form in the reader's language. `values` is what is filled in, `data` what was there before.

    Raises Invalid for a schema with a component this version does not know.
    """
    form = read(schema)
    known = names(form.components)
    offered = {name: value for name, value in values.items() if name in known}
    scope = ChainMap(offered, dict(data))
    return _Look(scope, data, moment, is_fixed).parts(schema.get("components", ()), scope, "", ())


@dataclass(frozen=True, slots=True)
class _Look:
    """One walk over a form; `scope` is what its expressions see."""

    scope: Mapping[str, Any]
    data: Mapping[str, Any]
    moment: Moment
    is_fixed: bool

    def parts(
        self, components: Iterable[Mapping[str, Any]], values: Mapping[str, Any], row: str, around: tuple[str, ...]
    ) -> tuple[Part, ...]:
        """`values` are those of the row; `around` is the path of the groups inside it."""
        return tuple(self.part(one, values, row, around) for one in components if one.get("type") != "expression")

    def part(self, component: Mapping[str, Any], values: Mapping[str, Any], row: str, around: tuple[str, ...]) -> Part:
        kind = component.get("type", "")
        own = component.get("key") or component.get("path") or ""
        path = (*around, *own.split(".")) if own else around
        rules = component.get("validate") or {}
        hide = (component.get("conditional") or {}).get("hide")
        found = Part(
            kind=kind,
            id=str(component.get("id", "")),
            row=row,
            key=".".join(path) if own else "",
            settings=component,
            texts={name: self._said(component, name) for name in _TEXTS if isinstance(component.get(name), str)},
            is_hidden=bool(hide) and self.evaluate(hide) is True,
            is_required=self.evaluate(rules.get("required")) is True,
            is_fixed=self.is_fixed or self._is_fixed(component),
            is_live=bool(hide) or _is_live(component),
        )
        if kind == "group":
            return replace(found, parts=self.parts(component.get("components", ()), values, row, path))
        if kind == "dynamiclist":
            return self._list(found, at(values, path))
        return replace(found, value=self._value(found, values, path), options=self._options(component))

    def evaluate(self, text: Any, names: Mapping[str, Any] | None = None) -> Any:
        """The JSON value of a FEEL text (`=…`); anything else stands for itself."""
        if not isinstance(text, str) or not text.startswith("="):
            return text
        scope = ChainMap(dict(names), self.scope) if names else self.scope  # type: ignore[arg-type]
        return to_json(compile_expression(text[1:]).evaluate(scope, self.moment).value)

    def _said(self, component: Mapping[str, Any], name: str) -> str:
        # Values that people filled in would else bring markup of their own into the page.
        as_markup = escape if component.get("type") == "html" else str
        return said(component[name], lambda text, seen: self.evaluate(f"={text}", seen), as_markup)

    def _is_fixed(self, component: Mapping[str, Any]) -> bool:
        return bool(component.get("disabled")) or self.evaluate(component.get("readonly")) is True

    def _value(self, part: Part, values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        if part.kind in ("table", "documentPreview"):
            source = part.settings.get("dataSource")
            return self.evaluate(source) if is_computed(source) else self.scope.get(source or "")
        if not part.key:
            return None
        value = at(values, path)
        # What somebody has emptied stays empty: the default stands only where nothing was filled in.
        return self.evaluate(part.settings.get("defaultValue")) if value is None and not _has(values, path) else value

    def _options(self, component: Mapping[str, Any]) -> tuple[tuple[Any, str], ...]:
        return tuple(option_entries(component, self))

    def _list(self, part: Part, held: Any) -> Part:
        components = part.settings.get("components", ())
        rows = held if isinstance(held, list) else [{}] * _first_rows(part)
        inner = [self._row(components, one, f"{part.place}[{number}]") for number, one in enumerate(rows)]
        # Rows that nobody has filled in yet are no value.
        value = held if isinstance(held, list) else None
        return replace(part, value=value, rows=tuple(inner), blank=self._row(components, {}, f"{part.place}[]"))

    def _row(self, components: Iterable[Mapping[str, Any]], row: Any, place: str) -> tuple[Part, ...]:
        values = row if isinstance(row, Mapping) else {}
        scope = ChainMap(dict(values), {"this": values}, self.scope)  # type: ignore[arg-type]
        return replace(self, scope=scope).parts(components, values, place, ())


def _first_rows(part: Part) -> int:
    asked = part.settings.get("defaultRepetitions", _DEFAULT_ROWS)
    # The number comes from an uploaded file: a page must not grow as it likes.
    return 0 if part.is_fixed or not isinstance(asked, int) else max(0, min(asked, 20))


def _is_live(component: Mapping[str, Any]) -> bool:
    rules = component.get("validate") or {}
    sources = [component.get(name) for name in (*_TEXTS, "valuesExpression", "dataSource", "columnsExpression")]
    sources += [rules.get(name) for name in _RULES] + [component.get("readonly")]
    return any(map(is_computed, sources))


def _has(values: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    around = at(values, path[:-1])
    return isinstance(around, Mapping) and path[-1] in around
