"""Scenarios: what must happen in a process, as YAML (processes/README.md), played on the sandbox or another engine."""

from .coverage import Coverage, coverage
from .in_memory import InMemory
from .playing import play
from .reading import BEGINNING, load, moment, read
from .stage import CORE_KINDS, Doc, Stage, Story, Waiting

__all__ = [
    "BEGINNING",
    "CORE_KINDS",
    "Coverage",
    "Doc",
    "InMemory",
    "Stage",
    "Story",
    "Waiting",
    "coverage",
    "load",
    "moment",
    "play",
    "read",
]
