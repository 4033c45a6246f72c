"""The forms of a page as a browser sees them: where they are sent, and every field with what stands in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import html

CSRF = "csrf"


@dataclass(frozen=True)
class PageForm:
    """A form that the browser sends by itself, as it stands on its page. A name may stand for several fields."""

    method: str
    action: str
    fields: Mapping[str, tuple[str, ...]]
    files: tuple[str, ...]


def forms_of(page: str, address: str) -> Iterator[PageForm]:
    """The forms of a page that were drawn with an address; those that a script sends have none."""
    document = html.fromstring(page)
    for form in document.iter("form"):
        method = (form.get("method") or "get").upper()
        if method == "DIALOG" or (form.get("method") is None and form.get("action") is None):
            continue
        fields, files = _fields(form)
        yield PageForm(method, urljoin(address, form.get("action") or address), fields, files)


def _fields(form: html.HtmlElement) -> tuple[Mapping[str, tuple[str, ...]], tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    files: list[str] = []
    # A field may stand outside and name its form.
    outside = form.xpath("//input[@name][@form=$id]", id=form.get("id") or "")
    for field in outside + form.xpath(".//input[@name]|.//select[@name]|.//textarea[@name]|.//button[@name]"):
        name, kind = field.get("name"), field.get("type")
        if kind == "file":
            files.append(name)
            continue
        values = found.setdefault(name, [])
        # Of several buttons, the first is pressed; of boxes and radios, those that are ticked.
        is_left_out = (field.tag == "button" and values) or (
            kind in ("checkbox", "radio") and field.get("checked") is None
        )
        if not is_left_out:
            values.append(_value(field))
    return {name: tuple(values) for name, values in found.items()}, tuple(files)


def _value(field: html.HtmlElement) -> str:
    if field.tag == "textarea":
        return str(field.text_content()).removeprefix("\n")
    if field.tag == "select":
        options = field.xpath(".//option")
        chosen = next((one for one in options if one.get("selected") is not None), options[0] if options else None)
        return "" if chosen is None else str(chosen.get("value", ""))
    return str(field.get("value") or "")
