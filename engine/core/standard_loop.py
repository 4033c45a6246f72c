"""The standard loop: an activity again and again while its condition holds, at most so many times."""

from collections import ChainMap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from .expressions import Source
from .stuck import warned
from .token import Token

if TYPE_CHECKING:
    from .run import Run
    from .values import Values


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """`test_before` asks before the first turn too. Each turn is an inner token; the body's token counts them."""

    keeps_outputs: ClassVar[bool] = False
    condition: Source | None = None
    test_before: bool = False
    maximum: int | None = None

    def enter(self, run: "Run", body: Token) -> bool | None:
        body.internal_data["done"] = 0
        if self.maximum == 0 or (self.test_before and not self._again(run, body, 0)):
            return True
        run.watch_boundaries(body)
        self._begin(run, body)
        return None

    def inner_left(self, run: "Run", inner: Token, body: Token) -> Callable[[], None]:
        done = body.internal_data["done"] + 1
        again = self._again(run, body, done)

        def go_on() -> None:
            # Not before: a turn whose condition is an incident is counted once, when that is resolved.
            body.internal_data["done"] = done
            run.state.remove(inner)
            if again:
                self._begin(run, body)
            else:
                run.complete(body)

        return go_on

    def result(self, run: "Values", body: Token) -> dict[str, Any]:
        return {}

    def _begin(self, run: "Run", body: Token) -> None:
        inner = run.enter(body.task_spec, body)
        # Nobody reads the number; that there is one makes the token a turn (`Token.is_inner`).
        inner.internal_data["index"] = body.internal_data["done"]
        run.state.set(inner.key, "loopCounter", body.internal_data["done"] + 1)

    def _again(self, run: "Run", body: Token, done: int) -> bool:
        if self.maximum is not None and done >= self.maximum:
            return False
        if self.condition is None:
            return True
        scope: Any = ChainMap({"loopCounter": done}, run.view(body))  # type: ignore[arg-type]
        value, warnings = run.evaluate(self.condition, body, scope)
        if not isinstance(value, bool):
            raise warned("CONDITION_ERROR", "condition_not_boolean", self.condition.text, warnings)
        return value
