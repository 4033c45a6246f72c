"""The schema of the database, revision by revision, and bringing a database up to the newest one."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.settings import VERSION
from engine.store.session import make_engine

FOLDER = Path(__file__).parent
# Any number will do, as long as it is always the same one.
ADVISORY_LOCK = 5_263_116_771


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url`; of several processes that do so at once, one does it and the others wait.

    Raises Conflict if a newer Trunkline has migrated it already.
    """
    engine = make_engine(url, connections=2)
    try:
        with engine.begin() as connection:
            # A connection's limits are for work: a migration takes as long as it takes, and waits for another one.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            _refuse_unknown(connection)
            command.upgrade(_config(connection), revision)
    finally:
        engine.dispose()


def require_current(url: str) -> None:
    """Raise Conflict unless the database is migrated to this Trunkline's newest revision."""
    engine = make_engine(url, connections=2)
    try:
        with engine.connect() as connection:
            _require_current(connection)
    finally:
        engine.dispose()


def require_still_current(session: Session) -> None:
    """The same in a transaction, for whoever serves already."""
    _require_current(session.connection())


def _require_current(connection: Connection) -> None:
    _refuse_unknown(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    newest = newest_revision()
    if current != newest:
        raise Conflict("database_not_migrated", revision=current or "–", expected=newest)


@cache
def newest_revision() -> str:
    """Id of the last revision this Trunkline brings."""
    revision = ScriptDirectory(str(FOLDER)).get_current_head()
    assert revision is not None
    return revision


def _refuse_unknown(connection: Connection) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in _known_revisions():
        raise Conflict("database_is_newer", revision=current, running=VERSION)


@cache
def _known_revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions())


def _config(connection: Connection) -> Config:
    config = Config()
    # Alembic reads it through configparser, where a % begins a name to be put in.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
