"""Texts and markup that analysts write into forms, made harmless: no script, no frame, no address but http and mail."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "img", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
    "th", "thead", "tr", "u", "ul",
}  # fmt: skip
# No `style` and no `class`: a form shall not look like something else of the page.
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan"}, "th": {"colspan", "scope"}}
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def from_markdown(text: str) -> Markup:
    """A text in Markdown, as form-js's text component has it."""
    return cleaned(_MARKDOWN.render(text))


def cleaned(text: str) -> Markup:
    """Markup with what is dangerous left out."""
    schemes = {"http", "https", "mailto", "tel", "data"}
    return Markup(nh3.clean(text, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=schemes, attribute_filter=_safe))


def _safe(tag: str, name: str, value: str) -> str | None:
    """Data addresses for pictures only."""
    if value.strip().lower().startswith("data:") and not (tag == "img" and value.lower().startswith("data:image/")):
        return None
    return value
