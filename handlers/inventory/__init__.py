"""The port `inventory`: customers, circuits, resources and reservations over HTTP and JSON."""

from handlers.inventory.records import get, search

__all__ = ["get", "search"]
