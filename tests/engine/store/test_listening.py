"""Listening: what was told while nobody could hear is asked for, at the beginning and after a lost connection."""

import psycopg
import pytest

from engine.store import listening

LISTENS_HERE = """
    SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity
    WHERE query LIKE 'LISTEN %' AND datname = current_database()
"""


def test_a_lost_connection_is_opened_again_and_says_so_once_it_hears(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PAUSE_SECONDS", 0)
    words = listening.listen("news", 20)
    with psycopg.connect(db, autocommit=True) as other:
        for _ in range(2):
            assert next(words) == "", "from here on it hears"
            other.execute("NOTIFY news, 'a'")
            assert next(words) == "a"
            assert other.execute(LISTENS_HERE).fetchall() == [(True,)]
        assert next(words) == ""
    words.close()  # type: ignore[attr-defined]


def test_that_nothing_is_told_is_told(db: str) -> None:
    words = listening.listen("news", 0.01)
    assert [next(words), next(words), next(words)] == ["", None, None]
    words.close()  # type: ignore[attr-defined]
