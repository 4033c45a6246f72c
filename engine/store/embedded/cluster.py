"""The files of the embedded database: made once and whole, and never opened by a version that is too old for them."""

import json
import locale
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.accounts import Account, can_reach, server_account
from engine.errors import Conflict, Unavailable
from engine.settings import VERSION
from engine.store.embedded.programs import postgres_version, programs_for, run

SUPERUSER = "postgres"
USER = "trunkline"
DATABASE = "trunkline"


@dataclass(frozen=True)
class Cluster:
    """A data folder with its database files, the account that owns them and the programs that go with them."""

    data: Path
    account: Account
    programs: Path

    @property
    def files(self) -> Path:
        """PostgreSQL's own data directory."""
        return files_of(self.data)

    @property
    def password(self) -> str:
        """The password of both database roles."""
        try:
            return (self.data / "password").read_text()
        except FileNotFoundError:
            raise Unavailable("database_password_missing", folder=str(self.data)) from None


def files_of(data: Path) -> Path:
    """Where in a data folder PostgreSQL's files are."""
    return data / "postgres"


def make_data_folder(data: Path) -> None:
    """Make the folder if it is missing. An existing one, and every folder above, keeps its mode."""
    # Under root the server's account has to pass through it, without seeing what else is in it.
    data.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)


def prepare(data: Path) -> Cluster:
    """Make the database files unless they exist; refuse those of another PostgreSQL or of a newer Trunkline."""
    _refuse_newer_trunkline(data)
    account = _account(data)
    if not can_reach(account, files_of(data)):
        raise Unavailable("data_unreachable", folder=str(data))
    cluster = Cluster(data, account, programs_for(account, data))
    if cluster.files.exists():
        _refuse_other_postgres(cluster.files)
    else:
        _initialise(cluster)
    _record_versions(data)
    return cluster


def _account(data: Path) -> Account:
    try:
        return server_account(owner_of=files_of(data))
    except LookupError:
        raise Unavailable("database_account_missing", candidates="trunkline, postgres, nobody") from None


def _initialise(cluster: Cluster) -> None:
    """Make the files under another name first, so that a folder called `postgres` is always a complete one."""
    draft = cluster.data / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    os.chown(draft, cluster.account.uid, cluster.account.gid)
    password = _make_password(cluster)
    run(cluster.account, _initdb(cluster, draft, password))
    run(cluster.account, _single_user(cluster, draft), _roles_and_database(cluster.password))
    draft.rename(cluster.files)


def _make_password(cluster: Cluster) -> Path:
    path = cluster.data / "password"
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
        # initdb reads it as the server's account, which may read all of the database anyway.
        os.fchown(file.fileno(), cluster.account.uid, cluster.account.gid)
    return path


def _initdb(cluster: Cluster, target: Path, password: Path) -> list[str | Path]:
    # The builtin locale sorts the same on every machine, so an index never breaks when a libc is replaced.
    collation = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    # pg_trgm still asks the system's own locale which characters are letters, and under plain C Chinese ones are not.
    collation.append(f"--lc-ctype={_system_locale()}")
    access = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={password}"]
    return [cluster.programs / "initdb", f"--pgdata={target}", "--no-instructions", *collation, *access]


def _system_locale() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise Unavailable("system_locale_missing")


def _single_user(cluster: Cluster, target: Path) -> list[str | Path]:
    # The statistics of statements keep their texts, and one of these has a password.
    settings = ("exit_on_error=on", "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=none")
    options = [option for setting in settings for option in ("-c", setting)]
    return [cluster.programs / "postgres", "--single", "-D", target, *options, "template1"]


def _roles_and_database(password: str) -> str:
    """One statement a line: what Trunkline connects as is no superuser, and may watch but not administer."""
    statements = [
        "CREATE EXTENSION pg_stat_statements",
        f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{password}'",
        f"GRANT pg_monitor TO {USER}",
        # Of the extension above, so that statements can be counted anew.
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {USER}",
        f"CREATE DATABASE {DATABASE} OWNER {USER}",
    ]
    return "".join(f"{statement};\n" for statement in statements)


def _refuse_other_postgres(files: Path) -> None:
    recorded = (files / "PG_VERSION").read_text().strip()
    running = postgres_version().partition(".")[0]
    if int(recorded) > int(running):
        raise Conflict("postgres_is_newer", folder=str(files), recorded=recorded, running=running)
    if int(recorded) < int(running):
        raise Conflict("postgres_major_upgrade_needed", folder=str(files), recorded=recorded, running=running)


def _refuse_newer_trunkline(data: Path) -> None:
    record = data / "version.json"
    if record.exists():
        recorded = json.loads(record.read_text())["trunkline"]
        if _ordered(recorded) > _ordered(VERSION):
            raise Conflict("data_is_newer", folder=str(data), recorded=recorded, running=VERSION)


def _record_versions(data: Path) -> None:
    record = data / "version.json"
    text = json.dumps({"trunkline": VERSION, "postgres": postgres_version()}) + "\n"
    if not record.exists() or record.read_text() != text:
        draft = record.with_suffix(".new")
        draft.write_text(text)
        draft.rename(record)


def _ordered(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
