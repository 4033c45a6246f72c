"""Functions on strings (DMN 1.5, table 74, and Camunda's)."""

import base64
from decimal import Decimal
from typing import Any

from engine.feel.builtins.signature import Family
from engine.feel.errors import NoValue
from engine.feel.numeric import truncated
from engine.feel.patterns import Pattern, pattern_of
from engine.feel.run import Run

FUNCTIONS = Family()


@FUNCTIONS.add("substring(string: string, start position: number, length?: number|null) -> string")
def _substring(run: Run, string: str, start: Decimal, length: Decimal | None = None) -> str:
    first, count = truncated(start), len(string) if length is None else truncated(length)
    if first == 0 or abs(first) > len(string):
        raise NoValue("out_of_range", what="start position", value=start)
    if length is not None and count < 1:
        raise NoValue("out_of_range", what="length", value=length)
    # Positions count from one, or from the end below zero.
    begin = first - 1 if first > 0 else len(string) + first
    return string[begin : begin + count]


@FUNCTIONS.add("string length(string: string) -> number")
def _string_length(run: Run, string: str) -> Decimal:
    return Decimal(len(string))


@FUNCTIONS.add("upper case(string: string) -> string")
def _upper_case(run: Run, string: str) -> str:
    return string.upper()


@FUNCTIONS.add("lower case(string: string) -> string")
def _lower_case(run: Run, string: str) -> str:
    return string.lower()


@FUNCTIONS.add("substring before(string: string, match: string) -> string")
def _substring_before(run: Run, string: str, match: str) -> str:
    return string.partition(match)[0] if match and match in string else ""


@FUNCTIONS.add("substring after(string: string, match: string) -> string")
def _substring_after(run: Run, string: str, match: str) -> str:
    if not match:
        return string
    return string.partition(match)[2]


@FUNCTIONS.add("contains(string: string, match: string) -> boolean")
def _contains(run: Run, string: str, match: str) -> bool:
    return match in string


@FUNCTIONS.add("starts with(string: string, match: string) -> boolean")
def _starts_with(run: Run, string: str, match: str) -> bool:
    return string.startswith(match)


@FUNCTIONS.add("ends with(string: string, match: string) -> boolean")
def _ends_with(run: Run, string: str, match: str) -> bool:
    return string.endswith(match)


@FUNCTIONS.add("matches(input: string, pattern: string, flags?: string|null) -> boolean")
def _matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return _pattern(run, text, pattern, flags).found(run, text)


@FUNCTIONS.add("replace(input: string, pattern: string, replacement: string, flags?: string|null) -> string")
def _replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    result = _pattern(run, text, pattern, flags).replaced(run, text, replacement)
    run.charge_text(len(result))
    return result


@FUNCTIONS.add("split(string: string, delimiter: string) -> list<string>")
def _split(run: Run, string: str, delimiter: str) -> list[str]:
    parts = _pattern(run, string, delimiter, None).split(run, string)
    run.charge(len(parts))
    return parts


@FUNCTIONS.add("extract(input: string, pattern: string) -> list<string>")
def _extract(run: Run, text: str, pattern: str) -> list[str]:
    parts = _pattern(run, text, pattern, None).extracted(run, text)
    run.charge(len(parts))
    return parts


@FUNCTIONS.add("string join(list: list, delimiter?: string|null) -> string")
def _string_join(run: Run, strings: list[Any], delimiter: str | None = None) -> str:
    run.charge(len(strings))
    for string in strings:
        if string is not None and not isinstance(string, str):
            raise NoValue("argument", function="string join", parameter="list", expected="strings", kind="other")
    parts = [string for string in strings if string is not None]
    run.charge_text(sum(map(len, parts)) + len(parts) * len(delimiter or ""))
    return (delimiter or "").join(parts)


@FUNCTIONS.add("trim(string: string) -> string")
def _trim(run: Run, string: str) -> str:
    return string.strip()


@FUNCTIONS.add("is blank(string: string|null) -> boolean")
def _is_blank(run: Run, string: str | None) -> bool:
    return string is None or not string.strip()


@FUNCTIONS.add("to base64(value: string) -> string")
def _to_base64(run: Run, value: str) -> str:
    run.charge_text(2 * len(value))
    return base64.b64encode(value.encode()).decode()


def _pattern(run: Run, text: str, pattern: str, flags: str | None) -> Pattern:
    # A pattern may look at each character several times.
    run.charge((len(text) + len(pattern)) // 4)
    return pattern_of(pattern, flags or "")
