"""PostgreSQL: the sessions (with the project's only commit), the models, the migrations and the embedded server."""

from sqlalchemy.orm import Session

from engine.store.database import database
from engine.store.embedded import EmbeddedServer
from engine.store.migrations import newest_revision, require_current, require_still_current, upgrade
from engine.store.session import (
    Overtaken,
    after_commit,
    begin_with,
    case_time_is,
    configure,
    configured_url,
    dispose,
    engine_of,
    first_row,
    may_be_overtaken,
    one_statement,
    raw_connection,
    reading_connection,
    retrying,
    seen_row,
    seen_rows,
    sqlstate,
    transaction,
    trying_again,
    write_last,
)
from engine.store.telling import tell

__all__ = [
    "EmbeddedServer",
    "Overtaken",
    "Session",
    "after_commit",
    "begin_with",
    "case_time_is",
    "configure",
    "configured_url",
    "database",
    "dispose",
    "engine_of",
    "first_row",
    "may_be_overtaken",
    "newest_revision",
    "one_statement",
    "raw_connection",
    "reading_connection",
    "require_current",
    "require_still_current",
    "retrying",
    "seen_row",
    "seen_rows",
    "sqlstate",
    "tell",
    "transaction",
    "trying_again",
    "upgrade",
    "write_last",
]
