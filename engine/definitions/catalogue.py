"""What is deployed beside a running definition, as the core asks for it."""

from sqlalchemy.orm import Session

from engine import dmn
from engine.core.effects import Binding
from engine.store import reading_connection

from .finding import decision_of

_LATEST = "SELECT key FROM definitions WHERE kind = %s AND id = %s ORDER BY version DESC LIMIT 1"
# What was newest when the running definition was deployed: an unchanged file makes no version of its own.
_DEPLOYMENT = """
    SELECT key FROM definitions WHERE kind = %s AND id = %s
      AND deployment_key <= (SELECT deployment_key FROM definitions WHERE key = %s)
    ORDER BY version DESC LIMIT 1
"""
_TAG = "SELECT key FROM definitions WHERE kind = %s AND id = %s AND version_tag = %s ORDER BY version DESC LIMIT 1"


class DeployedCatalogue:
    """`engine.core.surroundings.Catalogue` on the database, seen from one definition."""

    def __init__(self, session: Session, definition_key: int) -> None:
        self._session = session
        self._definition_key = definition_key

    def key(self, kind: str, id: str, binding: Binding) -> int | None:  # noqa: A002 - the id of its kind
        """The key of the version that a binding means, if there is one."""
        connection = reading_connection(self._session)
        if binding.kind == "deployment":
            found = connection.execute(_DEPLOYMENT, [kind, id, self._definition_key])
        elif binding.kind == "versionTag":
            found = connection.execute(_TAG, [kind, id, binding.tag])
        else:
            found = connection.execute(_LATEST, [kind, id])
        row = found.fetchone()
        return row[0] if row else None

    def decision(self, decision_id: str, binding: Binding) -> tuple[int, dmn.Decision] | None:
        key = self.key("decision", decision_id, binding)
        return None if key is None else (key, decision_of(self._session, key))

    def has_process(self, process_id: str, binding: Binding) -> bool:
        return self.key("process", process_id, binding) is not None

    def form_key(self, form_id: str, binding: Binding) -> int | None:
        return self.key("form", form_id, binding)
