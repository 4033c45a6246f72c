"""Decimal arithmetic as FEEL has it: 34 digits, half even, exponents as in IEEE 754 decimal128."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow

from engine.feel.errors import NoValue

PRECISION = 34

# Shared by all threads: nothing in it is changed but flags nobody reads.
CONTEXT = Context(
    prec=PRECISION,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)

# FEEL's smallest number is 1E-6176. A host's may be far beyond, and would be written out in as many zeros.
_LARGEST_EXPONENT = 6_177


def literal_number(text: str) -> Decimal | None:
    """A number as written in FEEL or JSON, or None if it is too large."""
    try:
        # Rounds to 34 digits; a number with more cannot be held by the standard's type.
        return CONTEXT.create_decimal(text)
    except DecimalException:
        return None


def number_text(number: Decimal | int, shortest: bool = False) -> str:
    """A number as FEEL writes it: all its digits, never an exponent. NoValue for one of the host's beyond FEEL's.

    `shortest` is without zeros at the end of the fraction, so that equal numbers have the same text.
    """
    number = Decimal(number)
    if not number:
        return "0"
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise NoValue("number_too_large")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if shortest and "." in text else text


def whole(number: Decimal | int) -> int | None:
    """The number as an int if it is a whole one of a reasonable size."""
    number = Decimal(number)
    if number.adjusted() > PRECISION or number != number.to_integral_value():
        return None
    return int(number)


def truncated(number: Decimal) -> int:
    """The number without its fraction; NoValue for one that no position or count can be."""
    if number.adjusted() > PRECISION:
        raise NoValue("number_too_large")
    return int(number)
