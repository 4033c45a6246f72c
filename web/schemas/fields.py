"""Fields of requests and answers. Their messages are codes; words are made where the answer is."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

import engine
from web.asking import key_of

DEEPEST = 100
# What decimal128 holds, as FEEL has it; a number beyond it would stop the first who reckons with it.
LARGEST_EXPONENT = 6144
LONGEST_TEXT = 10_000

Messages = dict[str, str | list[Any] | dict[Any, Any]]


class Shape(Schema):
    """An object of the API: our names in snake_case, Camunda's in camelCase. A name it does not have is refused."""

    class Meta:
        unknown = RAISE

    error_messages = {"type": "member_not_an_object", "unknown": "member_unknown"}  # noqa: RUF012 - marshmallow's way

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give the field its name in JSON."""
        first, *others = (field_obj.data_key or field_name).split("_")
        field_obj.data_key = first + "".join(word.capitalize() for word in others)


class Coded:
    """Messages that every field has."""

    default_error_messages: Messages = {  # noqa: RUF012 - marshmallow's way
        "required": "member_missing",
        "null": "member_null",
        "validator_failed": "member_malformed",
    }


class Text(Coded, fields.Field[str]):
    """A text that the database can hold: no NUL, no half of a surrogate pair."""

    def __init__(self, longest: int = LONGEST_TEXT, shortest: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest
        self.shortest = shortest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not _is_storable(value):
            raise refusal("member_not_a_text")
        if not self.shortest <= len(value) <= self.longest:
            raise refusal("member_length", shortest=self.shortest, longest=self.longest)
        return value


class Key(Coded, fields.Field[int]):
    """A key: a number inside, a string of digits in JSON."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        # JavaScript's numbers are exact to 53 bits only, and keys have 63.
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise refusal("member_not_a_key")
        try:
            return key_of(value)
        except engine.Invalid:
            raise refusal("member_not_a_key") from None


class Whole(Coded, fields.Field[int]):
    """A whole number between two others."""

    def __init__(self, smallest: int = -(2**31), largest: int = 2**31 - 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.smallest = smallest
        self.largest = largest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        # A bool is an int in Python.
        if not isinstance(value, int) or isinstance(value, bool):
            raise refusal("member_not_a_whole_number")
        if not self.smallest <= value <= self.largest:
            raise refusal("member_range", smallest=self.smallest, largest=self.largest)
        return value


class QueryNumber(Whole):
    """A whole number in the query of an address."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not value.isascii() or not value.isdecimal() or len(value) > 10:
            raise refusal("member_not_a_whole_number")
        return super()._deserialize(int(value), attr, data, **kwargs)


class Flag(Coded, fields.Field[bool]):
    """True or false."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise refusal("member_not_a_boolean")
        return value


class QueryFlag(Coded, fields.Field[bool]):
    """True or false in the query of an address."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise refusal("member_not_a_boolean")
        return bool(value == "true")


class Moment(Coded, fields.Field[datetime]):
    """A point in time with its zone, as ISO 8601 has it; in answers always UTC."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):
            raise refusal("member_not_a_moment") from None


class Clearable(Moment):
    """A point in time, or an empty text that clears it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value if value == "" else super()._deserialize(value, attr, data, **kwargs)


class Variables(Coded, fields.Field[dict[str, Any]]):
    """Variables by name: any JSON that the database and FEEL can hold."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refusal("member_not_variables")
        for name, inner in value.items():
            if not name or not _is_storable(name) or len(name) > 1000:
                raise refusal("variable_name_malformed", name=name[:100])
            _refuse_unstorable(name, inner, DEEPEST)
        return value


class Anything(Coded, fields.Field[Any]):
    """A member whose value is somebody else's matter."""


class Choice(Coded, fields.Field[str]):
    """One of some words; inside it is what the word stands for."""

    def __init__(self, words: Mapping[str, str], **kwargs: Any) -> None:
        kwargs["metadata"] = {"enum": list(words), **kwargs.get("metadata", {})}
        super().__init__(**kwargs)
        self.words = words
        self.shown = {inside: word for word, inside in words.items()}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else self.shown.get(value, value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise refusal("member_not_an_option", options=", ".join(self.words))
        return self.words[value]


class Several(Coded, fields.List[Any]):
    """A list of one kind of field."""

    default_error_messages: Messages = {**Coded.default_error_messages, "invalid": "member_not_a_list"}  # noqa: RUF012


class Inner(Coded, fields.Nested):
    """An object in an object."""

    default_error_messages: Messages = {**Coded.default_error_messages, "type": "member_not_an_object"}  # noqa: RUF012


class Made(fields.Field[Any]):
    """A member of an answer that is made from the row it tells of."""

    def __init__(self, make: Callable[[Any], Any], kind: str = "string", **kwargs: Any) -> None:
        super().__init__(dump_only=True, metadata={"type": kind, **kwargs.pop("metadata", {})}, **kwargs)
        self.make = make

    # Rows have no attribute of this name, and marshmallow would leave the member out.
    _CHECK_ATTRIBUTE = False

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.make(obj)


def refusal(code: str, **parameters: Any) -> ValidationError:
    """A field's refusal as marshmallow has it, with a finding of ours inside."""
    return ValidationError([engine.Finding(code, parameters)])


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _is_storable(text: str) -> bool:
    return _UNSTORABLE.search(text) is None


def _refuse_unstorable(name: str, value: Any, depth: int) -> None:
    if depth == 0:
        raise refusal("variable_too_deep", name=name, deepest=DEEPEST)
    match value:
        case str() if not _is_storable(value):
            raise refusal("variable_text_malformed", name=name)
        case Decimal() if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
            raise refusal("variable_number_range", name=name)
        case list():
            for item in value:
                _refuse_unstorable(name, item, depth - 1)
        case dict():
            for key, item in value.items():
                if not _is_storable(key):
                    raise refusal("variable_text_malformed", name=name)
                _refuse_unstorable(name, item, depth - 1)
