"""Functions on lists (DMN 1.5, table 75, and Camunda's)."""

from typing import Any

from engine.feel.builtins.seen import Seen
from engine.feel.builtins.signature import Family
from engine.feel.comparing import comparable, compare, equal
from engine.feel.errors import NoValue
from engine.feel.invoking import bound_arguments
from engine.feel.limits import MAX_RESULT_DEPTH
from engine.feel.numeric import whole
from engine.feel.run import Run
from engine.feel.sorting import sorted_by
from engine.feel.values import Function, adapt, kind_of

FUNCTIONS = Family()
List = list[Any]


@FUNCTIONS.add("list contains(list: list, element: any) -> boolean")
def _list_contains(run: Run, items: List, element: Any) -> bool:
    run.charge(len(items))
    return any(equal(run, item, element) for item in items)


@FUNCTIONS.add("min(list: list)", "min(list...: any)")
def _min(run: Run, items: List) -> Any:
    return _extreme(run, items, "<", "min")


@FUNCTIONS.add("max(list: list)", "max(list...: any)")
def _max(run: Run, items: List) -> Any:
    return _extreme(run, items, ">", "max")


def _extreme(run: Run, items: List, operator: str, function: str) -> Any:
    run.charge(len(items))
    best = adapt(items[0]) if items else None
    if items and not comparable(best, best):
        raise NoValue("argument", function=function, parameter="list", expected="comparable", kind=kind_of(best))
    for item in items[1:]:
        # No order among all means no extreme, as for `<`.
        better = compare(operator, item, best)
        if better is None:
            raise NoValue("not_comparable", left=kind_of(item), right=kind_of(best))
        if better:
            best = adapt(item)
    return best


@FUNCTIONS.add("all(list: list) -> boolean", "all(list...: any) -> boolean")
def _all(run: Run, items: List) -> bool | None:
    return _decided(run, items, False, "all")


@FUNCTIONS.add("any(list: list) -> boolean", "any(list...: any) -> boolean")
def _any(run: Run, items: List) -> bool | None:
    return _decided(run, items, True, "any")


def _decided(run: Run, items: List, decisive: bool, function: str) -> bool | None:
    run.charge(len(items))
    answer: bool | None = not decisive
    for item in items:
        if item is not None and type(item) is not bool:
            raise NoValue("argument", function=function, parameter="list", expected="booleans", kind=kind_of(item))
    if any(item is decisive for item in items):
        return decisive
    return None if any(item is None for item in items) else answer


@FUNCTIONS.add("sublist(list: list, start position: number, length?: number|null) -> list")
def _sublist(run: Run, items: List, start: Any, length: Any = None) -> List:
    position, count = whole(start), None if length is None else whole(length)
    # Outside of the list the answer is null and not a guess at a shorter one.
    if position is None or not 0 < abs(position) <= len(items):
        raise NoValue("out_of_range", what="start position", value=start)
    begin = position - 1 if position > 0 else len(items) + position
    if length is not None and (count is None or count < 1 or begin + count > len(items)):
        raise NoValue("out_of_range", what="length", value=length)
    run.charge(len(items))
    return list(items[begin : None if count is None else begin + count])


@FUNCTIONS.add("append(list: list, item...: any) -> list")
def _append(run: Run, items: List, added: List) -> List:
    run.charge(len(items))
    return [*items, *added]


@FUNCTIONS.add("concatenate(list...: list) -> list")
def _concatenate(run: Run, lists: List) -> List:
    run.charge(sum(map(len, lists)))
    return [item for items in lists for item in items]


@FUNCTIONS.add("insert before(list: list, position: number, newItem: any) -> list")
def _insert_before(run: Run, items: List, position: Any, new_item: Any) -> List:
    index = _index(items, position)
    run.charge(len(items))
    return [*items[:index], new_item, *items[index:]]


@FUNCTIONS.add("remove(list: list, position: number) -> list")
def _remove(run: Run, items: List, position: Any) -> List:
    index = _index(items, position)
    run.charge(len(items))
    return [*items[:index], *items[index + 1 :]]


@FUNCTIONS.add(
    "list replace(list: list, position: number, newItem: any) -> list",
    "list replace(list: list, match: function, newItem: any) -> list",
)
def _list_replace(run: Run, items: List, where: Any, new_item: Any) -> List:
    run.charge(len(items))
    if not isinstance(where, Function):
        index = _index(items, where)
        return [*items[:index], new_item, *items[index + 1 :]]
    replaced = []
    for item in items:
        answer = where.call(run, bound_arguments(run, where, [adapt(item), new_item], None))
        if type(answer) is not bool:
            raise NoValue("argument", function="list replace", parameter="match", expected="booleans", kind="other")
        replaced.append(new_item if answer else item)
    return replaced


@FUNCTIONS.add("reverse(list: list) -> list")
def _reverse(run: Run, items: List) -> List:
    run.charge(len(items))
    return list(reversed(items))


@FUNCTIONS.add("index of(list: list, match: any) -> list<number>")
def _index_of(run: Run, items: List, match: Any) -> List:
    run.charge(len(items))
    return [adapt(index) for index, item in enumerate(items, 1) if equal(run, item, match)]


@FUNCTIONS.add("union(list...: list) -> list")
def _union(run: Run, lists: List) -> List:
    seen = Seen(run)
    return [item for items in lists for item in items if seen.is_new(item)]


@FUNCTIONS.add("distinct values(list: list) -> list")
def _distinct_values(run: Run, items: List) -> List:
    seen = Seen(run)
    return [item for item in items if seen.is_new(item)]


@FUNCTIONS.add("duplicate values(list: list) -> list")
def _duplicate_values(run: Run, items: List) -> List:
    seen, twice = Seen(run), Seen(run)
    return [item for item in items if not seen.is_new(item) and twice.is_new(item)]


@FUNCTIONS.add("flatten(list: list) -> list")
def _flatten(run: Run, items: List) -> List:
    flat: List = []
    # With a stack of its own, for lists in lists in lists.
    pending = [iter(items)]
    while pending:
        for item in pending[-1]:
            run.charge(1)
            if kind_of(item) == "list":
                if len(pending) >= MAX_RESULT_DEPTH:
                    raise NoValue("out_of_range", what="depth of the list", value=len(pending))
                pending.append(iter(item))
                break
            flat.append(item)
        else:
            pending.pop()
    return flat


@FUNCTIONS.add("sort(list: list, precedes?: function|null) -> list")
def _sort(run: Run, items: List, precedes: Function | None = None) -> List:
    return sorted_by(run, items, precedes)


@FUNCTIONS.add("partition(list: list, size: number) -> list")
def _partition(run: Run, items: List, size: Any) -> List:
    length = whole(size)
    if length is None or length < 1:
        raise NoValue("out_of_range", what="size", value=size)
    run.charge(len(items))
    return [list(items[index : index + length]) for index in range(0, len(items), length)]


@FUNCTIONS.add("is empty(list: list|context|string|null) -> boolean")
def _is_empty(run: Run, items: Any) -> bool:
    return items is None or len(items) == 0


def _index(items: List, position: Any) -> int:
    index = whole(position)
    if index is None or not 0 < abs(index) <= len(items):
        raise NoValue("out_of_range", what="position", value=position)
    return index - 1 if index > 0 else len(items) + index
