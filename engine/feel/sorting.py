"""Sorting by a function of FEEL: stable, and paid for by each comparison."""

from typing import Any

from engine.feel.comparing import compare
from engine.feel.errors import NoValue
from engine.feel.invoking import bound_arguments
from engine.feel.run import Run
from engine.feel.values import Function, adapt, kind_of


def sorted_by(run: Run, items: list[Any], precedes: Function | None) -> list[Any]:
    """The items in the order that `precedes(x, y)` tells, or their own; NoValue if it does not."""
    run.charge(len(items))

    class Placed:
        """An item that knows whether it goes before another: all that Python's stable sort asks."""

        __slots__ = ("item",)

        def __init__(self, item: Any) -> None:
            self.item = item

        def __lt__(self, other: "Placed") -> bool:
            return before(self.item, other.item)

    def before(left: Any, right: Any) -> bool:
        run.charge(1)
        if precedes is None:
            answer: Any = compare("<", left, right)
        else:
            answer = precedes.call(run, bound_arguments(run, precedes, [adapt(left), adapt(right)], None))
        if type(answer) is not bool:
            raise NoValue("not_comparable", left=kind_of(left), right=kind_of(right))
        return answer

    # Merge sort asks about n log n pairs and copes with an order that contradicts itself.
    return sorted(items, key=Placed)
