"""JSON of the store: digits are kept, and what has no place in JSON is refused."""

import json as plain
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.store import json

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=12,
)


def with_decimals(value: Any) -> Any:
    """The value with whole numbers as Decimal too, since a Decimal without a fraction is read back as int."""
    if isinstance(value, dict):
        return {name: with_decimals(item) for name, item in value.items()}
    if isinstance(value, list):
        return [with_decimals(item) for item in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert with_decimals(json.loads(json.dumps(value))) == with_decimals(value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner)))
def test_without_decimals_it_is_plain_json(value: Any) -> None:
    assert plain.loads(json.dumps(value)) == value


@pytest.mark.parametrize("digits", ["12.30", "0.1", "1E+3", "-0.000", "123456789012345678901234567890.12345"])
def test_digits_are_kept(digits: str) -> None:
    assert str(json.loads(json.dumps({"n": Decimal(digits)}))["n"]) == digits


def test_whole_numbers_are_read_as_int() -> None:
    read = json.loads("[1, 12345678901234567890]")
    assert read == [1, 12345678901234567890]
    assert all(type(number) is int for number in read)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), float("nan"), [float("inf")]])
def test_numbers_json_does_not_have_are_refused(value: Any) -> None:
    with pytest.raises(Invalid, match="value_not_json"):
        json.dumps(value)


@pytest.mark.parametrize("value", [{1: "a"}, {None: 1}, [object()], {1, 2}])
def test_what_is_not_json_is_refused(value: Any) -> None:
    with pytest.raises(Invalid, match="value_not_json"):
        json.dumps(value)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "名\udfff"])
def test_characters_a_database_does_not_hold_are_refused(text: str) -> None:
    for value in (text, [text], {"a": text}, {text: 1} if "\x00" not in text else [text]):
        with pytest.raises(Invalid, match="value_not_storable"):
            json.dumps(value)


def test_whole_numbers_of_any_length_are_read() -> None:
    digits = "9" * 100_000
    assert json.loads(f"[{digits}, 7, 1.5]") == [Decimal(digits), 7, Decimal("1.5")]
    assert json.dumps(json.loads(digits)) == digits


def test_what_is_no_json_is_told() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        json.loads("[1,")
