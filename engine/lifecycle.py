"""The states things are in and the moves between them, as tables; whoever moves something asks here first."""

from collections.abc import Mapping

Moves = Mapping[str, frozenset[str]]

ENDED = "ended"  # of jobs: the row goes, history keeps what was


def _moves(table: Mapping[str, str]) -> Moves:
    return {state: frozenset(to.split()) for state, to in table.items()}


MOVES: Mapping[str, Moves] = {
    # Every advance asks, and after most of them an instance is as active as before.
    "instance": _moves({"active": "active completed canceled", "completed": "", "canceled": ""}),
    "task": _moves({"created": "created completed canceled", "completed": "", "canceled": ""}),
    "incident": _moves({"active": "resolved", "resolved": ""}),
    "job": _moves(
        {
            "created": f"created activated failed error_thrown {ENDED}",
            "activated": f"created activated failed error_thrown {ENDED}",
            # A job that stopped is not given to a worker as it is: somebody has to let it be tried again first.
            "failed": f"created failed {ENDED}",
            "error_thrown": f"created error_thrown {ENDED}",
        }
    ),
}


def allowed(noun: str, state: str, to: str) -> bool:
    """Whether a thing in this state may move to that one; staying is a move only where the table says so."""
    return to in MOVES[noun][state]


def sources(noun: str, to: str) -> frozenset[str]:
    """The states from which a thing may come to `to`: what a compare-and-set compares with."""
    return frozenset(state for state, targets in MOVES[noun].items() if to in targets)
