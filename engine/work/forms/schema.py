"""A form-js schema as the server needs it: the fields that carry a value, and the groups and lists around them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Finding, Invalid

# What form-js shows without taking a value.
_SHOWN_ONLY = frozenset(
    {"text", "html", "image", "button", "separator", "spacer", "iframe", "table", "documentPreview", "default"}
)
_VALUES = frozenset(
    {
        "textfield", "textarea", "number", "datetime", "checkbox", "checklist", "radio", "select", "taglist",
        "filepicker", "expression",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One component. `path` leads to its value inside the group or list item around it; a FEEL text begins with `=`."""

    kind: str
    path: tuple[str, ...]
    label: str
    hide: str | None = None
    validate: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    components: tuple["Field", ...] = ()

    @property
    def is_reference(self) -> bool:
        """Whether the value is {id, label} of something kept elsewhere (property `ref` names what)."""
        return "ref" in (self.settings.get("properties") or {})

    @property
    def is_fixed(self) -> bool:
        """Whether people cannot change it, so that nothing they send for it counts."""
        return bool(self.settings.get("disabled")) or self.settings.get("readonly") is True


@dataclass(frozen=True, slots=True)
class Form:
    """A form by its id."""

    id: str
    components: tuple[Field, ...]


def read(schema: Mapping[str, Any]) -> Form:
    """Read a form-js schema. Raises Invalid for one with a component this version does not know."""
    findings: list[Finding] = []
    components = _fields(schema.get("components", ()), findings)
    if findings:
        raise Invalid("form_unreadable", findings=tuple(findings), form=schema.get("id", ""))
    return Form(schema.get("id", ""), components)


def _fields(components: Any, findings: list[Finding]) -> tuple[Field, ...]:
    found = (_field(component, findings) for component in components)
    return tuple(entry for entry in found if entry is not None)


def _field(component: Mapping[str, Any], findings: list[Finding]) -> Field | None:
    kind = component.get("type", "")
    if kind in _SHOWN_ONLY:
        return None
    if kind in ("group", "dynamiclist"):
        path, inner = component.get("path"), _fields(component.get("components", ()), findings)
    elif kind in _VALUES:
        path, inner = component.get("key"), ()
    else:
        findings.append(Finding("form_component_unknown", {"type": kind}, element=component.get("id", "")))
        return None
    return Field(
        kind,
        tuple(path.split(".")) if path else (),
        component.get("label") or path or kind,
        (component.get("conditional") or {}).get("hide"),
        component.get("validate") or {},
        component,
        inner,
    )
