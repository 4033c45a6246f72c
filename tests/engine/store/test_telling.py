"""Word of changes: sent once the transaction is committed, gathered, and before the database is left."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest

from engine import store
from engine.errors import Unavailable
from engine.store import telling


@pytest.fixture
def listener(db: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(db, autocommit=True) as connection:
        connection.execute("LISTEN news")
        yield connection


def heard(listener: psycopg.Connection) -> list[str]:
    """What comes until a word of our own does."""
    with store.transaction() as session:
        store.tell(session, "news", ["~ last"])
    words = []
    for notice in listener.notifies(timeout=20):
        if notice.payload == "~ last":
            break
        words.append(notice.payload)
    return words


def test_words_are_told_once_the_transaction_is_committed(listener: psycopg.Connection) -> None:
    with store.transaction() as session:
        store.tell(session, "news", ["b", "a"])
        store.tell(session, "news", [])
    assert heard(listener) == ["a", "b"]


def test_what_is_not_committed_is_not_told(listener: psycopg.Connection) -> None:
    def fail() -> None:
        with store.transaction() as session:
            store.tell(session, "news", ["a"])
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert heard(listener) == []


def test_the_same_word_of_many_transactions_is_told_less_often_than_said(listener: psycopg.Connection) -> None:
    for _ in range(50):
        with store.transaction() as session:
            store.tell(session, "news", ["a"])
    words = heard(listener)
    assert set(words) == {"a"}
    assert len(words) < 50


def test_what_is_left_is_told_before_the_database_is_left(db: str, listener: psycopg.Connection) -> None:
    with store.transaction() as session:
        store.tell(session, "news", ["a"])
    store.dispose()
    assert [notice.payload for notice in listener.notifies(timeout=20, stop_after=1)] == ["a"]
    store.configure(db)


def test_words_that_the_database_refuses_do_not_keep_the_next_from_being_told(
    listener: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with store.transaction() as session:
        store.tell(session, "news", ["longer than PostgreSQL takes " * 400])
    deadline = threading.Event()
    while "word of changes was not sent" not in caplog.text:
        assert not deadline.wait(0.01)
    assert heard(listener) == []


def test_words_that_could_not_be_sent_are_sent_when_the_database_is_back(
    listener: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only our connection was cut; those who listen have theirs."""
    tried: list[str] = []

    def transaction() -> AbstractContextManager[store.Session]:
        tried.append("")
        if len(tried) == 1:
            raise Unavailable("database_unavailable")
        return store.transaction()

    monkeypatch.setattr(telling, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(telling, "transaction", transaction)
    with store.transaction() as session:
        store.tell(session, "news", ["a"])
    assert [notice.payload for notice in listener.notifies(timeout=20, stop_after=1)] == ["a"]
    assert len(tried) == 2
