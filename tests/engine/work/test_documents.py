"""Documents: bytes stay as long as one document has them, whoever drops another at the same time."""

import errno
import os
import threading
from pathlib import Path

import psycopg
import pytest

from engine import store
from engine.directory.principal import Principal
from engine.errors import NotFound, Unavailable
from engine.work import documents

WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
OWNER = Principal("li.na", "李娜", "GD-GZ", frozenset({"GD-GZ"}))


def hand_in(document_id: str) -> None:
    with store.transaction() as session:
        documents.add_document(
            session, OWNER, b"%PDF", file_name="a.pdf", content_type="application/pdf", document_id=document_id
        )


def drop(document_id: str) -> None:
    with store.transaction() as session:
        documents.delete_document(session, OWNER, document_id)


def read(document_id: str) -> bytes:
    with store.transaction() as session:
        return documents.read_document(session, OWNER, document_id)[1]


@pytest.fixture(autouse=True)
def folder(db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRUNKLINE_DATA", str(tmp_path))
    return tmp_path / "documents"


def test_bytes_go_with_the_last_document_that_has_them(folder: Path) -> None:
    hand_in("one")
    hand_in("two")
    drop("one")
    assert read("two") == b"%PDF"
    drop("two")
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_bytes_handed_in_while_the_last_document_goes_are_kept(db: str) -> None:
    hand_in("one")
    dropping = threading.Thread(target=drop, args=("one",))
    with psycopg.connect(db, autocommit=True) as watching, store.transaction() as session:
        documents.add_document(
            session, OWNER, b"%PDF", file_name="b.pdf", content_type="application/pdf", document_id="two"
        )
        dropping.start()
        waited = threading.Event()
        while watching.execute(WAITS).fetchone() is None:
            assert dropping.is_alive()
            assert not waited.wait(0.005)
    dropping.join(timeout=20)
    assert read("two") == b"%PDF"


def test_a_full_disk_keeps_nothing_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(Unavailable):
            hand_in("one")
    assert "No space left on device" in caplog.text
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    hand_in("one")
    assert read("one") == b"%PDF"


def test_a_document_whose_bytes_are_gone_says_which_file_and_can_be_dropped(folder: Path) -> None:
    hand_in("one")
    [file] = [path for path in folder.rglob("*") if path.is_file()]
    file.unlink()
    with pytest.raises(NotFound) as missing:
        read("one")
    assert (missing.value.code, missing.value.parameters["file"]) == ("document_bytes_missing", file.name)
    drop("one")
    hand_in("one")
    assert read("one") == b"%PDF"
