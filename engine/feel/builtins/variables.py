"""Camunda's functions on any value: defaults, assertions, and what is drawn from the evaluation's seed."""

import uuid
from typing import Any

from engine.feel.builtins.signature import Family
from engine.feel.errors import NoValue
from engine.feel.run import Run

FUNCTIONS = Family()


@FUNCTIONS.add("is defined(value: any) -> boolean")
def _is_defined(run: Run, value: Any) -> bool:
    # A call written out is compiled on its own, because only there it is known what was looked for.
    return value is not None


@FUNCTIONS.add("get or else(value: any, default: any)")
def _get_or_else(run: Run, value: Any, default: Any) -> Any:
    return default if value is None else value


@FUNCTIONS.add("assert(value: any, condition: any, cause?: string)")
def _assert(run: Run, value: Any, condition: Any, cause: str | None = None) -> Any:
    if condition is not True:
        raise NoValue("assertion", cause=cause or "the condition of an assertion is not fulfilled")
    return value


@FUNCTIONS.add("uuid() -> string")
def _uuid(run: Run) -> str:
    # Drawn from the seed: the sandbox and a repeated transaction get the same one.
    return str(uuid.UUID(int=run.random.getrandbits(128), version=4))


@FUNCTIONS.add("not(negand: any) -> boolean")
def _not(run: Run, negand: Any) -> bool | None:
    if type(negand) is bool:
        return not negand
    if negand is None:
        return None
    raise NoValue("argument", function="not", parameter="negand", expected="boolean", kind="other")
