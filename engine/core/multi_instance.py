"""Multi-instance activities: a body whose inner instances each have an item, side by side or one after the other."""

from collections import ChainMap
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .expressions import Source
from .stuck import Stuck, warned
from .token import Token

if TYPE_CHECKING:
    from .event_definitions import Definition
    from .run import Run
    from .values import Values

MOST = 100_000  # instances a number may ask for: each is a token and a row at least


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """A collection, or with `counted` a number of instances. The body's token counts; `index` is an inner's place.

    `told` is thrown by every instance that completes (`behavior` None) or by the first (One).
    """

    collection: Source
    counted: bool = False
    sequential: bool = False
    item: str | None = None
    output_collection: str | None = None
    output_element: Source | None = None
    completion: Source | None = None
    behavior: str = "All"
    told: "Definition | None" = None

    def enter(self, run: "Run", body: Token) -> bool | None:
        items = self._items(run, body)
        if self.output_collection:
            run.state.set(body.key, self.output_collection, [None] * len(items))
        if not items:
            return True
        run.watch_boundaries(body)
        body.internal_data["size"] = len(items)
        body.internal_data["done"] = 0
        for index in range(1 if self.sequential else len(items)):
            self._begin(run, body, index, items[index])
        return None

    def inner_left(self, run: "Run", inner: Token, body: Token) -> None:
        """Collect an inner instance's output; go on, or leave the body."""
        index = inner.internal_data["index"]
        self._collect(run, inner, body, index)
        body.internal_data["done"] += 1
        if self.told and (self.behavior == "None" or (self.behavior == "One" and body.internal_data["done"] == 1)):
            self.told.throw(run, inner)
            if body.key not in run.tasks:
                return
        finished = self._completed_early(run, inner, body)
        run.state.remove(inner)
        if finished:
            for other in run.state.children(body):
                run.terminate(other)
        elif self.sequential and index + 1 < body.internal_data["size"]:
            items = self._items(run, body)
            self._begin(run, body, index + 1, items[index + 1] if index + 1 < len(items) else None)
        if not body.inside:
            run.complete(body)

    def result(self, run: "Values", body: Token) -> dict[str, Any]:
        """What the body hands up: its output collection."""
        if self.output_collection is None:
            return {}
        return {self.output_collection: run.state.variables[body.key][self.output_collection]}

    def _items(self, run: "Run", body: Token) -> list[Any]:
        value, warnings = run.evaluate(self.collection, body)
        if self.counted:
            return [None] * self._count(value)
        if not isinstance(value, list | tuple):
            raise warned("EXTRACT_VALUE_ERROR", "not_a_list", self.collection.text, warnings, field="inputCollection")
        return list(value)

    def _count(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value):
            raise Stuck(
                "EXTRACT_VALUE_ERROR", "not_a_number", {"expression": self.collection.text, "field": "loopCardinality"}
            )
        if not 0 <= value <= MOST:
            raise Stuck(
                "EXTRACT_VALUE_ERROR",
                "loop_too_large",
                {"expression": self.collection.text, "count": str(value), "most": MOST},
            )
        return int(value)

    def _begin(self, run: "Run", body: Token, index: int, item: Any) -> None:
        inner = run.enter(body.task_spec, body)
        inner.internal_data["index"] = index
        run.state.set(inner.key, "loopCounter", index + 1)
        if self.item:
            run.state.set(inner.key, self.item, item)

    def _collect(self, run: "Run", inner: Token, body: Token, index: int) -> None:
        if self.output_collection is None or self.output_element is None:
            return
        value, _ = run.evaluate(self.output_element, inner)
        collected = list(run.state.variables[body.key][self.output_collection])
        collected[index] = value
        run.state.set(body.key, self.output_collection, collected)

    def _completed_early(self, run: "Run", inner: Token, body: Token) -> bool:
        if self.completion is None:
            return False
        counts = {
            "numberOfInstances": body.internal_data["size"],
            "numberOfCompletedInstances": body.internal_data["done"],
            "numberOfActiveInstances": body.inside - 1,
            "numberOfTerminatedInstances": 0,
        }
        value, warnings = run.evaluate(self.completion, inner, ChainMap(counts, run.view(inner)))  # type: ignore[arg-type]
        if not isinstance(value, bool):
            raise warned("EXTRACT_VALUE_ERROR", "condition_not_boolean", self.completion.text, warnings)
        return value
