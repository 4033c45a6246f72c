"""The latest version of everything that is deployed, parsed: what a process meets when it is played."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import dmn
from engine.core.spec import ProcessSpec

from .finding import decision_of, form_of, process_spec

_LATEST = text("SELECT DISTINCT ON (kind, id) kind, id, key FROM definitions ORDER BY kind, id, version DESC")


@dataclass(frozen=True, slots=True)
class InForce:
    """Processes, decisions and forms by id. They are shared with the engine's cache: nobody changes them.

    `keys` are the definitions' by kind and id.
    """

    processes: Mapping[str, ProcessSpec]
    decisions: Mapping[str, dmn.Decision]
    forms: Mapping[str, Mapping[str, Any]]
    keys: Mapping[str, Mapping[str, int]]


def in_force(session: Session) -> InForce:
    """What new cases would follow if they began now."""
    keys: dict[str, dict[str, int]] = {"process": {}, "decision": {}, "form": {}}
    for row in session.execute(_LATEST):
        keys[row.kind][row.id] = row.key
    return InForce(
        {one: process_spec(session, key) for one, key in keys["process"].items()},
        {one: decision_of(session, key) for one, key in keys["decision"].items()},
        {one: form_of(session, key) for one, key in keys["form"].items()},
        keys,
    )
