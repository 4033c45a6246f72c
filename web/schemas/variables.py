"""Variables: told with their value as JSON text."""

import zlib
from typing import Any

import engine
from web.schemas.fields import Flag, Key, QueryFlag, Shape, Text, Variables, Whole
from web.schemas.search import default_tenant, key_filter, page_of, search_body, text_filter, value_filter

# Where Camunda cuts values off, too.
LONGEST_VALUE = 8191
# A variable has no number of its own; clients want one: its scope's key, then eight digits made of its name.
NAME_NUMBERS = 10**8


def variable_key(scope_key: int, name: str) -> int:
    """The number of a variable."""
    return scope_key * NAME_NUMBERS + zlib.crc32(name.encode()) % NAME_NUMBERS


class Variable(Shape):
    """One variable; a long value is cut off in searches that do not ask for it whole."""

    name = Text()
    value = Text()
    is_truncated = Flag()
    variable_key = Text()
    scope_key = Key()
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Key(attribute="root_key")
    tenant_id = default_tenant()


def told(row: Any, cut: bool) -> dict[str, Any]:
    """The members of one variable."""
    value = engine.dump_json(row.value)
    is_cut = cut and len(value) > LONGEST_VALUE
    return {
        "name": row.name,
        "value": value[:LONGEST_VALUE] if is_cut else value,
        "is_truncated": is_cut,
        "variable_key": str(variable_key(row.scope_key, row.name)),
        "scope_key": row.scope_key,
        "instance_key": row.instance_key,
        "root_key": row.root_key,
    }


VariableSearch = search_body(
    "Variable",
    {
        "name": text_filter("name"),
        "value": value_filter(),
        "scope_key": key_filter("scope_key"),
        "process_instance_key": key_filter("instance_key"),
    },
    {"name": "name", "value": "value", "scopeKey": "scope_key", "processInstanceKey": "instance_key"},
)
VariablePage = page_of(Variable)


class VariableQuery(Shape):
    """How values are told."""

    truncate_values = QueryFlag()


class VariablesSet(Shape):
    """Variables to set; `local` keeps them in the scope named."""

    variables = Variables(required=True)
    local = Flag()
    operation_reference = Whole(1, 2**63 - 1)
