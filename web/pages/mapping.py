"""Which element of a newer version takes the place of one of an older: what somebody has to say before a migration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import request

import engine
from web.asking import Language

FIELD = "map."
# Only these are stood on; a gateway that does not join is passed in the same step.
PASSED = frozenset({"ProcessRoot", "StartEvent", "EndEvent", "ExclusiveGateway", "NoneTask", "ManualTask"})


@dataclass(frozen=True, slots=True)
class Line:
    """One element of the old version, and those of the new one that are of its kind. `chosen` is "" where none is."""

    element: str
    name: str
    chosen: str
    choices: tuple[tuple[str, str], ...]


def lines(
    session: engine.Session, old_key: int, new_key: int, language: Language, standing: Iterable[str] = ()
) -> list[Line]:
    """Elements that have no namesake in the new version, and those that cases stand at (`standing`)."""
    old, new = (engine.process_spec(session, key).elements for key in (old_key, new_key))
    here, found = frozenset(standing), []
    for id, element in old.items():  # noqa: A001
        kind = type(element)
        has_namesake = id in new and type(new[id]) is kind
        if kind.__name__ in PASSED or (has_namesake and id not in here):
            continue
        choices = tuple(
            (other, engine.element_name(session, new_key, other, language))
            for other, drawn in new.items()
            if type(drawn) is kind
        )
        name = engine.element_name(session, old_key, id, language)
        new_ones = [other for other, _ in choices if other not in old]
        # A step that was only given another id is the one of its kind that is new.
        guess = new_ones[0] if len(new_ones) == 1 else ""
        found.append(Line(id, name, id if has_namesake else guess, choices))
    return found


def asked() -> Mapping[str, str]:
    """What was chosen: old element → new element, those that keep their id left out."""
    given = {name.removeprefix(FIELD): value for name, value in request.form.items() if name.startswith(FIELD)}
    # The engine maps equal ids by itself.
    return {element: target for element, target in given.items() if target and target != element}
