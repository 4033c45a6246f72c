"""FEEL's values in Python, and the name of each kind.

null None · boolean bool · number Decimal (int is taken) · string str · list list or tuple · context dict ·
date datetime.date or FarDate · the rest are frozen classes of this room.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.errors import NoValue
from engine.feel.numeric import whole
from engine.feel.temporal import DateTime, FarDate, Time, from_datetime

if TYPE_CHECKING:
    from engine.feel.run import Run
    from engine.feel.typesystem import FunctionType


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` to `end`; an end that is None is open. `operator` is set if it was written as one, like `(< 5)`."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True
    operator: str = ""

    def __str__(self) -> str:
        if self.operator:
            return f"({self.operator} {self.end if self.operator[0] == '<' else self.start})"
        left, right = "[" if self.start_included else "(", "]" if self.end_included else ")"
        return f"{left}{self.start}..{self.end}{right}"


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as a value. `call` takes the running evaluation and one value for each parameter.

    A room that makes one for a scope (a business knowledge model, say) ignores the first argument or passes it on.
    `optional` is how many of the last parameters may be left out. NoValue raised by `call` becomes a warning.
    """

    name: str
    parameters: tuple[str, ...]
    call: Callable[["Run", list[Any]], Any]
    type: "FunctionType | None" = None
    optional: int = 0
    variadic: bool = field(default=False)


# FEEL's name for each Python type.
KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    int: "number",
    float: "number",
    str: "string",
    list: "list",
    tuple: "list",
    dict: "context",
    date: "date",
    FarDate: "date",
    Time: "time",
    DateTime: "date and time",
    datetime: "date and time",
    DaysTimeDuration: "days and time duration",
    timedelta: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    Range: "range",
    Function: "function",
}

# Types that need no adapting.
PLAIN = frozenset(KINDS) - {int, float, datetime, timedelta}


def kind_of(value: Any) -> str:
    """FEEL's name for the type of a value, as `instance of` has it (without what is in a list or context)."""
    # Exact types first: that answers nearly always, and bool is an int to isinstance.
    return KINDS.get(type(value)) or _foreign_kind(value)


def adapt(value: Any) -> Any:
    """A value of the host as FEEL's: int and float become Decimal, Python's date-time and timedelta ours."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        # By its shortest text: 0.1 is meant, not the 55 digits of the nearest binary number.
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    if isinstance(value, datetime):
        return from_datetime(value)
    if isinstance(value, timedelta):
        return DaysTimeDuration(value // timedelta(microseconds=1) * 1000)
    return value


def item_at(items: Sequence[Any], index: Decimal | int) -> Any:
    """The item at an index from one, or from the end if it is negative; NoValue where there is none."""
    position = whole(index)
    if position is not None and 0 < abs(position) <= len(items):
        return adapt(items[position - 1 if position > 0 else position])
    raise NoValue("no_item", index=index, count=len(items))


def _foreign_kind(value: Any) -> str:
    # Strings first: they are sequences, too.
    for base, kind in ((str, "string"), (Mapping, "context"), (Sequence, "list"), (int, "number"), (date, "date")):
        if isinstance(value, base):
            return kind
    return f"Python {type(value).__name__}"
