"""Functions on numbers (DMN 1.5, table 76)."""

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)

from engine.feel.builtins.signature import Family
from engine.feel.durations import DaysTimeDuration, Duration, YearsMonthsDuration
from engine.feel.errors import NoValue
from engine.feel.numeric import CONTEXT, truncated, whole
from engine.feel.run import Run

FUNCTIONS = Family()

# The scales that the standard allows.
_SMALLEST_SCALE, _LARGEST_SCALE = -6111, 6176
# Wide enough for any number at any scale, so that rounding never fails for want of digits.
_WIDE = Context(prec=12_400, Emin=-20_000, Emax=20_000)


def _rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    places = truncated(scale)
    if not _SMALLEST_SCALE <= places <= _LARGEST_SCALE:
        raise NoValue("out_of_range", what="scale", value=scale)
    exponent = number.as_tuple().exponent
    # A number keeps its digits where there is nothing to round.
    if isinstance(exponent, int) and -exponent <= places:
        return number
    return CONTEXT.plus(number.quantize(Decimal((0, (1,), -places)), rounding=rounding, context=_WIDE))


@FUNCTIONS.add("decimal(n: number, scale: number) -> number")
def _decimal(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_HALF_EVEN)


@FUNCTIONS.add("floor(n: number, scale?: number) -> number")
def _floor(run: Run, n: Decimal, scale: Decimal | None = None) -> Decimal:
    return _rounded(n, scale or Decimal(0), ROUND_FLOOR)


@FUNCTIONS.add("ceiling(n: number, scale?: number) -> number")
def _ceiling(run: Run, n: Decimal, scale: Decimal | None = None) -> Decimal:
    return _rounded(n, scale or Decimal(0), ROUND_CEILING)


@FUNCTIONS.add("round up(n: number, scale: number) -> number")
def _round_up(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_UP)


@FUNCTIONS.add("round down(n: number, scale: number) -> number")
def _round_down(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_DOWN)


@FUNCTIONS.add("round half up(n: number, scale: number) -> number")
def _round_half_up(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_HALF_UP)


@FUNCTIONS.add("round half down(n: number, scale: number) -> number")
def _round_half_down(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_HALF_DOWN)


@FUNCTIONS.add("abs(n: number|days and time duration|years and months duration)")
def _abs(run: Run, n: Decimal | Duration) -> Decimal | Duration:
    if isinstance(n, DaysTimeDuration):
        return DaysTimeDuration(abs(n.nanoseconds))
    if isinstance(n, YearsMonthsDuration):
        return YearsMonthsDuration(abs(n.months))
    return n.copy_abs()


@FUNCTIONS.add("modulo(dividend: number, divisor: number) -> number")
def _modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    if not divisor:
        raise NoValue("division_by_zero")
    # The quotient would have that many digits.
    if dividend.adjusted() - divisor.adjusted() > 6000:
        raise NoValue("number_too_large")
    remainder = _WIDE.remainder(dividend, divisor)
    # FEEL's has the sign of the divisor, Python's that of the dividend.
    if remainder and (remainder < 0) != (divisor < 0):
        remainder = _WIDE.add(remainder, divisor)
    return CONTEXT.plus(remainder)


@FUNCTIONS.add("sqrt(number: number) -> number")
def _sqrt(run: Run, number: Decimal) -> Decimal:
    if number < 0:
        raise NoValue("not_a_number")
    return CONTEXT.sqrt(number)


@FUNCTIONS.add("log(number: number) -> number")
def _log(run: Run, number: Decimal) -> Decimal:
    if number <= 0:
        raise NoValue("not_a_number")
    return CONTEXT.ln(number)


@FUNCTIONS.add("exp(number: number) -> number")
def _exp(run: Run, number: Decimal) -> Decimal:
    # e to this power is more than FEEL's largest number, which is just below 1E6145.
    if number > 14_150:
        raise NoValue("number_too_large")
    return CONTEXT.exp(number)


@FUNCTIONS.add("odd(number: number) -> boolean")
def _odd(run: Run, number: Decimal) -> bool:
    return abs(_whole(number, "odd")) % 2 == 1


@FUNCTIONS.add("even(number: number) -> boolean")
def _even(run: Run, number: Decimal) -> bool:
    return _whole(number, "even") % 2 == 0


def _whole(number: Decimal, function: str) -> int:
    value = whole(number)
    if value is None:
        raise NoValue("argument", function=function, parameter="number", expected="a whole number", kind=number)
    return value


@FUNCTIONS.add("random number() -> number")
def _random_number(run: Run) -> Decimal:
    return Decimal(run.random.randrange(10**16)).scaleb(-16)
