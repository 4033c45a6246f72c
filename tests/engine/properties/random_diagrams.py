"""Random diagrams for Hypothesis: nested blocks, with loops around every kind of join, balanced and not.

Each block is drawn behind a node and gives the node to go on from. What a gateway decides comes from the list `r` of
the instance's variables, and loops count their turns, so every diagram ends whatever path is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.engine.factories import (
    Part,
    ad_hoc,
    again,
    boundary,
    call,
    cancel,
    catch,
    compensate,
    complex_gateway,
    condition,
    each,
    end,
    error,
    escalation,
    event_based,
    event_sub,
    exclusive,
    file,
    flow,
    inclusive,
    link,
    message,
    parallel,
    process,
    script,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    transaction,
    undoing,
    user,
)

REFUSAL = "refused"  # the code of the errors that are caught

Draw = Callable[[st.SearchStrategy[int]], int]


@dataclass
class Scope:
    """One scope while it is drawn: its parts, and its outline as text."""

    numbers: list[int]
    parts: list[Part] = field(default_factory=list)
    outline: list[str] = field(default_factory=list)
    calls: bool = True

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
        return Scope(self.numbers, calls=self.calls)


@dataclass(frozen=True)
class Drawn:
    """A diagram, and its outline for people who look at a failure."""

    data: bytes
    outline: str


@st.composite
def diagrams(draw: Draw, depth: int = 3) -> Drawn:
    """A diagram of nested blocks, `depth` deep at most, and a smaller process `q` that it may call."""
    scope = Scope([0])
    _scope(draw, scope, depth)
    called = Scope(scope.numbers, calls=False)
    _scope(draw, called, 1)
    outline = [*scope.outline, "q:", *called.outline]
    return Drawn(file(process(*scope.parts), process(*called.parts, process_id="q")), "\n".join(outline))


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
    name, bound = _user(draw, scope, at, depth), scope.name("bound")
    interrupting = bool(draw(st.integers(0, 1)))
    scope.add(boundary(bound, name, timer(duration="PT2H"), interrupting=interrupting))
    if interrupting:
        after = scope.name("merge")
        scope.add(exclusive(after))
        scope.link(name, after)
        scope.link(bound, after)
        return after
    ending = scope.name("end")
    scope.add(end(ending))
    scope.link(bound, ending)
    return name


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


def _linked(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    name = scope.name("link")
    _single(scope, at, "throw", lambda id: throw(id, link(name)))  # noqa: A006
    caught = scope.name("catch")
    scope.add(catch(caught, link(name)))
    return caught


def _refused(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A job that may be answered by an error; both ways meet again."""
    name = _job(draw, scope, at, depth)
    bound, after = scope.name("bound"), scope.name("merge")
    scope.add(boundary(bound, name, error(REFUSAL)))
    scope.add(exclusive(after))
    scope.link(name, after)
    scope.link(bound, after)
    return after


def _escalated(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A sub-process that tells of itself by an escalation, which interrupts it or not."""
    inner = scope.inner()
    first, last = inner.name("start"), inner.name("end")
    inner.add(start(first))
    inner.add(end(last))
    told = _single(inner, first, "tells", lambda id: throw(id, escalation("told")))  # noqa: A006
    inner.link(_block(draw, inner, told, 0), last)
    name = _around(scope, inner, at, None)
    bound, ending = scope.name("bound"), scope.name("end")
    scope.add(boundary(bound, name, escalation("told"), interrupting=False))
    scope.add(end(ending))
    scope.link(bound, ending)
    return name


def _told(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A branch that waits for a message or a signal which the other one sends, by way of the whole system."""
    fork, join, name = scope.name("fork"), scope.name("join"), scope.name("news")
    event = signal(name) if draw(st.integers(0, 1)) else message(name, "=string(r[1])")
    scope.add(parallel(fork))
    scope.add(parallel(join))
    scope.link(at, fork)
    scope.link(_single(scope, fork, "hears", lambda id: catch(id, event)), join)  # noqa: A006
    sender = _user(draw, scope, fork, depth) if draw(st.integers(0, 1)) else fork
    scope.link(_single(scope, sender, "says", lambda id: throw(id, event)), join)  # noqa: A006
    return join


def _fulfilled(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A branch that waits for a condition which the other one fulfils."""
    fork, join, waits, does, name = (scope.name(kind) for kind in ("fork", "join", "holds", "does", "flag"))
    scope.add(parallel(fork))
    scope.add(parallel(join))
    scope.add(catch(waits, condition(f"={name}")))
    scope.add(script(does, "true", name))
    scope.link(at, fork)
    scope.link(fork, waits)
    scope.link(_user(draw, scope, fork, depth), does)
    scope.link(waits, join)
    scope.link(does, join)
    return join


def _undone(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """An activity, something else, and a throw that undoes the activity or all before it in the scope."""
    done = _user(draw, scope, at, depth)
    scope.add(undoing(scope.name("compensated"), done, user(scope.name("undo"), isForCompensation="true")))
    middle = _block(draw, scope, done, 0)
    wanted, waits = done if draw(st.integers(0, 1)) else None, bool(draw(st.integers(0, 1)))
    return _single(scope, middle, "undoes", lambda id: throw(id, compensate(wanted, wait=waits)))  # noqa: A006


def _cancelled(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A transaction that ends or is cancelled; both ways meet again."""
    inner, picked = scope.inner(), draw(st.integers(1, 8))
    first, way, last, stop = (inner.name(kind) for kind in ("start", "way", "end", "cancel"))
    inner.add(start(first))
    inner.add(end(last))
    inner.add(end(stop, cancel()))
    inner.link(_undone(draw, inner, first, depth), way)
    inner.link(way, stop, f"=r[{picked}] > 3")
    inner.add(exclusive(way, default=inner.link(way, last)))
    name, bound, after = scope.name("transaction"), scope.name("bound"), scope.name("merge")
    scope.add(transaction(name, *inner.parts))
    scope.add(boundary(bound, name, cancel()))
    scope.add(exclusive(after))
    scope.link(at, name)
    scope.link(name, after)
    scope.link(bound, after)
    return after


def _called(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    return _single(scope, at, "call", lambda id: call(id, "q") if scope.calls else task(id))  # noqa: A006


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


def _most(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A fork whose branches a complex gateway brings together when some of them have come."""
    needed = draw(st.integers(1, 2))
    return _forked(draw, scope, at, depth, lambda id: complex_gateway(id, f"=activationCount >= {needed}"))  # noqa: A006


def _any_order(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """Activities without an order, each with what follows it, until a condition holds."""
    inner, picked = scope.inner(), draw(st.integers(1, 8))
    for _ in range(draw(st.integers(1, 3))):
        head = inner.name("task")
        inner.add(user(head))
        _sub(draw, inner, head, depth)
    scope.outline += inner.outline
    cancels, in_turn = bool(draw(st.integers(0, 1))), bool(draw(st.integers(0, 1)))
    until = f"=r[{picked}] > 3"
    collects = _collected(draw, scope)
    return _single(
        scope,
        at,
        "any_order",
        lambda id: ad_hoc(id, *inner.parts, until=until, cancel=cancels, sequential=in_turn, **collects),  # noqa: A006
    )


def _collected(draw: Draw, scope: Scope) -> dict[str, str]:
    """Perhaps what each instance or path gives: a variable that is local to it then."""
    return {"collect": scope.name("collected"), "output": "=n"} if draw(st.integers(0, 1)) else {}


def _handled(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    """A sub-process with an event sub-process, which interrupts it or not."""
    inner, handler = scope.inner(), scope.inner()
    _scope(draw, inner, depth - 1)
    first, last, interrupting = handler.name("start"), handler.name("end"), bool(draw(st.integers(0, 1)))
    handler.add(start(first, message(handler.name("message")), interrupting=interrupting))
    handler.add(end(last))
    handler.link(_sequence(draw, handler, first, 0), last)
    inner.add(event_sub(inner.name("handler"), *handler.parts))
    inner.outline += handler.outline
    return _around(scope, inner, at, None)


def _turns(draw: Draw, scope: Scope, at: str, depth: int) -> str:
    return _within(draw, scope, at, depth, again(f"=r[{draw(st.integers(1, 8))}] > 2", most=2))


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
    until = "=numberOfCompletedInstances > 1" if draw(st.integers(0, 1)) else None
    loop = each("=[1, 2, 3]", "item", sequential=sequential, until=until, **_collected(draw, scope))
    return _within(draw, scope, at, depth, loop)


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


_LEAVES = (_task, _user, _job, _refused, _script, _wait, _watched, _race)
_NESTED = (
    *(_choice, _fork, _doubled, _stray, _some, _loop, _loop, _sub, _each, _turns, _most, _any_order, _handled),
    *(_linked, _fulfilled, _undone, _cancelled, _called, _told, _escalated),
)
