"""Groups, actors and values in the reader's words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint

import engine
from web.asking import Language
from web.pages.words import say, texts

# A group of many people is told by some of them.
MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class GroupNames:
    """A candidate group, and who is in it now."""

    name: str
    people: tuple[str, ...]
    more: int


class Directory:
    """Names looked up once a page."""

    def __init__(self, session: engine.Session, language: Language) -> None:
        self._session, self._language = session, language
        self._units = {unit.id: unit.name_en if language == "en" else unit.name for unit in engine.all_units(session)}
        self._people = {one.id: one.name for one in engine.queries.staff.everybody(session)}

    def actor(self, actor: str, on_behalf_of: str | None = None) -> str:
        """Who did something: a person's name, the system, or the id of an API client."""
        if actor.startswith("system"):
            return say("roles.system", self._language)
        name = self._people.get(actor, actor)
        if on_behalf_of:
            return say("roles.on_behalf", self._language, who=name, other=self._people.get(on_behalf_of, on_behalf_of))
        return name

    def unit(self, unit: str) -> str:
        return self._units.get(unit, unit)

    def group(self, group: str) -> str:
        """`GD-GZ.crc.duty` as 广州市分公司 · 响应中心值班."""
        unit, *parts = group.split(".")
        words = [self._role(part) for part in parts]
        joined = ("" if self._language == "zh" else " ").join(words)
        place = self.unit(unit) if unit != "*" else say("roles.any_unit", self._language)
        return f"{place} · {joined}" if joined else place

    def members(self, group: str) -> GroupNames:
        """The group with the names of who is in it now; a pattern names nobody."""
        found = [] if "*" in group else [one.name for one in engine.members(self._session, group)]
        return GroupNames(self.group(group), tuple(found[:MOST_NAMES]), max(0, len(found) - MOST_NAMES))

    def candidates(self, task: Any) -> list[GroupNames]:
        """Who may claim a task: its groups, and the people named."""
        groups = [self.members(group) for group in task.candidate_groups]
        return groups + [GroupNames(self._people.get(one, one), (), 0) for one in task.candidate_users]

    def _role(self, part: str) -> str:
        if part == "*":
            return say("roles.any", self._language)
        name = f"roles.part_{part}"
        return say(name, self._language) if name in texts() else part


filters = Blueprint("naming", __name__)


@filters.app_template_filter()
def told_value(value: Any) -> str:
    """A JSON value as somebody reads it: texts and labels as they are, the rest as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and isinstance(value.get("label"), str):
        return str(value["label"])
    if isinstance(value, Sequence) and value and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return engine.dump_json(value)


@filters.app_template_filter()
def is_long(value: Any) -> bool:
    """Whether a value is better folded away."""
    return (isinstance(value, Mapping | list) and bool(value)) or (isinstance(value, str) and len(value) > 200)


@filters.app_template_filter()
def exact(value: Any) -> str:
    """A value to copy: a text as it is, the rest as JSON with every digit."""
    return value if isinstance(value, str) else engine.dump_json(value)


@filters.app_template_filter()
def as_json(value: Any) -> str:
    """A value as JSON to be changed; numbers keep their digits."""
    return str(engine.dump_json(value))


@filters.app_template_filter()
def pretty(value: Any) -> str:
    """A value to read: a text as it is, the rest as JSON on several lines."""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=float)


def listed(names: Iterable[str], language: Language) -> str:
    """Names one after the other, as the language has it."""
    return ("、" if language == "zh" else ", ").join(names)
