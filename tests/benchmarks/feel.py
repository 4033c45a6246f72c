"""FEEL and decision tables, beside feelin (in Node) and pySFeel (GPL: in a process of its own)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from engine import dmn
from engine.feel import Moment, compile_expression
from tests.benchmarks.figures import Figure
from tests.benchmarks.peers import pysfeel
from tests.benchmarks.peers.missing import Missing
from tests.engine.feel.node import Missing as NodeMissing
from tests.engine.feel.node import ask

EXPRESSION = 'if amount > 1000 and grade = "gold" then "A" else "B"'
CONDITION = '(amount > 1000) and (grade = "gold")'
SCOPE: dict[str, Any] = {"amount": 4500, "grade": "gold"}
# The fifth row is the one that matches; a first-hit engine asks five rows, a table that counts hits asks all ten.
CELLS = [(f"[{low}..{low + 1000})", '"gold", "silver"') for low in range(0, 10_000, 1000)]
MOMENT = Moment(datetime(2026, 3, 4, tzinfo=UTC))
_BATCH = 50


def measure_feel(seconds: float) -> list[Figure]:
    """Rows of the table: our times, and how they stand to the others' on the same texts."""
    expression, decision = compile_expression(EXPRESSION), _table()
    assert expression.evaluate(SCOPE, MOMENT).value == "A"
    assert decision.evaluate(SCOPE, MOMENT).value == 5
    one = _time(lambda: expression.evaluate(SCOPE, MOMENT), seconds)
    ten = _time(lambda: decision.evaluate(SCOPE, MOMENT), seconds)
    return [
        Figure("FEEL, if … and … then … else", f"{one:.2f} µs", "under 2 µs", one < 2),
        Figure("DMN, a table of ten rows", f"{ten:.1f} µs", "under 40 µs", ten < 40),
        *_beside("feelin", "the same expression", lambda: _feelin(seconds), one, ten),
        *_beside("pySFeel", "its condition alone", lambda: _pysfeel(seconds), one, ten),
    ]


def _beside(name: str, what: str, measure: Callable[[], tuple[float, float]], one: float, ten: float) -> list[Figure]:
    try:
        theirs, tests = measure()
    except (NodeMissing, Missing) as error:
        return [Figure(f"  {name}", "–", str(error), True)]
    return [
        Figure(f"  {name}, {what}", f"{theirs:.2f} µs", f"{theirs / one:.1f} times ours", True),
        Figure(f"  {name}, the table's twenty cells", f"{tests:.1f} µs", f"{tests / ten:.1f} times ours", True),
    ]


def _feelin(seconds: float) -> tuple[float, float]:
    tests = [[cell, value] for row in CELLS for cell, value in zip(row, SCOPE.values(), strict=True)]
    question = {"expression": EXPRESSION, "scope": SCOPE, "wanted": "A", "tests": tests, "seconds": seconds}
    told = ask("measure.mjs", question)
    return told["expression"], told["tests"]


def _pysfeel(seconds: float) -> tuple[float, float]:
    # It has no `if`, so it is given less to do.
    cells = [f"{name} in ({cell})" for row in CELLS for name, cell in zip(SCOPE, row, strict=True)]
    told = pysfeel.ask({"condition": CONDITION, "cells": cells, "scope": SCOPE, "seconds": seconds, "batch": _BATCH})
    return told["condition"], told["cells"]


def _time(work: Callable[[], object], seconds: float) -> float:
    """Microseconds a call takes, in the best batch: what else the machine does only makes it slower."""
    best, until = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        for _ in range(_BATCH):
            work()
        best = min(best, time.perf_counter() - began)
    return best / _BATCH * 1e6


def _table() -> dmn.Decision:
    rules = "".join(
        f"<rule><inputEntry><text>{cells[0]}</text></inputEntry><inputEntry><text>{cells[1]}</text></inputEntry>"
        f"<outputEntry><text>{number}</text></outputEntry></rule>"
        for number, cells in enumerate(CELLS, 1)
    )
    inputs = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in SCOPE)
    table = f'<decisionTable hitPolicy="UNIQUE">{inputs}<output/>{rules}</decisionTable>'
    head = 'xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" namespace="bench"'
    file = f'<definitions {head} id="f" name="f"><decision id="d" name="d">{table}</decision></definitions>'
    return dmn.parse(file.encode()).decisions["d"]
