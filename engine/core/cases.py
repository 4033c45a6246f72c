"""A case's number and owning unit (decisions 10 and 14)."""

from collections.abc import Callable
from datetime import date

from engine.feel import Moment

from .expressions import Scope
from .spec import ProcessSpec

HEADQUARTERS = "HQ"


def owning_unit(spec: ProcessSpec, scope: Scope, moment: Callable[[], Moment]) -> str | None:
    """The unit that property `unit` of the process names; None where it has none or the inputs are not there yet."""
    source = spec.properties.get("unit")
    value = source.evaluate(scope, moment()).value if source else None
    return value if isinstance(value, str) and value else None


def prefix(spec: ProcessSpec) -> str | None:
    """What the process's case numbers begin with."""
    source = spec.properties.get("prefix")
    return source.text if source else None


def series(prefix: str, unit: str | None, day: date) -> tuple[str, str, date]:
    """What one run of case numbers is counted by: a prefix, `HQ` or the province's letters, and a day."""
    return prefix, (unit or HEADQUARTERS).split("-")[0], day


def case_no(prefix: str, unit: str, day: date, count: int) -> str:
    """For example FLT-GD-20261123-0007."""
    return f"{prefix}-{unit}-{day:%Y%m%d}-{count:04d}"
