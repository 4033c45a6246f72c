"""The ports to the world outside: one table, topic → handler, which the worker loads."""

from engine import Handler

HANDLERS: dict[str, Handler] = {}
