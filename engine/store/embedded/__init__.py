"""The PostgreSQL server Trunkline brings along: made, started, shared by several processes, and stopped by us."""

from engine.store.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer"]
