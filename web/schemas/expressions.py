"""A FEEL expression and what it gives."""

from web.schemas.fields import Anything, Inner, Several, Shape, Text, Variables
from web.schemas.search import Tenant


class ExpressionEvaluation(Shape):
    """An expression, with the `=` of diagrams or without, and the variables it may read."""

    expression = Text(10_000, 1, required=True)
    variables = Variables(allow_none=True)
    tenant_id = Tenant()


class ExpressionWarning(Shape):
    """Why a part of the value is null."""

    message = Text()


class ExpressionEvaluated(Shape):
    """Its value."""

    expression = Text()
    result = Anything()
    warnings = Several(Inner(ExpressionWarning))
