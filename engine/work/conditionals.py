"""Conditional start events: somebody gives variables, and each condition they fulfil opens an instance with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import history
from engine.core import conditions
from engine.definitions import process_spec
from engine.instances import surroundings
from engine.work.sending import Receiver, new_key, start

# The table holds the latest version's start events only, so no version has to be chosen here.
_WAITING = text("SELECT DISTINCT definition_key FROM start_events WHERE kind = 'condition' ORDER BY definition_key")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The key of an evaluation, and (definition key, instance key) of each instance that it opens."""

    key: int
    opened: tuple[tuple[int, int], ...]


def evaluate_conditions(session: Session, variables: Mapping[str, Any], definition_key: int | None = None) -> Evaluated:
    """Ask the conditions of the latest version of every process, or of one definition. Raises NotFound."""
    key = new_key(session)
    asked = [definition_key] if definition_key is not None else session.execute(_WAITING).scalars().all()
    opened = []
    for definition in asked:
        spec = process_spec(session, definition)
        moment = surroundings(session, definition, key).moment()
        for element in conditions.openings(spec, variables, moment):
            instance_key = new_key(session)
            start(session, Receiver(spec.process_id, definition, element), instance_key, variables, None)
            opened.append((definition, instance_key))
    # Names alone: a value may be personal, and history cannot be masked (decision 17).
    data = {"evaluation": str(key), "names": sorted(variables), "opened": [str(instance) for _, instance in opened]}
    history.record(session, "conditions_evaluated", data=data)
    return Evaluated(key, tuple(opened))
