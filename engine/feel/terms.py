"""The words that warnings and errors put into their sentences: kinds of values, what was expected, why not.

In this room they are English phrases. `told` gives those that other languages have words of their own for a code;
whatever else stands there, such as `<=` or `list<number>`, is the same in every language.
"""

import re
from typing import Any

_KINDS = (
    "null",
    "boolean",
    "number",
    "string",
    "list",
    "context",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
    "range",
    "function",
    "other",
    "open range",
    "range with an open end",
)
_EXPECTED_ARGUMENTS = (
    "numbers",
    "strings",
    "booleans",
    "contexts",
    "comparable",
    "a whole number",
    "keys and values",
    "a closed range",
)
_NO_SUCH = (
    "date, time or duration",
    "duration",
    "time zone",
    "separator",
    "replacement",
    "JSON",
    "start position",
    "length",
    "depth of the list",
    "size",
    "position",
    "scale",
    "the result",
    "an argument",
)
_PATTERNS = (
    "it matches the empty string",
    "unknown flags",
    "it is too long",
    "it is too large",
    "a closing bracket without its opening one",
    "too many groups in one another",
    "the pattern ends too early",
    "a sign has nothing to belong to",
    "looking ahead or behind is not XPath's",
    "a bracket is not closed",
    "an escape without a meaning",
    "a repeated anchor",
    "a repetition of a repetition",
    "a count is missing",
    "a count is not closed",
    "a count is out of range",
    "a reference to a group that is not there",
    "`{` with a property must follow",
    "no such property of characters",
    "too many classes in one another",
    "a class must end after what is taken from it",
    "an empty class",
    "a range that is none",
    "`[` inside a class",
)
_SYNTAX = (
    "a name",
    "a type",
    "an expression",
    "an expression (equality is one `=`)",
    "a name, a literal or an operator",
    "an operator or the end of the expression",
    "the end of the expression",
    "the end of the type",
    "a name for each argument, or for none",
    "a number of at most 6,144 digits",
    "fewer levels in one another",
    "more than the stack has room for",
    "more",
    "a shorter text",
    "a Unicode character",
    "half of a surrogate pair",
    'a closing quotation mark `"`',
    "the `*/` that ends the comment",
    "`!=` or `not(…)`",
    "the end of the range: `]`, `)` or `[`",
    "a function that computes here; `fromAi` belongs to AI agents and is not supported",
)
_LIMITS = (
    "steps",
    "depth",
    "string length",
    "result size",
    "result depth",
    "calls in calls",
    "steps in one decision",
)
_OTHERS = ("the condition of an assertion is not fulfilled",)

TERMS = frozenset((*_KINDS, *_EXPECTED_ARGUMENTS, *_NO_SUCH, *_PATTERNS, *_SYNTAX, *_LIMITS, *_OTHERS))

# Where the words stand; every other parameter is a name or a text of the author's.
_PLACES = frozenset(("kind", "left", "right", "expected", "found", "what", "reason", "limit", "cause"))

# Several kinds that an argument may have.
EITHER = " or "


def term_code(phrase: str) -> str:
    """The code of a phrase: `feel_term_date_and_time`."""
    return "feel_term_" + re.sub(r"\W+", "_", phrase.replace("`", "")).strip("_").lower()


def told(phrase: str) -> Any:
    """The phrase as `{code, parameters}`, several kinds as `{code: feel_either, …}`; others as they stand."""
    if phrase in TERMS:
        return {"code": term_code(phrase), "parameters": {}}
    first, either, rest = phrase.partition(EITHER)
    if either and first in TERMS:
        return {"code": "feel_either", "parameters": {"first": told(first), "rest": told(rest)}}
    return phrase


def told_parameters(parameters: dict[str, str]) -> dict[str, Any]:
    """The parameters of a sentence with codes in place of phrases."""
    return {name: told(value) if name in _PLACES else value for name, value in parameters.items()}
