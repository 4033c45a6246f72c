"""One field's value: what each kind of field takes, and what its rules allow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Protocol

import re2

from engine.feel import Moment
from engine.work.forms.schema import Field

# The patterns of form-js's ready-made rules.
_KNOWN_PATTERNS = {
    "email": r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
    "phone": r"^(\+|00)?[0-9][0-9 ().-]{2,29}$",
}
_EMPTY: tuple[Any, ...] = (None, "", [])


class Refused(Exception):
    """The value breaks a rule of its field."""

    def __init__(self, code: str, **parameters: Any) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters


class Around(Protocol):
    """What a field may look at beside its own value."""

    @property
    def data(self) -> Mapping[str, Any]: ...

    @property
    def moment(self) -> Moment: ...

    def evaluate(self, text: Any) -> Any: ...


def check(field: Field, value: Any, around: Around) -> Any:
    """The value as it is kept, None for an empty one. Raises Refused."""
    required = around.evaluate(field.validate.get("required")) is True
    # a box that must be ticked is empty as long as it is not
    if value in _EMPTY or (required and field.kind == "checkbox" and value is False):
        if required:
            raise Refused("required")
        return None if value != [] else []
    if field.is_reference:
        return _reference(field, value, around)
    return _KINDS[field.kind](field, value, around)


def _text(field: Field, value: Any, around: Around) -> str:
    if not isinstance(value, str):
        raise Refused("not_a_text")
    # PostgreSQL's jsonb takes no NUL.
    if "\x00" in value:
        raise Refused("not_a_text")
    shortest, longest = _bounds(field, around, "minLength", "maxLength")
    if shortest is not None and len(value) < shortest:
        raise Refused("too_short", shortest=shortest)
    if longest is not None and len(value) > longest:
        raise Refused("too_long", longest=longest)
    kind = field.validate.get("validationType")
    pattern = _KNOWN_PATTERNS.get(kind) if kind in _KNOWN_PATTERNS else field.validate.get("pattern")
    # RE2 needs time in proportion to the text, whatever the pattern
    if pattern and not re2.search(pattern, value):
        raise Refused("pattern", pattern=field.validate.get("patternErrorMessage") or kind or pattern)
    return value


def _number(field: Field, value: Any, around: Around) -> Any:
    as_text = bool(field.settings.get("serializeToString"))
    number = _decimal(value) if as_text and isinstance(value, str) else value
    # A bool is an int in Python, and a float has lost digits before it came here.
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise Refused("not_a_number")
    smallest, largest = _bounds(field, around, "min", "max")
    if smallest is not None and number < smallest:
        raise Refused("too_small", smallest=smallest)
    if largest is not None and number > largest:
        raise Refused("too_large", largest=largest)
    digits = field.settings.get("decimalDigits")
    if digits is not None and number != round(Decimal(number), int(digits)):
        raise Refused("too_precise", digits=digits)
    return str(value) if as_text else number


def _decimal(text: str) -> Decimal | None:
    # Decimal's own reading takes NaN, infinities and underscores too
    return Decimal(text) if re2.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d{1,3})?", text) else None


def _bounds(field: Field, around: Around, low: str, high: str) -> tuple[Any, Any]:
    found = [around.evaluate(field.validate.get(name)) for name in (low, high)]
    lower, upper = (Decimal(str(bound)) if bound not in _EMPTY else None for bound in found)
    return lower, upper


def _boolean(field: Field, value: Any, around: Around) -> bool:
    if not isinstance(value, bool):
        raise Refused("not_a_boolean")
    return value


def _instant(field: Field, value: Any, around: Around) -> str:
    kind = field.settings.get("subtype", "date")
    reading: Mapping[str, Callable[[str], Any]] = {
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "datetime": datetime.fromisoformat,
    }
    if not isinstance(value, str):
        raise Refused(f"not_a_{kind}")
    try:
        moment = reading[kind](value)
    except ValueError:
        raise Refused(f"not_a_{kind}") from None
    if field.settings.get("disallowPassedDates") and kind != "time" and _day(moment, around) < around.moment.now.date():
        raise Refused("passed")
    return value if kind == "date" else _with_zone(field, moment, around)


def _day(moment: Any, around: Around) -> date:
    """The day by the clocks of the installation: in the morning it is still yesterday in UTC."""
    if not isinstance(moment, datetime):
        return moment  # type: ignore[no-any-return]
    return (moment.astimezone(around.moment.now.tzinfo) if moment.tzinfo else moment).date()


def _with_zone(field: Field, moment: Any, around: Around) -> str:
    """The moment as FEEL reads it, with seconds.

    One without a zone, as a browser's own field gives it, is meant in the zone of the installation.
    """
    form = field.settings.get("timeSerializingFormat")
    if moment.tzinfo is not None or form not in ("utc_offset", "utc_normalized"):
        return str(moment.isoformat())
    now = around.moment.now
    # a time of day is one of today
    local = datetime.combine(now.date(), moment, now.tzinfo) if isinstance(moment, time) else moment
    local = local.replace(tzinfo=now.tzinfo)
    zoned = (local.astimezone(UTC) if form == "utc_normalized" else local).isoformat()
    return zoned.partition("T")[2] if isinstance(moment, time) else zoned


def _choice(field: Field, value: Any, around: Around) -> Any:
    if not _is_among(value, _options(field, around)):
        raise Refused("not_an_option", value=value)
    return value


def _choices(field: Field, value: Any, around: Around) -> list[Any]:
    if not isinstance(value, list):
        raise Refused("not_a_list")
    options = _options(field, around)
    for item in value:
        if not _is_among(item, options):
            raise Refused("not_an_option", value=item)
    return value


def _is_among(value: Any, options: Iterable[Any]) -> bool:
    return any(_is_same(value, option) for option in options)


def _is_same(one: Any, other: Any) -> bool:
    """Equal as JSON is: to Python true is 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _options(field: Field, around: Around) -> list[Any]:
    return [value for value, _ in option_entries(field.settings, around)]


def option_entries(settings: Mapping[str, Any], around: Around) -> list[tuple[Any, str]]:
    """The values there are to choose from with their labels, never taken from what was sent."""
    if expression := settings.get("valuesExpression"):
        found = around.evaluate(expression)
    elif key := settings.get("valuesKey"):
        found = around.data.get(key)
    else:
        found = settings.get("values")
    entries = found if isinstance(found, Sequence) and not isinstance(found, str) else ()
    return [_entry(entry) for entry in entries]


def _entry(entry: Any) -> tuple[Any, str]:
    value = entry.get("value") if isinstance(entry, Mapping) else entry
    label = entry.get("label") if isinstance(entry, Mapping) else None
    return value, str(value if label is None else label)


def _reference(field: Field, value: Any, around: Around) -> Any:
    """Something kept elsewhere: {id, label}, or a list of them where several may be chosen."""
    several = field.kind in ("taglist", "checklist")
    for entry in value if several and isinstance(value, list) else [value]:
        if not isinstance(entry, Mapping) or entry.keys() != {"id", "label"}:
            raise Refused("not_a_reference")
        if not all(isinstance(part, str) and part for part in entry.values()):
            raise Refused("not_a_reference")
    return value


def _files(field: Field, value: Any, around: Around) -> Any:
    """Documents as Camunda refers to them: a list, of one where only one may be handed in."""
    if not isinstance(value, list) or not all(map(_is_document, value)):
        raise Refused("not_a_file")
    if len(value) > 1 and around.evaluate(field.settings.get("multiple")) is not True:
        raise Refused("too_many_files")
    return value


def _is_document(value: Any) -> bool:
    kind = value.get("camunda.document.type") if isinstance(value, Mapping) else None
    return kind == "camunda" and isinstance(value.get("documentId"), str)


_KINDS: dict[str, Callable[[Field, Any, Around], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _instant,
    "checkbox": _boolean,
    "checklist": _choices,
    "taglist": _choices,
    "radio": _choice,
    "select": _choice,
    "filepicker": _files,
}
