"""Settings, read once from the environment. Every variable has a default; docs/settings.md tells them all."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.accounts import can_reach, server_account
from engine.errors import Invalid

VERSION = "0.1.0"
ROOT_DATA = Path("/var/lib/trunkline")
SHORTEST_KEY = 32


@dataclass(frozen=True)
class Settings:
    """How this installation runs. `database_url` empty means the embedded server, `ports` and `calendar` None mean no
    file.

    `trusted_proxy` is the address whose X-Forwarded headers are believed; empty: nobody's.
    `history_months` is how many whole months of history are kept; 0 keeps it for ever.
    """

    host: str
    port: int
    data: Path
    database_url: str = field(repr=False)
    database_port: int | None
    demo: bool
    timezone: ZoneInfo
    trusted_proxy: str
    handlers: str
    ports: Path | None
    calendar: Path | None
    log_level: str
    history_months: int
    given_secret_key: str = field(repr=False)

    def secret_key(self) -> str:
        """The key sessions are signed with: the one given, else one made on first use and kept in the data folder."""
        return self.given_secret_key or _kept_secret(self.data / "secret_key")


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings; raises Invalid with the variable's name and what it may be."""
    given = os.environ if environment is None else environment
    settings = Settings(
        host=given.get("TRUNKLINE_HOST") or "127.0.0.1",
        port=_port(given, "TRUNKLINE_PORT") or 8080,
        data=_data(given),
        database_url=_database_url(given),
        database_port=_port(given, "TRUNKLINE_DATABASE_PORT"),
        demo=_flag(given, "TRUNKLINE_DEMO"),
        timezone=_timezone(given),
        trusted_proxy=_address(given, "TRUNKLINE_TRUSTED_PROXY"),
        handlers=_module(given),
        ports=_existing_file(given, "TRUNKLINE_PORTS"),
        calendar=_existing_file(given, "TRUNKLINE_CALENDAR"),
        log_level=_log_level(given),
        history_months=_history_months(given),
        given_secret_key=_secret_key(given),
    )
    # The passwords of the demo's people are public.
    if settings.demo and not is_loopback(settings.host):
        raise Invalid("demo_host_not_loopback", host=settings.host)
    return settings


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host: localhost or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _data(given: Mapping[str, str]) -> Path:
    if text := given.get("TRUNKLINE_DATA"):
        return Path(text).expanduser().absolute()
    here = Path(".trunkline").absolute()
    # As root the server runs under another account, which has to get there.
    if os.geteuid() == 0 and not given.get("TRUNKLINE_DATABASE_URL") and not can_reach(server_account(), here):
        return ROOT_DATA
    return here


def _database_url(given: Mapping[str, str]) -> str:
    url = given.get("TRUNKLINE_DATABASE_URL", "")
    if url and not url.startswith(("postgresql://", "postgres://")):
        # The value may hold a password, so it is not shown.
        raise Invalid("setting_invalid", variable="TRUNKLINE_DATABASE_URL", value="…", allowed="postgresql://…")
    return url


def _port(given: Mapping[str, str], variable: str) -> int | None:
    text = given.get(variable, "")
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Invalid("setting_invalid", variable=variable, value=text, allowed="1–65535")
    return int(text)


def _flag(given: Mapping[str, str], variable: str) -> bool:
    text = given.get(variable, "")
    if text not in ("", "0", "1"):
        raise Invalid("setting_invalid", variable=variable, value=text, allowed="0, 1")
    return text == "1"


def _timezone(given: Mapping[str, str]) -> ZoneInfo:
    name = given.get("TRUNKLINE_TIMEZONE") or "Asia/Shanghai"
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise Invalid(
            "setting_invalid", variable="TRUNKLINE_TIMEZONE", value=name, allowed="Asia/Shanghai, UTC, …"
        ) from None


def _module(given: Mapping[str, str]) -> str:
    name = given.get("TRUNKLINE_HANDLERS") or "handlers"
    if not all(part.isidentifier() for part in name.split(".")):
        raise Invalid("setting_invalid", variable="TRUNKLINE_HANDLERS", value=name, allowed="handlers, package.module")
    return name


def _address(given: Mapping[str, str], variable: str) -> str:
    text = given.get(variable, "")
    try:
        return str(ip_address(text)) if text else ""
    except ValueError:
        raise Invalid("setting_invalid", variable=variable, value=text, allowed="127.0.0.1, 10.0.0.5, …") from None


def _existing_file(given: Mapping[str, str], variable: str) -> Path | None:
    text = given.get(variable, "")
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise Invalid("setting_file_missing", variable=variable, value=str(path))
    return path


def _log_level(given: Mapping[str, str]) -> str:
    level = (given.get("TRUNKLINE_LOG_LEVEL") or "INFO").upper()
    allowed = ("DEBUG", "INFO", "WARNING", "ERROR")
    if level not in allowed:
        raise Invalid("setting_invalid", variable="TRUNKLINE_LOG_LEVEL", value=level, allowed=", ".join(allowed))
    return level


def _history_months(given: Mapping[str, str]) -> int:
    text = given.get("TRUNKLINE_HISTORY_MONTHS") or "0"
    if not text.isdecimal() or int(text) > 1200:
        raise Invalid("setting_invalid", variable="TRUNKLINE_HISTORY_MONTHS", value=text, allowed="0, 1, 2 … 1200")
    return int(text)


def _secret_key(given: Mapping[str, str]) -> str:
    key = given.get("TRUNKLINE_SECRET_KEY", "")
    if key and len(key) < SHORTEST_KEY:
        raise Invalid("secret_key_short", variable="TRUNKLINE_SECRET_KEY", length=len(key), shortest=SHORTEST_KEY)
    return key


def _kept_secret(path: Path) -> str:
    """Read the kept secret, making it first if need be; of two processes that make one at once, the first wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made so, the file is for our account alone.
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # A link appears whole or not at all, so no reader ever sees half a key.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text()
