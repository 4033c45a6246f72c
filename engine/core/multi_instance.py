"""Multi-instance activities: a body whose inner instances each have an item, side by side or one after the other."""

from collections import ChainMap
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from .expressions import Source, variable_of
from .stuck import Stuck, warned
from .token import Token

if TYPE_CHECKING:
    from .event_definitions import Definition
    from .run import Run
    from .values import Values

MOST = 100_000  # instances a number may ask for: each is a token and a row at least


@dataclass(frozen=True, slots=True)
class Told:
    """An event that completing instances throw (BPMN 2.0.2, 10.3.8): all of them, the first, or where `when` holds."""

    definition: "Definition"
    first_only: bool = False
    when: Source | None = None

    def wanted(self, run: "Run", inner: Token, done: int, counts: dict[str, int]) -> bool:
        if self.first_only and done != 1:
            return False
        return self.when is None or asked(run, inner, self.when, counts)


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """A collection, or with `counted` a number of instances. The body's token counts; `index` is an inner's place."""

    keeps_outputs: ClassVar[bool] = True
    collection: Source
    counted: bool = False
    sequential: bool = False
    item: str | None = None
    output_collection: str | None = None
    output_element: Source | None = None
    completion: Source | None = None
    told: tuple[Told, ...] = ()

    def enter(self, run: "Run", body: Token) -> bool | None:
        items = self._known_items(run, body)
        if self.output_collection:
            # Instances complete in any order, but what each gives stands at the place of its item.
            run.state.set(body.key, self.output_collection, [None] * len(items))
        if not items:
            return True
        run.watch_boundaries(body)
        body.internal_data["size"] = len(items)
        body.internal_data["done"] = 0
        for index in range(1 if self.sequential else len(items)):
            self._begin(run, body, index, items[index])
        return None

    def inner_left(self, run: "Run", inner: Token, body: Token) -> Callable[[], None]:
        """Work out an inner instance's output and whether it was the last; then collect, go on or leave the body."""
        index, done = inner.internal_data["index"], body.internal_data["done"] + 1
        output = self._output(run, inner)
        finished = self._completed_early(run, inner, body, done)
        told = [told for told in self.told if told.wanted(run, inner, done, self._counts(inner, body, done))]
        items = self._known_items(run, body) if self.sequential and not finished else []

        def go_on() -> None:
            for event in told:
                event.definition.throw(run, inner)
            # What was thrown may have interrupted the whole.
            if body.key not in run.tasks:
                return
            body.internal_data["done"] = done
            self._collect(run, body, index, output)
            run.state.remove(inner)
            if finished:
                for other in run.state.children(body):
                    run.terminate(other)
            elif self.sequential and index + 1 < body.internal_data["size"]:
                # The collection may be shorter by now; how many instances there are was settled when the body began.
                self._begin(run, body, index + 1, items[index + 1] if index + 1 < len(items) else None)
            if not body.inside:
                run.complete(body)

        return go_on

    def result(self, run: "Values", body: Token) -> dict[str, Any]:
        """What the body hands up: its output collection."""
        if self.output_collection is None:
            return {}
        return {self.output_collection: run.state.variables[body.key][self.output_collection]}

    def _known_items(self, run: "Run", body: Token) -> list[Any]:
        """A collection of many would be worked out as often as it has items."""
        if body.key not in run.collections:
            run.collections[body.key] = self._items(run, body)
        return run.collections[body.key]

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
        if self.output_element is not None and (name := variable_of(self.output_element)):
            # Camunda's rule: what one instance gives the others do not see
            run.state.set(inner.key, name, None)
        run.state.set(inner.key, "loopCounter", index + 1)
        if self.item:
            run.state.set(inner.key, self.item, item)

    def _output(self, run: "Run", inner: Token) -> Any:
        return None if self.output_element is None else run.evaluate(self.output_element, inner).value

    def _collect(self, run: "Run", body: Token, index: int, value: Any) -> None:
        if self.output_collection is None:
            return
        collected = list(run.state.variables[body.key][self.output_collection])
        collected[index] = value
        run.state.set(body.key, self.output_collection, collected)

    def _completed_early(self, run: "Run", inner: Token, body: Token, done: int) -> bool:
        return self.completion is not None and asked(run, inner, self.completion, self._counts(inner, body, done))

    def _counts(self, inner: Token, body: Token, done: int) -> dict[str, int]:
        """What conditions of the loop may ask for (BPMN 2.0.2, table 10.30 and 13.3.7), when `inner` is done.

        As in Camunda an instance counts from when it is created: one after the other, those to come do not.
        """
        created = inner.internal_data["index"] + 1 if self.sequential else body.internal_data["size"]
        # The one that asks is still in the body, and no longer active.
        active = body.inside - 1
        return {
            "numberOfInstances": created,
            "numberOfCompletedInstances": done,
            "numberOfActiveInstances": active,
            # Only a modification ends an instance and leaves the body, which is not told: it is what is missing.
            "numberOfTerminatedInstances": created - done - active,
        }


def asked(run: "Run", inner: Token, condition: Source, counts: dict[str, int]) -> bool:
    value, warnings = run.evaluate(condition, inner, ChainMap(counts, run.view(inner)))  # type: ignore[arg-type]
    if not isinstance(value, bool):
        raise warned("EXTRACT_VALUE_ERROR", "condition_not_boolean", condition.text, warnings)
    return value
