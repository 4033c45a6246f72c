"""What the core may know of the world while it advances an instance on the database."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from engine import clock
from engine.core import surroundings as core
from engine.core.surroundings import Surroundings
from engine.definitions import DeployedCatalogue, zone
from engine.directory import calendar as calendars
from engine.directory.acting import current


def surroundings(session: Session, definition_key: int, seed: int) -> Surroundings:
    """Case time, the seed and what is deployed beside a definition. The seed is the key the instance gives next."""
    catalogue = DeployedCatalogue(session, definition_key)
    calendar, functions = calendars.standard(), _functions()
    return Surroundings(clock.now(), seed, zone(), catalogue, calendar, functions, current().hops, core.MOST_HOPS)


@cache
def _functions() -> Mapping[str, Callable[..., Any]]:
    return calendars.functions(calendars.standard())
