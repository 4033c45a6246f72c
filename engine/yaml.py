"""YAML that people write, read in one way: whatever cannot be read is `NotYaml`, with its line."""

from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError
from yaml.events import AliasEvent, Event, NodeEvent
from yaml.nodes import Node


class NotYaml(ValueError):
    """What was given cannot be read as YAML; `line` counts from one, where it is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(f"{reason} (line {line})" if line is not None else reason)
        self.line = line


class _Loader(yaml.SafeLoader):
    def __init__(self, stream: str | bytes) -> None:
        super().__init__(stream)
        self._open: list[str] = []

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: Event = self.peek_event()  # type: ignore[no-untyped-call]
        anchor = event.anchor if isinstance(event, NodeEvent) else None
        if anchor is None:
            return super().compose_node(parent, index)
        # What holds itself has no end for whoever goes through it.
        if isinstance(event, AliasEvent) and anchor in self._open:
            where: Any = event.start_mark
            raise ComposerError(None, None, f"alias {anchor} inside of what it stands for", where)
        self._open.append(anchor)
        try:
            return super().compose_node(parent, index)
        finally:
            self._open.pop()

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        # What Python says of a date, a number or a tagged value that is none: PyYAML lets it through.
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            raise ConstructorError(None, None, f"no {node.tag.rpartition(':')[2]}: {error}", node.start_mark) from error


def load(text: str | bytes) -> Any:
    """The one document of a text, of plain values only. Raises NotYaml."""
    try:
        # Safe as its base is: a file that is brought along could name any Python object to be made.
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        reason = " ".join(part for part in (error.context, error.problem) if part)
        raise NotYaml(reason, error.problem_mark.line + 1 if error.problem_mark is not None else None) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise NotYaml(" ".join(str(error).split())) from error
