"""Word that others send in the database: one connection of its own, opened again when it is lost."""

import logging
import time
from collections.abc import Iterator

import psycopg

from engine.store.session import configured_url

PAUSE_SECONDS = 2.0

logger = logging.getLogger(__name__)


def listen(channel: str, patience: float) -> Iterator[str | None]:
    """What is told on a channel, for ever; None when nothing was for `patience` seconds.

    An empty word whenever listening begins, at first and after each lost connection: before it something may have been
    missed.
    """
    while True:
        try:
            with psycopg.connect(configured_url(), autocommit=True) as connection:
                # A channel is a name, not a value: it cannot be a parameter.
                connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
                yield ""
                while True:
                    told = False
                    for notice in connection.notifies(timeout=patience, stop_after=1):
                        told = True
                        yield notice.payload
                    if not told:
                        yield None
        except psycopg.OperationalError as error:
            logger.warning("listening was interrupted: %s", error)
            time.sleep(PAUSE_SECONDS)
