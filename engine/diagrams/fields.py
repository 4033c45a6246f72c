"""Fields of an element as values of the core: literals, FEEL, names; each mistake is a finding at its place."""

import re

from engine.core.element import Mapping
from engine.core.expressions import Feel, Source, feel, source
from engine.feel import FeelSyntaxError, told

from .findings import Findings
from .names import Node

# a letter (of any script) or underscore first: what FEEL takes as one name without quotes
_NAME = re.compile(r"[^\W\d]\w*")


class Fields:
    """Reads fields and collects what is wrong with them."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def value(self, node: Node | None, field: str, required: bool = False) -> Source | None:
        """The attribute `field`, a literal or (with a leading `=`) FEEL; None where it is empty or wrong."""
        if node is None:
            return None
        return self.compiled(node, field, node.get(field) or "", required)

    def feel(self, node: Node, field: str, text: str, required: bool = False) -> Feel | None:
        """A text that must be FEEL, so begin with `=`."""
        text = text.strip()
        if text and not text.startswith("="):
            self.findings.error("bpmn_not_feel", node, field=field, text=text)
            return None
        found = self.compiled(node, field, text, required)
        return found if isinstance(found, Feel) else None

    def compiled(self, node: Node, field: str, text: str, required: bool = False) -> Source | None:
        text = text.strip()
        if text in ("", "="):
            if required or text:
                self.findings.error("bpmn_field_missing", node, field=field)
            return None
        try:
            return source(text)
        except FeelSyntaxError as error:
            self._syntax(node, field, text, error)
            return None

    def text(self, node: Node, field: str, required: bool = False) -> str | None:
        """The attribute `field` as a plain text; None where it is empty."""
        text = (node.get(field) or "").strip()
        if required and not text:
            self.findings.error("bpmn_field_missing", node, field=field)
        return text or None

    def variable(self, node: Node, field: str, required: bool = False) -> str | None:
        """The attribute `field` as the name of a variable."""
        name = self.text(node, field, required)
        if name is not None and not _NAME.fullmatch(name):
            self.findings.error("bpmn_not_a_variable", node, field=field, text=name)
            return None
        return name

    def mapping(self, node: Node) -> Mapping | None:
        """A zeebe:input or zeebe:output. Without a source an input sets null, as Camunda has it."""
        target = self.text(node, "target", required=True)
        value = feel("null") if not (node.get("source") or "").strip() else self.value(node, "source")
        if target is None or value is None:
            return None
        path = tuple(target.split("."))
        if not all(_NAME.fullmatch(name) for name in path):
            self.findings.error("bpmn_not_a_variable", node, field="target", text=target)
            return None
        return Mapping(value, path)

    def _syntax(self, node: Node, field: str, text: str, error: FeelSyntaxError) -> None:
        # columns count from the sign `=` on, as the person sees the text
        shift = len(text) - len(text[1:].lstrip()) if error.line == 1 else 0
        self.findings.error(
            "bpmn_feel_syntax",
            node,
            field=field,
            text=text,
            line=error.line,
            column=error.column + shift,
            expected=told(error.expected),
            found=told(error.found),
        )
