"""The arithmetic operators on every kind they take (DMN 1.5, tables 45 to 50). NoValue where there is no result."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from engine.feel.durations import DAY, DaysTimeDuration, Duration, YearsMonthsDuration, bounded
from engine.feel.errors import NoValue
from engine.feel.numeric import CONTEXT
from engine.feel.temporal import (
    AnyDate,
    DateTime,
    FarDate,
    Time,
    add_months,
    date_of_day_number,
    day_number,
    midnight_utc,
)
from engine.feel.values import adapt, kind_of

_NUMERIC: dict[str, Callable[[Any, Any], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "**": CONTEXT.power,
}
_DURATIONS = (DaysTimeDuration, YearsMonthsDuration)


def operate(operator: str, left: Any, right: Any) -> Any:
    """`left operator right`."""
    left, right = adapt(left), adapt(right)
    try:
        if type(left) is Decimal and type(right) is Decimal:
            return _finite(_NUMERIC[operator](left, right))
        result = _OPERATIONS[operator](left, right) if operator in _OPERATIONS else None
    except DivisionByZero:
        raise NoValue("division_by_zero") from None
    except Overflow:
        raise NoValue("number_too_large") from None
    except InvalidOperation:
        # Python reports 0/0 as an invalid operation.
        zero = operator == "/" and not right
        raise NoValue("division_by_zero" if zero else "not_a_number") from None
    except (ValueError, OverflowError, DecimalException):
        raise NoValue("out_of_range", what="the result", value=f"{left} {operator} {right}") from None
    if result is None:
        raise NoValue("operands", operator=operator, left=kind_of(left), right=kind_of(right))
    return result


def _finite(number: Decimal) -> Decimal:
    # Python raises nothing for zero to a negative power.
    if not number.is_finite():
        raise NoValue("division_by_zero")
    return number


def negate(value: Any) -> Any:
    """`-value`."""
    value = adapt(value)
    if type(value) is Decimal:
        return value.copy_negate()
    if isinstance(value, DaysTimeDuration):
        return DaysTimeDuration(-value.nanoseconds)
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(-value.months)
    raise NoValue("operand", operator="-", kind=kind_of(value))


def difference(left: Any, right: Any) -> DaysTimeDuration | None:
    """The elapsed time between two dates, date-times or times; None if one is local and one is not."""
    if isinstance(left, Time) and isinstance(right, Time):
        # The day tells only the offset of a zone; it is the one by which such times are compared.
        left, right = (DateTime(date(1970, 1, 1), time) for time in (left, right))
    left, right = _as_date_time(left), _as_date_time(right)
    if left.time.is_local != right.time.is_local:
        return None
    return DaysTimeDuration(left.instant - right.instant)


def _as_date_time(value: AnyDate | DateTime) -> DateTime:
    return value if isinstance(value, DateTime) else midnight_utc(value)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, _DURATIONS):
        if type(left) is type(right):
            return _bounded(_sum(left, right, 1))
        return _shift(right, left, 1)
    return _shift(left, right, 1) if isinstance(right, _DURATIONS) else None


def _subtract(left: Any, right: Any) -> Any:
    if isinstance(right, _DURATIONS):
        return _bounded(_sum(left, right, -1)) if type(left) is type(right) else _shift(left, right, -1)
    if isinstance(left, Time) and isinstance(right, Time):
        return difference(left, right)
    if isinstance(left, date | FarDate | DateTime) and isinstance(right, date | FarDate | DateTime):
        return difference(left, right)
    return None


def _sum(left: Any, right: Any, sign: int) -> Duration:
    if isinstance(left, DaysTimeDuration):
        return DaysTimeDuration(left.nanoseconds + sign * right.nanoseconds)
    return YearsMonthsDuration(left.months + sign * right.months)


def _shift(value: Any, duration: Duration, sign: int) -> Any:
    # Months keep the time that the clock shows, days and hours are elapsed time: they part where summer time begins.
    if isinstance(duration, YearsMonthsDuration):
        if isinstance(value, DateTime):
            return DateTime(add_months(value.date, sign * duration.months), value.time)
        return add_months(value, sign * duration.months) if isinstance(value, date | FarDate) else None
    nanoseconds = sign * duration.nanoseconds
    if isinstance(value, Time | DateTime):
        return value.shifted(nanoseconds)
    if isinstance(value, date | FarDate):
        # The date of the midnight so much later; floor division takes a second before it to the day before.
        return date_of_day_number(day_number(value) + nanoseconds // DAY)
    return None


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(left, _DURATIONS) and type(right) is Decimal:
        return _scaled(left, right, CONTEXT.multiply)
    if isinstance(right, _DURATIONS) and type(left) is Decimal:
        return _scaled(right, left, CONTEXT.multiply)
    return None


def _divide(left: Any, right: Any) -> Any:
    if isinstance(left, _DURATIONS):
        if type(right) is Decimal:
            return _scaled(left, right, CONTEXT.divide)
        if type(left) is type(right):
            return CONTEXT.divide(Decimal(_amount(left)), Decimal(_amount(right)))
    return None


def _scaled(duration: Duration, number: Decimal, scale: Callable[[Any, Any], Decimal]) -> Duration:
    amount = scale(Decimal(_amount(duration)), number)
    # Before int() would write out the digits.
    if amount.adjusted() > 30:
        raise OverflowError
    # Fractions of a nanosecond or a month are cut off.
    whole = int(amount)
    if isinstance(duration, DaysTimeDuration):
        return _bounded(DaysTimeDuration(whole))
    return _bounded(YearsMonthsDuration(whole))


def _amount(duration: Duration) -> int:
    return duration.nanoseconds if isinstance(duration, DaysTimeDuration) else duration.months


def _bounded(duration: Duration) -> Duration:
    if not bounded(duration):
        raise OverflowError
    return duration


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide}
