"""The built-in functions by name. A family is a file; its table joins the others here."""

from engine.feel.builtins import aggregates, contexts, conversion, dates, lists, numbers, ranges, strings, variables
from engine.feel.builtins.signature import BuiltIn
from engine.feel.names import NameTable

BUILT_INS: dict[str, BuiltIn] = {
    name: built_in
    for family in (strings, numbers, lists, aggregates, dates, ranges, contexts, conversion, variables)
    for name, built_in in family.FUNCTIONS.items()
}

# Those of several words, for the parser.
BUILT_IN_NAMES = NameTable(BUILT_INS)
BUILT_IN_NAMES.add("is defined")
