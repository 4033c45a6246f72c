"""FEEL, the expression language of DMN 1.5: parsed once, compiled to closures, counted and safe.

This is the front door; other rooms use no other name of this one.
"""

from engine.feel.builtins import BUILT_INS
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.errors import FeelError, FeelLimitError, FeelSyntaxError, NoValue
from engine.feel.expression import Evaluation, Expression, UnaryTests, compile_expression, compile_unary_tests
from engine.feel.invoking import bound_arguments, coerced
from engine.feel.json_values import from_json, to_json
from engine.feel.limits import DEFAULT_BUDGET
from engine.feel.parser import parse_type_text as parse_type
from engine.feel.run import Chance, Moment, Run
from engine.feel.temporal import DateTime, FarDate, Time
from engine.feel.terms import told
from engine.feel.typesystem import ANY, ContextType, FunctionType, ListType, RangeType, Type, is_instance
from engine.feel.values import Function, Range, item_at, kind_of
from engine.feel.warning import FeelWarning

BUILT_IN_FUNCTIONS = frozenset(BUILT_INS)

__all__ = [
    "ANY",
    "BUILT_IN_FUNCTIONS",
    "DEFAULT_BUDGET",
    "Chance",
    "ContextType",
    "DateTime",
    "DaysTimeDuration",
    "Evaluation",
    "Expression",
    "FarDate",
    "FeelError",
    "FeelLimitError",
    "FeelSyntaxError",
    "FeelWarning",
    "Function",
    "FunctionType",
    "ListType",
    "Moment",
    "NoValue",
    "Range",
    "RangeType",
    "Run",
    "Time",
    "Type",
    "UnaryTests",
    "YearsMonthsDuration",
    "bound_arguments",
    "coerced",
    "compile_expression",
    "compile_unary_tests",
    "from_json",
    "is_instance",
    "item_at",
    "kind_of",
    "parse_type",
    "to_json",
    "told",
]
