"""The engine on a database, with what tests do again and again: each call is a transaction of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from engine import store
from engine.core import commands
from engine.core.advance import Advanced
from engine.definitions import Deployment, Resource, deploy
from engine.instances import Instance, advance, start
from engine.store import case_clock

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai, a working day


@dataclass(frozen=True)
class House:
    """An edge: it commits. Bare bytes are BPMN files."""

    url: str

    def deploy(self, *files: bytes | tuple[str, bytes]) -> Deployment:
        resources = [Resource(*f) if isinstance(f, tuple) else Resource(f"p{n}.bpmn", f) for n, f in enumerate(files)]
        with store.transaction() as session:
            return deploy(session, resources)

    def start(self, process_id: str = "p", **more: Any) -> Instance:
        return store.retrying(lambda session: start(session, process_id=process_id, **more))

    def advance(self, key: int, command: commands.Command) -> Advanced:
        return store.retrying(lambda session: advance(session, key, command))

    def complete(self, element: str, variables: Mapping[str, Any] | None = None) -> Advanced:
        """Complete the one open task of an element."""
        key, element_key, instance_key = self.row(
            "SELECT key, element_key, instance_key FROM tasks WHERE element = :e AND state = 'created'", e=element
        )
        return self.advance(instance_key, commands.CompleteTask(key, element_key, variables or {}))

    def finish(self, element: str, variables: Mapping[str, Any] | None = None) -> Advanced:
        """Complete the one job of an element."""
        key, element_key, instance_key = self.row(
            "SELECT key, element_key, instance_key FROM jobs WHERE element = :e", e=element
        )
        return self.advance(instance_key, commands.CompleteJob(key, element_key, variables or {}))

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        with store.transaction() as session:
            result = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def row(self, statement: str, **values: Any) -> Any:
        (found,) = self.rows(statement, **values)
        return found

    def value(self, statement: str, **values: Any) -> Any:
        return self.row(statement, **values)[0]

    def state(self, key: int) -> str:
        return str(self.value("SELECT state FROM instances WHERE key = :key", key=key))

    def variables(self, key: int) -> dict[str, Any]:
        """Those of the instance's own scope."""
        return dict(self.rows("SELECT name, value FROM variables WHERE scope_key = :key", key=key))

    def told(self, key: int) -> list[tuple[str, str | None]]:
        """What history says of an instance: kind and element, in order."""
        return list(self.rows("SELECT kind, element FROM history WHERE instance_key = :key ORDER BY key", key=key))

    def everything(self) -> dict[str, list[Any]]:
        """All rows of all tables: to see that nothing has changed."""
        tables = self.rows(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'history_%'"
        )
        return {name: sorted(map(repr, self.rows(f"SELECT * FROM {name}"))) for (name,) in tables}

    def pin(self, moment: datetime) -> None:
        with store.transaction() as session:
            case_clock.pin(session, moment)
