"""Random diagrams for Hypothesis: nested blocks, with loops around every kind of join, balanced and not.

Each block is drawn behind a node and gives the node to go on from. What a gateway decides comes from the list `r` of
the instance's variables, and loops count their turns, so every diagram ends whatever path is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.engine.factories import (
    Part,
    boundary,
    catch,
    diagram,
    each,
    end,
    event_based,
    exclusive,
    flow,
    inclusive,
    message,
    parallel,
    script,
    service,
    start,
    sub,
    task,
    timer,
    user,
)

Draw = Callable[[st.SearchStrategy[int]], int]


@dataclass
class Scope:
    """One scope while it is drawn: its parts, and its outline as text."""

    numbers: list[int]
    parts: list[Part] = field(default_factory=list)
    outline: list[str] = field(default_factory=list)

    def name(self, kind: str) -> str:
        self.numbers[0] += 1
        return f"{kind}{self.numbers[0]}"

    def add(self, part: Part) -> None:
        self.parts.append(part)

    def link(self, source: str, target: str, condition: str | None = None) -> str:
        name = f"{source}_{target}" if not condition else self.name(f"{source}_{target}_")
        self.add(flow(name, source, target, condition))
        return name

    def inner(self) -> "Scope":
        return Scope(self.numbers)


@dataclass(frozen=True)
class Drawn:
    """A diagram, and its outline for people who look at a failure."""

    data: bytes
    outline: str


@st.composite
def diagrams(draw: Draw, depth: int = 3) -> Drawn:
    """A diagram of nested blocks, `depth` deep at most."""
    scope = Scope([0])
    _scope(draw, scope, depth)
    return Drawn(diagram(*scope.parts), "\n".join(scope.outline))


def _scope(draw: Draw, scope: Scope, depth: int) -> None:
    first, last = scope.name("start"), scope.name("end")
    scope.add(start(first))
    scope.add(end(last))
    scope.link(_sequence(draw, scope, first, depth), last)


def _sequence(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    for _ in range(draw(st.integers(1, 3 if depth else 1))):
        at = _block(draw, scope, at, depth)
    return at


def _block(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    blocks = _LEAVES if depth == 0 else _LEAVES + _NESTED
    block = blocks[draw(st.integers(0, len(blocks) - 1))]
    scope.outline.append(f"{'  ' * (3 - depth)}{block.__name__.strip('_')} after {at}")
    return block(draw, scope, at, depth)


# Leaves


def _single(scope: Scope, at: str, kind: str, make: Callable[[str], Part]) -> str:
    name = scope.name(kind)
    scope.add(make(name))
    scope.link(at, name)
    return name


def _task(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    return _single(scope, at, "task", task)


def _user(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    return _single(scope, at, "user", user)


def _job(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    return _single(scope, at, "job", service)


def _script(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    return _single(scope, at, "script", lambda name: script(name, "if n = null then 1 else n + 1", "n"))


def _wait(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    return _single(scope, at, "wait", lambda name: catch(name, timer(duration="PT1H")))


def _watched(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A task with a boundary event that interrupts it or not; both ways meet again, or the second ends by itself."""
    name = _user(draw, scope, at, depth)
    bound, after = scope.name("bound"), scope.name("merge")
    interrupting = bool(draw(st.integers(0, 1)))
    scope.add(boundary(bound, name, timer(duration="PT2H"), interrupting=interrupting))
    scope.add(exclusive(after))
    scope.link(name, after)
    if interrupting:
        scope.link(bound, after)
    else:
        ending = scope.name("end")
        scope.add(end(ending))
        scope.link(bound, ending)
    return after


def _race(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """An event-based gateway before a message and a timer."""
    gateway = _single(scope, at, "race", event_based)
    after = scope.name("merge")
    scope.add(exclusive(after))
    for event in (message(scope.name("message")), timer(duration="PT3H")):
        name = scope.name("catch")
        scope.add(catch(name, event))
        scope.link(gateway, name)
        scope.link(name, after)
    return after


# Blocks of blocks


def _choice(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    gateway, merge = scope.name("choice"), scope.name("merge")
    picked, count = draw(st.integers(1, 8)), draw(st.integers(2, 3))
    scope.add(exclusive(merge))
    scope.link(at, gateway)
    last = ""
    for branch in range(count):
        head = scope.name("branch")
        scope.add(task(head))
        condition = None if branch == count - 1 else f"=modulo(r[{picked}], {count}) = {branch}"
        last = scope.link(gateway, head, condition)
        scope.link(_sequence(draw, scope, head, depth - 1), merge)
    scope.add(exclusive(gateway, default=last))
    return merge


def _fork(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A parallel fork that a parallel or an inclusive join brings together again."""
    return _forked(draw, scope, at, depth, (parallel, inclusive)[draw(st.integers(0, 1))])


def _forked(draw: Draw, scope: Scope, at: str, depth: int, joining: Callable[[str], Part]) -> str:
    fork, join = scope.name("fork"), scope.name("join")
    scope.add(parallel(fork))
    scope.add(joining(join))
    scope.link(at, fork)
    for _ in range(draw(st.integers(2, 3))):
        scope.link(_sequence(draw, scope, fork, depth - 1), join)
    return join


def _doubled(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A fork that nothing joins: what follows runs as often, up to the end of a sub-process around it all."""
    inner = scope.inner()
    first, last = inner.name("start"), inner.name("end")
    inner.add(start(first))
    inner.add(end(last))
    merged = _forked(draw, inner, first, depth, exclusive)
    inner.link(_sequence(draw, inner, merged, depth - 1), last)
    return _around(scope, inner, at, None)


def _stray(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A fork one branch of which ends by itself."""
    fork, ending = scope.name("fork"), scope.name("end")
    scope.add(parallel(fork))
    scope.add(end(ending))
    scope.link(at, fork)
    scope.link(_sequence(draw, scope, fork, depth - 1), ending)
    return _sequence(draw, scope, fork, depth - 1)


def _some(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """An inclusive fork and join; one branch may leave for an end of its own, if another one surely comes."""
    fork, join = scope.name("some"), scope.name("join")
    picked, leaves = draw(st.integers(1, 8)), bool(draw(st.integers(0, 1)))
    scope.add(inclusive(join))
    scope.link(at, fork)
    default = ""
    for branch in range(3):
        head = scope.name("branch")
        scope.add(task(head))
        wanted = f"modulo(floor(r[{picked}] / {2**branch}), 2) = 1"
        condition = None if branch == 2 else "=true" if leaves and branch == 1 else f"={wanted}"
        default = scope.link(fork, head, condition)
        tail = _sequence(draw, scope, head, depth - 1)
        if branch == 0 and leaves:
            tail = _leaving(scope, tail, picked)
        scope.link(tail, join)
    scope.add(inclusive(fork, default=default))
    return join


def _leaving(scope: Scope, at: str, picked: int) -> str:
    gateway, ending = scope.name("leave"), scope.name("end")
    scope.add(end(ending))
    scope.link(at, gateway)
    scope.link(gateway, ending, f"=r[{picked}] > 4")
    after = scope.name("stay")
    scope.add(task(after))
    scope.add(exclusive(gateway, default=scope.link(gateway, after)))
    return after


def _loop(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    head, turn, gateway = scope.name("again"), scope.name("turn"), scope.name("enough")
    counter = scope.name("turns")
    scope.add(exclusive(head))
    scope.add(script(turn, f"if {counter} = null then 1 else {counter} + 1", counter))
    scope.link(at, head)
    scope.link(_sequence(draw, scope, head, depth - 1), turn)
    scope.link(turn, gateway)
    scope.link(gateway, head, f"={counter} < {draw(st.integers(2, 3))}")
    after = scope.name("task")
    scope.add(task(after))
    scope.add(exclusive(gateway, default=scope.link(gateway, after)))
    return after


def _sub(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    return _within(draw, scope, at, depth, None)


def _each(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    sequential = bool(draw(st.integers(0, 1)))
    return _within(draw, scope, at, depth, each("=[1, 2]", "item", sequential=sequential))


def _within(draw: Draw, scope: Scope, at: str, depth: int, loop: Part | None) -> str:
    inner = scope.inner()
    _scope(draw, inner, depth - 1)
    return _around(scope, inner, at, loop)


def _around(scope: Scope, inner: Scope, at: str, loop: Part | None) -> str:
    scope.outline += inner.outline
    name = scope.name("sub")
    scope.add(sub(name, *inner.parts, loop=loop))
    scope.link(at, name)
    return name


_LEAVES = (_task, _user, _job, _script, _wait, _watched, _race)
_NESTED = (_choice, _fork, _doubled, _stray, _some, _loop, _sub, _each)
