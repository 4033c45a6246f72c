"""The effects of one advance, sorted by what they change: what opens and closes at once is not written at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.effects import (
    Answer,
    Broadcast,
    Call,
    Change,
    Close,
    Decided,
    Doubt,
    Effect,
    Migrate,
    Note,
    Open,
    Proceed,
    Publish,
    Uncall,
)
from engine.core.records import Record

Outgoing = Call | Uncall | Answer | Publish | Broadcast | Proceed


@dataclass
class Noun:
    """What happens to the records of one noun, by key."""

    opened: dict[int, Record] = field(default_factory=dict)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    closed: dict[int, str] = field(default_factory=dict)

    def open(self, record: Record) -> None:
        self.opened[record.key] = record

    def change(self, key: int, changes: Mapping[str, Any]) -> None:
        self.changed.setdefault(key, {}).update(changes)

    def close(self, key: int, outcome: str) -> None:
        # What was opened in the same advance has no row yet that could be closed.
        if self.opened.pop(key, None) is not None:
            self.changed.pop(key, None)
        else:
            self.closed[key] = outcome


_NOTHING = Noun()  # nobody adds to it


@dataclass
class Changes:
    """Everything an advance asks for. `instance` holds the instance's own fields."""

    nouns: dict[str, Noun] = field(default_factory=dict)
    instance: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)

    def __getitem__(self, noun: str) -> Noun:
        """What happens to the records of a noun, to be read."""
        return self.nouns.get(noun, _NOTHING)

    def of(self, noun: str) -> Noun:
        """The same, to be added to."""
        return self.nouns.setdefault(noun, Noun())


def sort(effects: Iterable[Effect]) -> Changes:
    """The changes that a list of effects comes to."""
    changes = Changes()
    for effect in effects:
        match effect:
            # First of all, as there are more of them than of all others.
            case Note():
                changes.notes.append(effect)
            case Open(record):
                changes.of(record.noun).open(record)
            case Close(noun, key, outcome):
                changes.of(noun).close(key, outcome)
            case Change("instance", _, fields):
                changes.instance.update(fields)
            case Change(noun, key, fields):
                changes.of(noun).change(key, fields)
            case Decided():
                changes.decided.append(effect)
            case Migrate():
                # The rows have followed before anything else is written.
                pass
            case Doubt():
                # What went on in spite of it leaves no more behind than its null.
                pass
            case _:
                changes.outgoing.append(effect)
    return changes
