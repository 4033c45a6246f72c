"""Functions on contexts (DMN 1.5, table 80)."""

from typing import Any

from engine.feel.builtins.signature import Family
from engine.feel.errors import NoValue
from engine.feel.run import Run
from engine.feel.values import adapt, kind_of

FUNCTIONS = Family()
Context = dict[str, Any]


@FUNCTIONS.add("get value(m: context|null, key: string|null)", "get value(context: context|null, keys: list)")
def _get_value(run: Run, context: Context | None, key: str | list[Any] | None) -> Any:
    value: Any = context
    for step in key if isinstance(key, list | tuple) else [key]:
        if kind_of(value) != "context" or not isinstance(step, str) or step not in value:
            raise NoValue("no_entry", name="null" if step is None else step)
        value = value[step]
    return adapt(value)


@FUNCTIONS.add("get entries(m: context) -> list")
def _get_entries(run: Run, context: Context) -> list[Context]:
    run.charge(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@FUNCTIONS.add("context(entries: list) -> context")
def _context(run: Run, entries: list[Any]) -> Context:
    run.charge(len(entries))
    made: Context = {}
    for entry in entries:
        if kind_of(entry) != "context" or not {"key", "value"} <= set(entry) or not isinstance(entry["key"], str):
            raise NoValue("argument", function="context", parameter="entries", expected="keys and values", kind="other")
        if entry["key"] in made:
            raise NoValue("duplicate_key", key=entry["key"])
        made[entry["key"]] = entry["value"]
    return made


@FUNCTIONS.add(
    "context put(context: context, key: string, value: any) -> context",
    "context put(context: context, keys: list, value: any) -> context",
)
def _context_put(run: Run, context: Context, keys: str | list[Any], value: Any) -> Context:
    path = [keys] if isinstance(keys, str) else list(keys)
    if not path or not all(isinstance(key, str) for key in path):
        raise NoValue("argument", function="context put", parameter="keys", expected="strings", kind="other")
    result: Context = dict(context)
    inner = result
    for key in path[:-1]:
        run.charge(1 + len(inner))
        if kind_of(inner.get(key)) != "context":
            raise NoValue("no_entry", name=key)
        # Copied along the way: the given context stays as it is.
        inner[key] = dict(inner[key])
        inner = inner[key]
    run.charge(1 + len(inner))
    inner[path[-1]] = value
    return result


@FUNCTIONS.add("context merge(contexts: list) -> context", "context merge(contexts...: context) -> context")
def _context_merge(run: Run, contexts: list[Any]) -> Context:
    merged: Context = {}
    for context in contexts:
        if kind_of(context) != "context":
            raise NoValue(
                "argument", function="context merge", parameter="contexts", expected="contexts", kind=kind_of(context)
            )
        run.charge(1 + len(context))
        merged.update(context)
    return merged
