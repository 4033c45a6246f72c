"""The file against BPMN's own schema, as SpiffWorkflow brings it: order, number, values, what is required.

Names have been held against the allow-list already; what has been found at an element is not found here again.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import SpiffWorkflow.bpmn.parser
from lxml import etree

from engine.diagrams.document import is_executable
from engine.diagrams.findings import Findings
from engine.diagrams.names import BPMN, Node, bpmn, local
from engine.diagrams.rules import RULES

_FOLDER = Path(str(SpiffWorkflow.bpmn.parser.__file__)).parent / "schema"
_PROCESS = bpmn("process")
_NAME = re.compile(r"\{[^}]*\}(\w+)")
_MISSING = re.compile(r"The attribute '(\w+)' is required but missing")
_VALUE = re.compile(
    r"(?:, attribute '(\w+)')?: '(.*)' is not a valid value of the atomic type '[^']*?(\w+)'", re.DOTALL
)
_SHOWN = 6  # of the names that the schema would allow instead
_one_at_a_time = Lock()  # a schema keeps the errors of its last file


def check_schema(root: Node, findings: Findings) -> None:
    """Add what the schema does not allow in a file's BPMN elements; layout and extensions are not looked at."""
    for path, message in _errors(root):
        node = _node(root, path)
        if node is not None and node.tag.startswith(BPMN) and _runs(node) and not findings.blames(node):
            _tell(findings, node, message)


def _errors(root: Node) -> list[tuple[str, str]]:
    schema = _schema()
    with _one_at_a_time:
        schema.validate(root)
        log: Iterable[Any] = schema.error_log  # type: ignore[assignment] # its annotations lack iteration
        return [(str(error.path), str(error.message)) for error in log]


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_FOLDER / "BPMN20.xsd"))


def _node(root: Node, path: str) -> Node | None:
    # The path is written with the file's own prefixes, which any element may have declared.
    prefixes = {prefix: uri for node in root.iter() for prefix, uri in node.nsmap.items() if prefix}
    found: Any = root.getroottree().xpath(path, namespaces=prefixes)
    return found[0] if found else None


def _runs(node: Node) -> bool:
    process = node if node.tag == _PROCESS else next(node.iterancestors(_PROCESS), None)
    return process is None or is_executable(process)


def _tell(findings: Findings, node: Node, message: str) -> None:
    name = local(node.tag)
    if missing := _MISSING.search(message):
        findings.error("bpmn_field_missing", node, field=missing[1])
    elif (value := _VALUE.search(message)) and value[3] != "IDREF":  # what is referred to has been looked for
        findings.error("bpmn_schema_value", node, field=value[1] or name, value=value[2], type=value[3])
    elif "not expected" in message or "Missing child" in message:
        out_of_order = "not expected" in message
        code = "bpmn_schema_order" if out_of_order else "bpmn_schema_child_missing"
        findings.error(code, node, name=name, expected=_expected(node.getparent() if out_of_order else node, message))


def _expected(around: Node | None, message: str) -> str:
    """What the schema would allow there, of that what may stand in a file."""
    wanted = dict.fromkeys(_NAME.findall(message.partition("Expected is")[2]))
    allowed = RULES[around.tag].children if around is not None else ()
    return ", ".join([name for name in wanted if bpmn(name) in allowed][:_SHOWN]) or "–"
