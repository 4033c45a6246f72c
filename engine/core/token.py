"""A token: SpiffWorkflow's task, living only while it is on its element."""

from typing import TYPE_CHECKING, Any, NamedTuple

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from .element import Element
    from .run import Run


LEAVING = "leaving"  # a token's data: its task has ended, and only its listeners have still to be told
PATH = "path"  # a token's data: which of the paths through an ad-hoc sub-process it holds together
# Where others have an element, an incident's wait has the phase to do again (`Run.raise_incident`): no id may read
# like one.
AT_JOIN = "join:"  # before a join's id in the wait of its scope's incident
AT_EVENT = "event:"  # before the id of an event that could not be waited for again in the wait of its incident
AT_CONDITION = "condition:"  # before the key of a condition's subscription in the wait of its incident


OWN_DUE = "own_due"  # a token's data: the due time of its task is somebody's own, not that of its limit


class Wait(NamedTuple):
    """A record this token opened. `element` is the element that the record triggers (a boundary event, say)."""

    noun: str
    key: int
    element: str


class Token(Task):  # type: ignore[misc]
    """One element instance. Its key names its variable scope too; `parent` is the token of the scope it runs in."""

    task_spec: "Element"
    workflow: "Run"

    def __init__(self, key: int, element: "Element", parent: int | None, state: int = TaskState.READY) -> None:
        # SpiffWorkflow's constructor reads the clock and registers in its tree: a token needs neither
        self.id: int = key
        self.key = key  # asked for more often than anything else
        self.task_spec = element
        self._parent = parent
        # SpiffWorkflow's `cancel` asks for them. Who lives inside is known by `parent` alone (`State.children`).
        self._children: tuple[int, ...] = ()
        self._state = state
        self.internal_data: dict[str, Any] = {}
        self.waits: list[Wait] = []
        self.inside = 0  # living tokens whose parent this is

    # SpiffWorkflow's reads the machine's clock and writes to the log at each change.
    def _set_state(self, value: int) -> None:
        self._state = value

    @property
    def parent_key(self) -> int | None:
        return self._parent

    @property
    def is_inner(self) -> bool:
        """Whether this is one of the instances of a multi-instance body."""
        return "index" in self.internal_data

    @property
    def is_path(self) -> bool:
        """Whether this only holds the tokens of one path through an ad-hoc sub-process, and is no element instance."""
        return PATH in self.internal_data

    @property
    def is_leaving(self) -> bool:
        return LEAVING in self.internal_data

    def wait_for(self, noun: str, key: int) -> Wait | None:
        return next((wait for wait in self.waits if wait.key == key and wait.noun == noun), None)
