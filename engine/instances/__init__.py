"""Instances on the database: started, advanced, and the commands between them."""

from .advancing import advance, advance_by
from .between import apply_due_commands, on_command, retry_command, send
from .calling import call as _call  # noqa: F401 - registers what the engine's own commands do
from .decision_parts import keep_decision
from .loading import Inside, Sight, see
from .migrating import check_mapping, migrate
from .operating import activate_inside, cancel, modify, resume, set_variables, suspend
from .starting import Instance, start
from .surroundings import surroundings
from .writing import TASKS

__all__ = [
    "TASKS",
    "Inside",
    "Instance",
    "Sight",
    "activate_inside",
    "advance",
    "advance_by",
    "apply_due_commands",
    "cancel",
    "check_mapping",
    "keep_decision",
    "migrate",
    "modify",
    "on_command",
    "resume",
    "retry_command",
    "see",
    "send",
    "set_variables",
    "start",
    "surroundings",
    "suspend",
]
