"""A repeating timer goes on: the next time it fires is set when it has fired."""

from typing import TYPE_CHECKING

from .commands import FireTimer
from .element import Element
from .records import Timer
from .timers import parse_cycle
from .token import Token

if TYPE_CHECKING:
    from .run import Run


def repeat(run: "Run", token: Token, element: Element, command: FireTimer) -> None:
    """Set the timer again unless it has fired as often as it should."""
    if command.cycle is None or command.left == 0:
        return
    due = parse_cycle(command.cycle).next(run.surroundings.now.astimezone(run.surroundings.zone))
    left = None if command.left is None else command.left - 1
    run.open(token, Timer(run.state.new_key(), element.id, token.key, "event", due, command.cycle, left), element.id)
