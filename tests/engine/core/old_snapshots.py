"""Old snapshots: kept as they were written, with the way that was still before them.

`python -m tests.engine.core.old_snapshots > tests/engine/core/snapshots/<format>.json` records those of the present
format: waiting states of random diagrams, as few as show everything that a snapshot can hold. Do it before the format
changes, and never again for that format.
"""

import json
import random
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine.core import apart, commands
from engine.core.advance import advance
from engine.core.apart import Row
from engine.core.snapshot import FORMAT, read, write
from engine.core.snapshot import apart as laid_apart
from engine.core.state import State
from engine.core.surroundings import Surroundings
from engine.diagrams import load
from engine.sandbox import Sandbox
from engine.sandbox.kept_rows import KeptRows
from engine.sandbox.scenarios.reading import BEGINNING
from tests.engine.factories import diagram, each, end, flows, parallel, service, start, sub, user
from tests.engine.properties.random_diagrams import diagrams

FOLDER = Path(__file__).parent / "snapshots"
KEY = 1 << 24
LONGEST = 120
Kept = dict[str, Any]  # diagram, process, snapshot, rows of tokens that lie apart, variables by scope, way


def kept() -> list[Kept]:
    """All of all formats; numbers as they are in JSON."""
    return [one for file in sorted(FOLDER.glob("*.json")) for one in json.loads(file.read_text(encoding="utf-8"))]


def way_on(one: Mapping[str, Any]) -> list[str]:
    """The elements that the instance passes from its snapshot to its end, whatever waits first being done first."""
    spec = next(s for s in load(one["diagram"].encode(), "p.bpmn") if s.process_id == one["process"])
    variables = {KEY + int(scope): dict(held) for scope, held in one["variables"].items()}
    rows = [Row(KEY + key, KEY + parent, *more, variables.pop(KEY + key, {})) for key, parent, *more in one["rows"]]
    state = read(json.loads(json.dumps(one["snapshot"])), KEY, spec, rows=KeptRows({row.key: row for row in rows}))
    state.variables.update(variables)
    passed: list[str] = []
    box = Sandbox()
    for _ in range(LONGEST):
        if state.status != "active":
            return passed
        around = box._surroundings(KEY + state.counter)
        passed += _passed(advance(spec, state, _next(state, around), around).effects)
    raise AssertionError(passed)


def _passed(effects: list[Any]) -> Iterator[str]:
    for effect in effects:
        if getattr(effect, "kind", "") == "element_completed":
            yield effect.element


def _next(state: State, around: Surroundings) -> commands.Command:
    """What the first wait is for. A token without one has called a process, or is ready."""
    if state.ready:
        return commands.Continue()
    for token in state.tokens.values():
        for noun, key, element in token.waits:
            if noun == "job":
                return commands.CompleteJob(key, token.key)
            if noun == "task":
                return commands.CompleteTask(key, token.key)
            if noun == "timer" and around.now - BEGINNING < timedelta(days=1):
                return commands.FireTimer(key, token.key, element)
            if noun == "subscription":
                return commands.Deliver(key, token.key, element)
            if noun == "incident":
                return commands.ResolveIncident(key, token.key)
    calling = next(token for token in state.tokens.values() if type(token.task_spec).__name__ == "CallActivity")
    return commands.Returned(calling.key, "completed")


# Recording


def main() -> None:
    found: list[tuple[frozenset[str], Kept]] = []

    @seed(1)
    @settings(
        max_examples=150,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn=diagrams(), numbers=st.lists(st.integers(0, 7), min_size=8, max_size=8), dice=st.integers(0, 2**16))
    def collect(drawn: Any, numbers: list[int], dice: int) -> None:
        if len(drawn.data) < 9_000:
            found.extend(_states(drawn.data, {"r": numbers}, dice))

    apart.MANY = 1
    collect()
    for drawn in _by_hand():
        found.extend(_states(drawn, {}, 1))
    json.dump(_fewest(found), sys.stdout, ensure_ascii=False, indent=1)


def _by_hand() -> Iterator[bytes]:
    """What random diagrams leave out, or seldom show."""
    # a task with a limit, held and with reminders, and an incident
    limit = '={value: 2, unit: "h", warning: 0.5, reminder: {value: 30, unit: "min"}}'
    limited = user("u", "a.b.c", properties={"limit": limit})
    parts = [start("s"), parallel("f"), limited, service("j"), parallel("x"), end("e")]
    yield diagram(*parts, flows("s f u x e", "f j x"))
    # tokens that lie apart, with others in them
    inside = [start("is"), user("iu"), end("ie"), flows("is iu ie")]
    body = sub("b", *inside, loop=each("=[4, 5, 6]", "item"))
    yield diagram(start("s"), body, end("e"), flows("s b e"))


def _states(data: bytes, variables: dict[str, Any], dice: int) -> Iterator[tuple[frozenset[str], Kept]]:
    """Each waiting state on a random way, with the features its snapshot shows."""
    box = Sandbox(now=BEGINNING)
    box.deploy(data, "p.bpmn")
    box.start("p", variables)
    chosen = random.Random(dice)
    for _ in range(12):
        for case in box.cases:
            if case.state == "active":
                yield from _state(data, case)
        waiting = [item for case in box.cases for item in case.waiting]
        if not waiting:
            return
        item = waiting[chosen.randrange(len(waiting))]
        if item.kind == "job" and chosen.random() < 0.3:
            item.fail("down", retries=0)
        else:
            item.complete({})


def _state(data: bytes, case: Any) -> Iterator[tuple[frozenset[str], Kept]]:
    snapshot = json.loads(json.dumps(write(case.instance)))
    snapshot.pop("c", None)
    offset = case.key - KEY
    held = {str(scope - case.key): values for scope, values in case.instance.variables.items() if values}
    if offset and "u" in snapshot:
        return
    rows = [[row.key - case.key, row.parent - case.key, row.token, row.inside] for row in laid_apart(case.instance)[0]]
    one = {
        "diagram": data.decode(),
        "process": case.process_id,
        "snapshot": snapshot,
        "rows": rows,
        "variables": held,
    }
    one = json.loads(json.dumps(one, default=float))
    tokens = [*snapshot.get("t", ()), *(row[2] for row in rows)]
    features = {f"top {name}" for name in snapshot} | {
        f"wait {wait[0]}" for t in tokens for wait in (t[4:5] or [[]])[0]
    }
    if rows:
        features.add("rows")
    features |= {f"data {name}" for token in tokens for name in (token[5:6] or [{}])[0]}
    yield frozenset(features | {f"state {token[3]}" for token in tokens if len(token) > 3}), one


def _fewest(found: list[tuple[frozenset[str], Kept]]) -> list[Kept]:
    """A small choice that shows all features."""
    missing = {feature for features, _ in found for feature in features}
    chosen: list[Kept] = []
    while missing and any(features & missing for features, _ in found):
        features, one = max(found, key=lambda f: (len(f[0] & missing), -len(f[1]["diagram"])))
        try:
            one["way"] = way_on(one)
        except (StopIteration, AssertionError):
            # it needs more than that its first wait is done
            found.remove((features, one))
            continue
        missing -= features
        chosen.append(one)
    sys.stderr.write(f"format {FORMAT}: {len(chosen)} of {len(found)}\n")
    return chosen


if __name__ == "__main__":
    main()
