"""The database the settings mean: the one they name, else the embedded one."""

from pathlib import Path

import psycopg

from engine import settings, store


def test_a_database_that_is_named_is_used_as_it_is(folder: Path) -> None:
    named = settings.load(
        {"TRUNKLINE_DATA": str(folder / "data"), "TRUNKLINE_DATABASE_URL": "postgresql://elsewhere/db"}
    )
    with store.database(named) as url:
        assert url == "postgresql://elsewhere/db"
    assert not (folder / "data").exists()


def test_without_one_the_embedded_server_runs_during_the_block(folder: Path) -> None:
    with (
        store.database(settings.load({"TRUNKLINE_DATA": str(folder / "data")})) as url,
        psycopg.connect(url) as reached,
    ):
        assert reached.info.dbname == "trunkline"
    assert not (folder / "data" / "postgres" / "postmaster.pid").exists()
