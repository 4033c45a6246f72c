"""The ports file: addresses, accounts and references to secrets of every way to the world outside.

Its format is told in `handlers/README.md`. A file that is not right is refused whole, with the place and what to do.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine import yaml
from engine.work.contract import Port, SecretReference

_PORT_KEYS = {"options", "secrets"}
_SECRET_KEYS = {"env", "file"}
# Names under which people put a secret's value; such a value would end up in logs and in version control.
_SECRET_WORDS = re.compile(
    r"(^|_)(password|passwd|secret|token|community|api_?key|auth_key|priv_key|privacy_key)$", re.I
)
_URL_WITH_PASSWORD = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]*@", re.I)


class PortsError(ValueError):
    """A ports file that cannot be used; the text names the file, the key and what to do."""

    def __init__(self, path: Path, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {key + ': ' if key else ''}{problem}; {remedy}")
        self.path, self.key, self.problem, self.remedy = path, key, problem, remedy


def load_ports(path: Path | str) -> dict[str, Port]:
    """The ports of the file by name. Relative secret files count from the ports file's folder. Raises `PortsError`."""
    path = Path(path)
    document = _read(path)
    if not isinstance(document, dict) or not isinstance(document.get("ports"), dict):
        raise PortsError(path, "ports", "missing or no mapping", "write `ports:` with one entry for each port below it")
    unknown = sorted(str(key) for key in document if key != "ports")
    if unknown:
        raise PortsError(path, unknown[0], "unknown key", "the file has the one key `ports`; move or remove this one")
    return {str(name): _port(path, str(name), entry) for name, entry in document["ports"].items()}


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PortsError(
            path, "", f"cannot be read ({error.strerror})", "name a readable file in TRUNKLINE_PORTS"
        ) from error
    except UnicodeDecodeError as error:
        raise PortsError(path, "", "is not UTF-8 text", "save it as UTF-8") from error
    except yaml.NotYaml as error:
        where = f"line {error.line}" if error.line is not None else ""
        raise PortsError(path, where, "is not valid YAML", "correct the indentation or quoting there") from error


def _port(path: Path, name: str, entry: Any) -> Port:
    key = f"ports.{name}"
    if not isinstance(entry, dict):
        raise PortsError(path, key, "is no mapping", "give it `options:` and, if it needs them, `secrets:`")
    for unknown in entry.keys() - _PORT_KEYS:
        raise PortsError(path, f"{key}.{unknown}", "unknown key", "put it under `options` or `secrets`")
    options, secrets = entry.get("options") or {}, entry.get("secrets") or {}
    if not isinstance(options, dict):
        raise PortsError(path, f"{key}.options", "is no mapping", "write one `name: value` a line")
    if not isinstance(secrets, dict):
        raise PortsError(
            path, f"{key}.secrets", "is no mapping", "write one `name: {env: NAME}` or `name: {file: PATH}` a line"
        )
    for place, value in _walk(options, f"{key}.options"):
        _refuse_plain_secret(path, place, value)
    return Port(name, options, {str(k): _secret(path, f"{key}.secrets.{k}", v) for k, v in secrets.items()})


def _walk(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    yield place, value
    children = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from _walk(child, f"{place}.{name}")


def _refuse_plain_secret(path: Path, place: str, value: Any) -> None:
    """Never quotes the value: an error text ends up in a log."""
    if isinstance(value, str | int | float) and _SECRET_WORDS.search(place.rpartition(".")[2]):
        raise PortsError(path, place, "a secret in plain text", "move it to `secrets` as {env: NAME} or {file: PATH}")
    if isinstance(value, str) and _URL_WITH_PASSWORD.match(value):
        raise PortsError(path, place, "an address with a password in it", "take the account out and use `secrets`")


def _secret(path: Path, key: str, entry: Any) -> SecretReference:
    if not isinstance(entry, dict) or len(entry) != 1 or not entry.keys() <= _SECRET_KEYS:
        raise PortsError(path, key, "is no reference", "write {env: NAME} or {file: PATH}, never the secret itself")
    kind, target = next(iter(entry.items()))
    if not isinstance(target, str) or not target.strip():
        raise PortsError(path, f"{key}.{kind}", "is empty or no text", "name the environment variable or the file")
    return SecretReference(env=target) if kind == "env" else SecretReference(file=path.parent / target)
