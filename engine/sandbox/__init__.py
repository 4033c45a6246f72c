"""The engine in memory, with a clock one sets: for Play mode, tests and simulation."""

from .box import Sandbox
from .case import Case, Item
from .steps import replay

__all__ = ["Case", "Item", "Sandbox", "replay"]
