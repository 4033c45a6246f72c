"""Decimal arithmetic as FEEL has it: 34 digits, half even, exponents as in IEEE 754 decimal128."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow

PRECISION = 34

CONTEXT = Context(
    prec=PRECISION,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""Shared by all threads: nothing in it is changed but flags nobody reads."""

_LONG = 12_400


def literal_number(text: str) -> Decimal | None:
    """A number as written in FEEL or JSON, or None if it is too large."""
    try:
        return CONTEXT.create_decimal(text)
    except DecimalException:
        return None


def number_text(number: Decimal | int) -> str:
    """A number as FEEL writes it: all its digits, never an exponent."""
    text = format(Decimal(number), "f")
    # A zero keeps no digits (0E-6143 would be a line of zeros) and no sign.
    if not number:
        return "0" if len(text) > PRECISION or text.startswith("-") else text
    return text[:_LONG]


def whole(number: Decimal | int) -> int | None:
    """The number as an int if it is a whole one of a reasonable size."""
    number = Decimal(number)
    if number.adjusted() > PRECISION or number != number.to_integral_value():
        return None
    return int(number)
