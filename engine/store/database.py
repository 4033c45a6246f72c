"""Which database the settings mean."""

from collections.abc import Iterator
from contextlib import contextmanager

from engine.settings import Settings
from engine.store.embedded import EmbeddedServer


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """URL of the database the settings name; without one it is the embedded server's, which runs during the block."""
    if settings.database_url:
        yield settings.database_url
        return
    with EmbeddedServer(settings.data, settings.database_port) as server:
        yield server.url()
