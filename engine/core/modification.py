"""Modifying a running instance: begin at elements it has not come to, end element instances it should not have.

Everything asked for is checked before anything changes. As in Camunda, what begins comes first, and a scope in which
nothing is left ends with what was in it, up to the instance itself.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.errors import Finding, Invalid

from .ad_hoc import AdHocSubProcess
from .commands import Activate, Modify
from .compensation import FOR, handled
from .effects import Note
from .events import BoundaryEvent, StartEvent
from .listeners import ASKED
from .spec import ProcessSpec
from .state import State
from .subprocesses import BEGIN, ENDING
from .token import Token

if TYPE_CHECKING:
    from .run import Run


def modify(run: "Run", command: Modify) -> bool:
    """Do it. False where the instance has ended, or only its tasks' listeners have still to be told.

    Raises Invalid with a finding for all that cannot be done.
    """
    root = run.tasks.get(run.state.key)
    if root is None or ENDING in root.internal_data:
        return False
    if findings := check(run.spec, run.state, command):
        raise Invalid("modification_refused", findings=tuple(findings))
    starts, ended = _starts(run.spec, run.state, command), _ended(run.state, command)
    told = {"started": [start.element for start in starts], "ended": [str(token.key) for token in ended]}
    run.effects.append(Note("instance_modified", root.task_spec.id, root.key, told))
    for start in starts:
        _begin(run, start)
    for token in ended:
        _end(run, token)
    return True


def check(spec: ProcessSpec, state: State, command: Modify) -> list[Finding]:
    """What of a modification cannot be done, and why."""
    starts = _starts(spec, state, command)
    found = [finding for source in _sources(command) for finding in _check_source(state, source)]
    found += [finding for start in starts for finding in _check_start(spec, state, start)]
    ended = {token.key for token in _ended(state, command)}
    if not starts and not ended and not found:
        found.append(Finding("modification_empty"))
    # Its caller would wait for an answer for ever, so it is to be ended there, as in Camunda.
    if state.caller is not None and not starts and not _lives_on(state, state.tokens[state.key], ended):
        found.append(Finding("modification_ends_called", element=spec.root.id))
    return found


# What is named


def _sources(command: Modify) -> list[int | str]:
    return [*command.cancel, *(move.source for move in command.move)]


def _ended(state: State, command: Modify) -> list[Token]:
    """The tokens to end, each once."""
    named = (token for source in _sources(command) for token in _named(state, source))
    return list({token.key: token for token in named}.values())


def _named(state: State, source: int | str) -> list[Token]:
    """One by its key, or all of an element; of a loop its body, with which the turns end."""
    if isinstance(source, int):
        return [state.tokens[source]] if source in state.tokens else []
    return [token for token in state.tokens.values() if token.task_spec.id == source and _is_body(token)]


def _is_body(token: Token) -> bool:
    return not token.is_inner and not token.is_path


def _starts(spec: ProcessSpec, state: State, command: Modify) -> list[Activate]:
    """What begins; a move begins in the scope that its source and its target share."""
    starts = list(command.start)
    for move in command.move:
        for token in _named(state, move.source):
            key = move.scope_key if move.scope_key is not None else _shared(spec, state, token, move.target)
            starts.append(Activate(move.target, key, move.variables))
    return starts


def _shared(spec: ProcessSpec, state: State, source: Token, target: str) -> int | None:
    around = {spec.root.id, *_scopes_of(spec, target)} if target in spec.elements else set()
    scopes = (state.tokens[key] for key in list(state.scopes(source))[1:])
    return next((scope.key for scope in scopes if scope.task_spec.id in around and _is_scope(scope)), None)


def _scopes_of(spec: ProcessSpec, element: str) -> list[str]:
    """The sub-processes around an element, outermost first."""
    found: list[str] = []
    scope = spec.elements[element].scope
    while scope is not None:
        found.insert(0, scope)
        scope = spec.elements[scope].scope
    return found


def _is_scope(token: Token) -> bool:
    """Whether elements run in this token: a loop's body only counts the tokens they run in."""
    return not token.is_path and (token.task_spec.loop is None or token.is_inner)


# What cannot be done


def _check_source(state: State, source: int | str) -> Iterator[Finding]:
    if source in (state.key, state.tokens[state.key].task_spec.id):
        yield Finding("modification_ends_root")
    elif not _named(state, source):
        yield Finding("modification_not_active", {"source": str(source)})


def _check_start(spec: ProcessSpec, state: State, start: Activate) -> Iterable[Finding]:
    element = spec.elements.get(start.element)
    if element is None or element is spec.root:
        return [Finding("modification_element_unknown", {"element": start.element}, element=start.element)]
    by_event = isinstance(element, StartEvent | BoundaryEvent) or getattr(element, "by_event", False)
    if by_event or element.for_compensation:
        return [Finding("modification_not_by_itself", {"element": element.id}, element=element.id)]
    known = {"", element.id, *_scopes_of(spec, element.id)}
    places = [place for place in start.variables if place not in known]
    found = [Finding("modification_variables_elsewhere", {"scope": place}, element=element.id) for place in places]
    where = _scope(spec, state, start)
    return [*found, where] if isinstance(where, Finding) else found


def _scope(spec: ProcessSpec, state: State, start: Activate) -> tuple[Token, list[str]] | Finding:
    """The nearest scope there is for an element, and the scopes still to open inside it; or why there is none."""
    told = {"element": start.element, "key": str(start.scope_key)}
    missing, token = _scopes_of(spec, start.element), state.tokens[state.key]
    if start.scope_key is not None:
        named = state.tokens.get(start.scope_key)
        if named is None or not _is_scope(named) or named.task_spec.id not in (spec.root.id, *missing):
            return Finding("modification_scope_elsewhere", told, element=start.element)
        token = named
        missing = missing[missing.index(token.task_spec.id) + 1 :] if token.task_spec.id in missing else missing
    while missing:
        inside = [t for t in state.tokens.values() if t.task_spec.id == missing[0] and _is_scope(t)]
        inside = [t for t in inside if token.key in state.scopes(t)]
        if len(inside) > 1:
            return Finding("modification_scope_ambiguous", {**told, "scope": missing[0]}, element=start.element)
        if not inside:
            break
        token, missing = inside[0], missing[1:]
    return _open(spec, token, missing, start.element)


def _open(spec: ProcessSpec, token: Token, missing: list[str], element: str) -> tuple[Token, list[str]] | Finding:
    if loops := [scope for scope in missing if spec.elements[scope].loop is not None]:
        return Finding("modification_scope_loops", {"element": element, "scope": loops[0]}, element=element)
    if BEGIN not in token.internal_data and (token.state != TaskState.STARTED or ASKED in token.internal_data):
        return Finding("modification_scope_stands", {"element": element, "scope": token.task_spec.id}, element=element)
    return token, missing


def _lives_on(state: State, token: Token, ended: set[int]) -> bool:
    """Whether something is left of a scope once these tokens have ended."""
    if token.key in ended:
        return False
    inside = state.children(token)
    return not inside or state.has_pending_join(token) or any(_lives_on(state, child, ended) for child in inside)


# Doing it


def _begin(run: "Run", start: Activate) -> None:
    # Asked anew, since the start before this one may have opened a scope for both.
    found = _scope(run.spec, run.state, start)
    assert not isinstance(found, Finding)
    token, missing = found
    for scope in missing:
        token = _enter(run, scope, token)
        token.internal_data[BEGIN] = []
    token = _enter(run, start.element, token)
    around = reversed(list(run.state.scopes(token)))
    places = {run.tasks[key].task_spec.id: key for key in around if not run.tasks[key].is_path}
    for place, variables in start.variables.items():
        for name, value in variables.items():
            run.state.set(places[place] if place else run.state.key, name, value)


def _enter(run: "Run", element: str, scope: Token) -> Token:
    """A token at an element; in a scope that has not been entered itself it waits for that."""
    begins = scope.internal_data.get(BEGIN)
    if isinstance(scope.task_spec, AdHocSubProcess):
        scope = scope.task_spec.path(run, scope)
    if begins is None:
        return run.enter(run.spec.elements[element], scope)
    token = Token(run.state.new_key(), run.spec.elements[element], scope.key)
    token.workflow = run
    run.state.add(token)
    begins.append(token.key)
    return token


def _end(run: "Run", token: Token) -> None:
    """End a token, and the scopes around it in which nothing is left."""
    if token.key not in run.tasks:
        return
    scope = token.parent
    if token.is_leaving:
        run.depart(token)
        return
    run.terminate(token)
    # Whoever threw goes on to the next handler: nothing else tells it that this one is gone.
    if FOR in token.internal_data:
        handled(run, token.internal_data[FOR])
    if scope.key not in run.tasks or scope.inside or run.state.has_pending_join(scope):
        return
    if scope.parent_key is None:
        run.abandon(scope)
    else:
        _end(run, scope)
