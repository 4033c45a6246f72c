"""What a person sent, checked against the form: the values that count, or an error a field.

Hidden, disabled and unknown parts are dropped; what the form computes is computed here. The browser checks the same,
but for comfort only.
"""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Finding, Invalid
from engine.feel import Moment, compile_expression, to_json
from engine.work.forms.schema import Field, Form
from engine.work.forms.values import Refused, check


def submit(form: Form, sent: Mapping[str, Any], data: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    """The variables a submission sets; `data` is what the form was shown with.

    A field deep inside a variable changes that part of it only. Raises Invalid (`form_invalid`) with one finding a
    field, whose `element` is the field's path (list items by number from 0).
    """
    offered = {name: value for name, value in sent.items() if name in names(form.components)}
    visit = _Visit(ChainMap(offered, dict(data)), data, moment)
    values: dict[str, Any] = {}
    visit.fields(form.components, sent, values, "")
    if visit.findings:
        raise Invalid("form_invalid", findings=tuple(visit.findings), form=form.id)
    return {name: merged(data.get(name), value) for name, value in values.items()}


def merged(old: Any, new: Any) -> Any:
    """`new` laid over `old` where both are contexts; otherwise `new`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not is_reference(new):
        return {**old, **{name: merged(old.get(name), value) for name, value in new.items()}}
    return new


def is_reference(value: Mapping[str, Any]) -> bool:
    """{id, label} is one value: parts of an older one do not stay."""
    return value.keys() == {"id", "label"}


@dataclass
class _Visit:
    """One walk over a form. `scope` is what its expressions see, `data` what was there before.

    A row of a list is written whole, so `row` has what stood in it before, for the fields nobody may change.
    """

    scope: Mapping[str, Any]
    data: Mapping[str, Any]
    moment: Moment
    findings: list[Finding] = field(default_factory=list)
    row: Mapping[str, Any] | None = None

    def fields(self, components: Iterable[Field], sent: Any, values: dict[str, Any], place: str) -> None:
        """Take the components' values from `sent` into `values`; `place` leads to where we are, for findings."""
        source = sent if isinstance(sent, Mapping) else {}
        for component in components:
            # Null hides nothing: a condition on what is not filled in yet must not take the field away.
            if component.hide and self.evaluate(component.hide) is True:
                continue
            if component.kind == "group":
                self.group(component, source, values, place)
            elif component.kind == "dynamiclist":
                self.items(component, source, values, place)
            else:
                self.value(component, source, values, place)

    def group(self, component: Field, source: Mapping[str, Any], values: dict[str, Any], place: str) -> None:
        if not component.path:
            self.fields(component.components, source, values, place)
            return
        inner: dict[str, Any] = {}
        self.fields(component.components, at(source, component.path), inner, joined(place, component.path))
        # A group of which nothing counts is no empty context.
        if inner:
            put(values, component.path, inner)

    def items(self, component: Field, source: Mapping[str, Any], values: dict[str, Any], place: str) -> None:
        rows = at(source, component.path)
        where = joined(place, component.path)
        if rows in (None, []) and self.evaluate(component.validate.get("required")) is True:
            self.refuse(component, where, Refused("required"))
        if rows is None:
            return
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            self.refuse(component, where, Refused("not_a_list"))
            return
        before = at(self.data if self.row is None else self.row, component.path)
        found = [
            self._item(component, row, before[number] if _has_row(before, number) else {}, f"{where}[{number}]")
            for number, row in enumerate(rows)
        ]
        put(values, component.path, found)

    def _item(self, component: Field, row: Mapping[str, Any], before: Mapping[str, Any], place: str) -> dict[str, Any]:
        """One row of a list. Its expressions see its own values first, and the row as `this`."""
        values: dict[str, Any] = {}
        scope = ChainMap({**before, **row}, {"this": row}, self.scope)  # type: ignore[arg-type]
        _Visit(scope, self.data, self.moment, self.findings, before).fields(component.components, row, values, place)
        return values

    def value(self, component: Field, source: Mapping[str, Any], values: dict[str, Any], place: str) -> None:
        if component.kind == "expression":
            put(values, component.path, self.evaluate(component.settings.get("expression", "")))
            return
        if not component.path:
            return
        # As the screen shows it: `readonly` may be FEEL, which `is_fixed` knows nothing of.
        if component.is_fixed or self.evaluate(component.settings.get("readonly")) is True:
            if self.row is not None and has(self.row, component.path):
                put(values, component.path, at(self.row, component.path))
            return
        try:
            value = check(component, at(source, component.path), self)
        except Refused as refused:
            self.refuse(component, joined(place, component.path), refused)
            return
        # A field left out leaves its variable alone; one sent empty sets it to null.
        if value is not None or has(source, component.path):
            put(values, component.path, value)

    def refuse(self, component: Field, where: str, refused: Refused) -> None:
        parameters = {"label": component.label, **refused.parameters}
        self.findings.append(Finding(f"form_{refused.code}", parameters, element=where))

    def evaluate(self, text: Any) -> Any:
        """The JSON value of a FEEL text (`=…`); anything else stands for itself."""
        if not isinstance(text, str) or not text.startswith("="):
            return text
        return to_json(compile_expression(text[1:]).evaluate(self.scope, self.moment).value)


def names(components: Iterable[Field]) -> set[str]:
    """The variables people may set by these fields: nothing else they send is seen by the form's expressions."""
    found: set[str] = set()
    for component in components:
        if component.path and not component.is_fixed and component.kind != "expression":
            found.add(component.path[0])
        elif not component.path:
            found |= names(component.components)
    return found


def _has_row(rows: Any, number: int) -> bool:
    return isinstance(rows, list) and number < len(rows) and isinstance(rows[number], Mapping)


def at(source: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(source, Mapping):
            return None
        source = source.get(name)
    return source


def has(source: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    around = at(source, path[:-1])
    return isinstance(around, Mapping) and path[-1] in around


def put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
    if isinstance(value, dict) and isinstance(values.get(path[-1]), dict):
        values[path[-1]].update(value)
    else:
        values[path[-1]] = value


def joined(place: str, path: tuple[str, ...]) -> str:
    return ".".join(part for part in (place, *path) if part)
