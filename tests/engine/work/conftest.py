"""The engine on a database of the test's own, with what a test of `work` does again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine import store
from engine.definitions import Resource, deploy
from engine.instances import start
from engine.store import case_clock
from engine.work.activation import ActivatedJob, activate_jobs

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai, a working day


@dataclass(frozen=True)
class Desk:
    """Each call is a transaction of its own, as an edge makes it."""

    url: str

    def deploy(self, *files: bytes | tuple[str, bytes]) -> list[int]:
        """Definitions' keys. A bare content is a BPMN file."""
        resources = [
            Resource(*given) if isinstance(given, tuple) else Resource(f"p{n}.bpmn", given)
            for n, given in enumerate(files)
        ]
        with store.transaction() as session:
            return [one.key for one in deploy(session, resources).definitions]

    def start(self, process_id: str = "p", **variables: Any) -> int:
        return store.retrying(lambda session: start(session, process_id=process_id, variables=variables)).key

    def activate(self, *types: str, worker: str = "a", limit: int = 10, lease: float = 60) -> list[ActivatedJob]:
        with store.transaction() as session:
            return activate_jobs(session, types, worker, limit, timedelta(seconds=lease))

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        with store.transaction() as session:
            result = session.execute(text(statement), values)
            return result.all() if result.returns_rows else []

    def value(self, statement: str, **values: Any) -> Any:
        found = self.rows(statement, **values)
        return found[0][0] if found else None

    def state(self, key: int) -> str:
        return str(self.value("SELECT state FROM instances WHERE key = :key", key=key))

    def variables(self, key: int) -> dict[str, Any]:
        """Those of the instance's own scope."""
        rows = self.rows("SELECT name, value FROM variables WHERE instance_key = :key AND scope_key = :key", key=key)
        return dict(row._tuple() for row in rows)

    def elements(self, key: int) -> list[str]:
        """The elements it has gone through, in order."""
        statement = "SELECT element FROM history WHERE instance_key = :key AND kind = 'element_completed' ORDER BY key"
        return [row[0] for row in self.rows(statement, key=key)]

    def pin(self, moment: datetime) -> None:
        with store.transaction() as session:
            case_clock.pin(session, moment)


@pytest.fixture
def desk(db: str) -> Desk:
    """A migrated database whose case clock stands at nine on a Monday."""
    made = Desk(db)
    made.pin(MONDAY)
    return made


@pytest.fixture(scope="session")
def here() -> Path:
    return Path(__file__).parent
