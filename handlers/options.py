"""Reading a port's options: what the ports file lacks is said with the port's name and the key."""

import math
from pathlib import Path
from typing import Any

from engine import Port
from handlers.answers import never


def needed(port: Port, name: str) -> Any:
    """An option the port cannot do without."""
    value = port.options.get(name)
    if value is None or value == "":
        raise never(f"port {port.name}: option {name} is missing in the ports file")
    return value


def seconds(port: Port, name: str, default: float) -> float:
    """An option that says how long, more than nothing."""
    value = port.options.get(name, default)
    try:
        found = float(str(value))
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise never(f"port {port.name}: option {name} is no number of seconds: {value}")
    return found


def whole_number(port: Port, name: str, default: int, *, least: int = 1, most: int = 2**31 - 1) -> int:
    """An option that is a whole number."""
    return whole(port.options.get(name, default), f"port {port.name}: option {name}", least=least, most=most)


def whole(value: Any, place: str, *, least: int, most: int) -> int:
    """A whole number that the ports file, or what it leads to, has at a place."""
    try:
        found = int(str(value))
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        raise never(f"{place} is no whole number from {least} to {most}: {value}")
    return found


def ca_file(port: Port) -> str | None:
    """The file of certificate authorities to trust; None: the system's own."""
    named = port.options.get("ca_file")
    # Else a missing file would look like a server that is not reachable, and be tried again.
    if named and not Path(str(named)).is_file():
        raise never(f"port {port.name}: option ca_file names no file")
    return str(named) if named else None
