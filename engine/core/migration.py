"""Migrating a running instance to another version of its process: checked first, then everything alive follows.

An element goes where the mapping says, else to the element of its own id. What a token waits for stays as it was
begun (a timer its due time, a task its people, a message its name); events at the boundary of an activity and event
sub-processes are the new version's: those it lacks are waited for no longer, those it adds are waited for.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import Finding, Invalid

from . import ad_hoc, compensation
from .advance import Advanced
from .effects import Migrate, Note
from .element import Element
from .event_definitions import Definition
from .listeners import ASKED
from .migration_plan import Plan, is_event
from .multiple import PARTS
from .run import Run
from .spec import ProcessSpec
from .state import State
from .stuck import Stuck
from .subprocesses import BEGIN, ProcessRoot, SubProcess
from .surroundings import Surroundings
from .token import AT_JOIN, Token, Wait

Data = dict[str, Any]


def migrate(
    old: ProcessSpec,
    new: ProcessSpec,
    state: State,
    mapping: Mapping[str, str],
    surroundings: Surroundings,
    told: Mapping[str, Any] | None = None,
) -> Advanced:
    """Bring an instance of `old` to `new`; `told` is kept in history with the mapping.

    Raises Invalid with every finding, before anything has changed; and, with the state then to be thrown away, where
    the new version cannot say what it would wait for.
    """
    plan = Plan(old, new, mapping)
    if findings := plan.check(state):
        raise Invalid("migration_refused", findings=tuple(findings))
    before = {token.key: token.task_spec for token in state.tokens.values()}
    moved, given_up = _follow(plan, state)
    run = Run(new, state, surroundings)
    try:
        note = Note("instance_migrated", new.root.id, state.key, {**(told or {}), "mapping": plan.mapping})
        run.effects += [note, *_renamed(state, before), Migrate(tuple(moved))]
        for token, wait in given_up:
            run.close(token, wait, "canceled")
        for token in list(state.tokens.values()):
            _watch(run, plan, token, before[token.key])
        # A condition that the new version adds may hold already.
        run.until_waiting()
        return Advanced(state, run.effects)
    finally:
        run.let_go()


# What is alive follows


def _follow(plan: Plan, state: State) -> tuple[list[tuple[str, int, str]], list[tuple[Token, Wait]]]:
    """Move all that names elements. Gives noun, key and new element of each record, and what is waited for no more."""
    moved: list[tuple[str, int, str]] = []
    given_up: list[tuple[Token, Wait]] = []
    for token in state.tokens.values():
        target = plan.target(token.task_spec.id)
        waits = []
        for wait in token.waits:
            at = plan.waits_at(token, wait)
            if at is None:
                # It stays with the token until there is a run that can close it.
                given_up.append((token, wait))
                waits.append(wait)
                continue
            waits.append(wait._replace(element=at))
            follows = is_event(wait) or at.startswith(AT_JOIN)
            moved.append((wait.noun, wait.key, at.removeprefix(AT_JOIN) if follows else target))
        token.waits, token.internal_data = waits, _data(plan, token.internal_data)
        token.task_spec = plan.new.elements[target]
    state.joins = {(scope, plan.target(element)): arrived for (scope, element), arrived in state.joins.items()}
    state.undo = _undo(plan, state.undo)
    return moved, given_up


def _renamed(state: State, before: Mapping[int, Element]) -> list[Note]:
    """What history has to tell of the tokens whose element has another id by now."""
    return [
        Note("element_migrated", token.task_spec.id, token.key, {"from": before[token.key].id})
        for token in state.tokens.values()
        if token.task_spec.id != before[token.key].id and not token.is_path
    ]


def _data(plan: Plan, data: Data) -> Data:
    """A token's data with the elements it names."""
    data = dict(data)
    if "start" in data:
        data["start"] = plan.target(data["start"])
    if ad_hoc.LEFT in data:
        data[ad_hoc.LEFT] = [plan.target(element) for element in data[ad_hoc.LEFT]]
    if compensation.LEFT in data:
        data[compensation.LEFT] = _undo(plan, data[compensation.LEFT])
    if PARTS in data:
        data[PARTS] = {plan.target(element): parts for element, parts in data[PARTS].items()}
    return data


def _undo(plan: Plan, records: Iterable[Data]) -> list[Data]:
    return [
        {**record, "element": plan.target(record["element"]), "inside": _undo(plan, record["inside"])}
        for record in records
    ]


# What the new version waits for besides


def _watch(run: Run, plan: Plan, token: Token, old: Element) -> None:
    """Wait for the events that the new version has added where the token is."""
    if token.is_path or not _listens(token):
        return
    element = token.task_spec
    if not token.is_inner:
        known = {plan.event(old, boundary.id) for boundary in plan.old.boundaries(old.id)}
        for boundary in run.spec.boundaries(element.id):
            if boundary.id not in known:
                _subscribe(run, token, boundary, boundary.event_definition)
    if isinstance(element, SubProcess | ProcessRoot) and (element.loop is None or token.is_inner):
        known = {plan.event(old, start.id) for start in plan.old.event_starts(old.id)}
        for start in () if _interrupted(run, token) else run.spec.event_starts(element.id):
            if start.id not in known:
                _subscribe(run, token, start, start.event_definition)


def _listens(token: Token) -> bool:
    """Whether the token has entered its element so far that events around it are waited for."""
    if any(wait.noun == "incident" and wait.element == "enter" for wait in token.waits):
        return False
    entering = token.internal_data.get(ASKED) == "start" or BEGIN in token.internal_data
    return token.state in (TaskState.STARTED, TaskState.ERROR) and not entering


def _interrupted(run: Run, scope: Token) -> bool:
    """Whether an event sub-process has interrupted the scope: then no other may begin in it."""
    handlers = [token for token in run.state.children(scope) if getattr(token.task_spec, "by_event", False)]
    starts = [run.spec.elements.get(token.internal_data.get("start", "")) for token in handlers]
    return any(getattr(start, "interrupting", False) for start in starts)


def _subscribe(run: Run, token: Token, event: Element, definition: Definition) -> None:
    try:
        definition.subscribe(run, token, event)
    except Stuck as stuck:
        told = {"target": event.id, "reason": {"code": stuck.code, "parameters": dict(stuck.parameters)}}
        finding = Finding("migration_event_stuck", told, element=event.id)
        raise Invalid("migration_refused", findings=(finding,)) from None
