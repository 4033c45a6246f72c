"""Reading a port's options: what the ports file lacks is said with the port's name and the key."""

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


def ca_file(port: Port) -> str | None:
    """The file of certificate authorities to trust; None: the system's own."""
    named = port.options.get("ca_file")
    # Else a missing file would look like a server that is not reachable, and be tried again.
    if named and not Path(str(named)).is_file():
        raise never(f"port {port.name}: option ca_file names no file")
    return str(named) if named else None
