"""Errors and escalations: the way up from where they are thrown to who catches them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .effects import Answer, Note
from .element import Element
from .stuck import Stuck
from .token import Token

if TYPE_CHECKING:
    from .run import Run


def throw_error(run: "Run", token: Token, code: str, message: str, variables: Mapping[str, Any]) -> None:
    """Hand an error to the nearest event that catches it. Raises Stuck where nobody does."""
    note = Note("error_thrown", token.task_spec.id, token.key, {"code": code})
    if found := catcher(run, token, "error", code):
        event, host = found
        run.effects.append(note)
        event.triggered(run, host, dict(variables))
    elif caught_outside(run, code):
        root = run.tasks[run.state.key]
        run.effects += [note, Answer(run.state.caller or 0, "error", dict(variables), code, message)]
        run.abandon(root)
    else:
        raise Stuck("UNHANDLED_ERROR_EVENT", "error_not_caught", {"error": code, "message": message})


def throw_escalation(run: "Run", token: Token, code: str, variables: Mapping[str, Any]) -> None:
    """Hand an escalation to the nearest event that catches it, across a call too; nobody need catch it."""
    run.effects.append(Note("escalation_thrown", token.task_spec.id, token.key, {"code": code}))
    if found := catcher(run, token, "escalation", code):
        event, host = found
        event.triggered(run, host, dict(variables))
    elif run.state.caller is not None:
        run.effects.append(Answer(run.state.caller, "escalation", dict(variables), code))


def catcher(run: "Run", token: Token, kind: str, code: str) -> tuple[Element, Token] | None:
    """The nearest boundary event or event sub-process start, and the token it belongs to; by its code before any."""
    for candidates, host in places(run, token):
        rated = [(event.event_definition.catches(kind, code), event) for event in candidates]
        best = max(rated, key=lambda pair: pair[0], default=(0, None))
        if best[0] and best[1] is not None:
            return best[1], host
    return None


def catchable(run: "Run", token: Token) -> tuple[str, ...]:
    """The error codes that somebody around this token catches; "" stands for any. Told to a called instance."""
    codes = dict.fromkeys(run.state.catches)
    for candidates, _ in places(run, token):
        for event in candidates:
            for definition in getattr(event.event_definition, "definitions", (event.event_definition,)):
                code = getattr(definition, "code", None) or ""
                if definition.catches("error", code):
                    codes[code] = None
    return tuple(codes)


def caught_outside(run: "Run", code: str) -> bool:
    # Told with the call: the caller cannot be asked, since a transaction locks one instance (decision 7).
    return run.state.caller is not None and ("" in run.state.catches or code in run.state.catches)


def places(run: "Run", token: Token) -> Iterator[tuple[tuple[Any, ...], Token]]:
    """From the token outwards: events attached to an activity, then starts of event sub-processes in its scope."""
    host = token
    while True:
        if not host.is_inner:
            yield run.spec.boundaries(host.task_spec.id), host
        scope = run.state.scope_of(host)
        if scope is None:
            return
        if not host.is_inner:
            # what an event sub-process throws it does not catch itself
            starts = run.spec.event_starts(scope.task_spec.id)
            yield tuple(start for start in starts if start.scope != host.task_spec.id), scope
        host = scope
