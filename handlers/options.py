"""Reading a port's options: what the ports file lacks is said with the port's name and the key."""

from typing import Any

from engine import Port
from handlers.answers import never


def needed(port: Port, name: str) -> Any:
    """An option the port cannot do without."""
    value = port.options.get(name)
    if value is None or value == "":
        raise never(f"port {port.name}: option {name} is missing in the ports file")
    return value
