"""PgQueuer's tables: which schema they are in, and the statements that make them."""

from pgqueuer.adapters.persistence.schema_ddl import render_install
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

SCHEMA = "pgqueuer"


def dispatch_settings() -> DBSettings:
    """PgQueuer's settings for our database, the same whatever PGQUEUER_* says in the environment.

    Its log and statistics are not logged to disk: what happened is in our history, they only feed its metrics.
    """
    return DBSettings(db_schema=SCHEMA, prefix="", channel=Channel("ch_pgqueuer"), durability=Durability.balanced)


def install_script() -> str:
    """SQL that makes PgQueuer's schema in an empty database, many statements."""
    return str(render_install(dispatch_settings()))
