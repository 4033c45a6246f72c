"""Work: jobs, the handlers' contract, retries, timers, messages and the inbox's commands."""

# Whoever imports the room can apply what messages, signals, timers and handlers leave for instances.
from engine.work import answers, commands

__all__ = ["answers", "commands"]
