"""A DMN file as a tree of elements: read without entities, DTD or network, of bounded size and depth."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from engine.dmn.errors import DmnError, Finding

# A table of ten thousand rules has about 3 MB; a larger file is no decision model.
MAX_BYTES = 8_000_000
MAX_DEPTH = 120
MAX_ELEMENTS = 300_000

# DMN 1.1 to 1.5. A later version may mean something else by the same element, so it is not guessed at.
NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)

ZEEBE = "http://camunda.org/schema/zeebe/1.0"


class Element:
    """One element of the DMN namespace; foreign elements (layout, vendor extensions) are not its children."""

    __slots__ = ("_node", "_space", "tag")

    def __init__(self, node: etree._Element, space: str) -> None:
        self._node = node
        self._space = space
        self.tag = etree.QName(node).localname

    @property
    def id(self) -> str:
        return self.get("id")

    @property
    def line(self) -> int:
        line: Any = self._node.sourceline
        return int(line or 0)

    def get(self, attribute: str) -> str:
        return str(self._node.get(attribute) or "")

    def children(self, *tags: str) -> Iterator["Element"]:
        """The child elements of the DMN namespace in file order, all or those of the given names."""
        for node in self._node:
            # The tag of a comment is no string.
            if isinstance(node.tag, str) and node.tag.startswith(self._space):
                child = Element(node, self._space)
                if not tags or child.tag in tags:
                    yield child

    def child(self, tag: str) -> "Element | None":
        return next(self.children(tag), None)

    def text(self, tag: str) -> str:
        """The text of a child element without the white space around it; empty if there is none."""
        child = self.child(tag)
        return "" if child is None else child.content()

    def content(self) -> str:
        """The element's own text."""
        # The text before the first child is not all: it would end at a comment inside.
        return "".join(str(text) for text in self._node.itertext()).strip()

    def zeebe(self, tag: str) -> str:
        """The `value` of a zeebe: element among the extensions, as Camunda's modeler writes it; else empty."""
        found = self._node.find(f"{self._space}extensionElements/{{{ZEEBE}}}{tag}")
        return "" if found is None else str(found.get("value") or "").strip()

    def namespace(self, prefix: str) -> str:
        """The namespace that a prefix stands for at this element; empty if it stands for none."""
        return str(self._node.nsmap.get(prefix) or "")

    def finding(self, code: str, **parameters: object) -> Finding:
        """A finding at this element."""
        return Finding(code, self.id, self.line, {name: str(value) for name, value in parameters.items()})


def read_xml(data: bytes, name: str = "") -> Element:
    """The root element `definitions`; raises DmnError for anything that is no harmless DMN file."""
    if len(data) > MAX_BYTES:
        raise _refused(name, "too_large", size=len(data), limit=MAX_BYTES)
    # Each of these, left open, would let a file have something fetched or unfold into more than was sent.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        code = "too_deep" if "depth" in str(error) else "not_xml"
        line = (getattr(error, "lineno", None) or 0) or 1
        raise _refused(name, code, line, reason=error, limit=MAX_DEPTH) from error
    # Entities are not resolved above; a file that has any is not one a modeler wrote.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(name, "doctype")
    _check_size(root, name)
    kind = etree.QName(root)
    if kind.localname != "definitions" or kind.namespace not in NAMESPACES:
        raise _refused(name, "not_dmn", root=root.tag)
    return Element(root, f"{{{kind.namespace}}}")


def _check_size(root: etree._Element, name: str) -> None:
    """Walk without recursion, so that what is too deep for us is refused and not a crash."""
    depth = count = 0
    # libxml2 has a depth limit of its own, which is more than the readers that recurse can take.
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise _refused(name, "too_deep", limit=MAX_DEPTH)
        if count > MAX_ELEMENTS:
            raise _refused(name, "too_many_elements", limit=MAX_ELEMENTS)


def _refused(name: str, code: str, line: int = 1, **parameters: object) -> DmnError:
    return DmnError((Finding(code, "", line, {key: str(value) for key, value in parameters.items()}),), name)
