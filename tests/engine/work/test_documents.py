"""Documents: who reads and forgets them and until when; bytes stay as long as one document has them."""

import errno
import os
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine import clock, store
from engine.directory.principal import Principal
from engine.errors import Forbidden, NotFound, Unavailable
from engine.instances import apply_due_commands
from engine.work import documents, left_bytes
from tests.engine.factories import call, diagram, end, flows, start, user
from tests.engine.work.conftest import Desk

WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
OWNER = Principal("li.na", "李娜", "GD-GZ", frozenset({"GD-GZ"}))


def reader(unit: str, *roles: str) -> Principal:
    return Principal("x", "x", unit, frozenset({unit}), frozenset(roles))


def hand_in(document_id: str, **more: Any) -> None:
    given = {"file_name": "a.pdf", "content_type": "application/pdf", "document_id": document_id, **more}
    with store.transaction() as session:
        documents.add_document(session, OWNER, b"%PDF", **given)


def drop(document_id: str, principal: Principal = OWNER) -> None:
    with store.transaction() as session:
        documents.delete_document(session, principal, document_id)


def read(document_id: str, principal: Principal = OWNER) -> bytes:
    with store.transaction() as session:
        return documents.read_document(session, principal, document_id)[1]


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


def test_a_document_ends_when_it_says_and_others_stay(folder: Path, desk: Desk) -> None:
    hand_in("short", expires_at=clock.machine() + timedelta(hours=1))
    hand_in("long")
    assert read("short") == b"%PDF"
    desk.rows("UPDATE documents SET expires_at = now() WHERE id = 'short'")
    with pytest.raises(NotFound):
        read("short")
    with store.transaction() as session:
        documents.forget_over_documents(session)
    assert desk.rows("SELECT id FROM documents") == [("long",)]
    assert read("long") == b"%PDF"


def test_a_cases_document_is_read_by_its_units_and_forgotten_by_its_owner_and_operators(desk: Desk) -> None:
    desk.deploy(
        diagram(start("s"), call("c", "inner"), end("e"), flows("s c e"), unit="GD-GZ", process_id="outer"),
        diagram(start("s"), user("u", "GD-SZ.crc.duty"), end("e"), flows("s u e"), process_id="inner"),
    )
    desk.start("outer")
    apply_due_commands()
    outer, inner = desk.rows("SELECT key FROM instances ORDER BY key")
    hand_in("outers", instance_key=outer.key)
    hand_in("inners", instance_key=inner.key)
    seen = {"GD-GZ": ("outers", "inners"), "GD-SZ": ("inners",), "ZJ": ()}
    for unit, names in seen.items():
        for name in ("outers", "inners"):
            if name in names:
                assert read(name, reader(unit)) == b"%PDF"
            else:
                with pytest.raises(NotFound):
                    read(name, reader(unit, "operator"))
    assert read("outers", reader("ZJ", "admin")) == b"%PDF"
    with pytest.raises(Forbidden):
        drop("inners", reader("GD-SZ"))
    drop("inners", reader("GD-SZ", "operator"))
    with pytest.raises(NotFound):
        read("inners")


def test_a_case_gets_the_documents_named_once_and_no_others(desk: Desk) -> None:
    desk.deploy(diagram(start("s"), user("u"), end("e"), flows("s u e")))
    first, second = desk.start(), desk.start()
    for name in ("named", "kept"):
        hand_in(name)
    for case in (first, second):
        with store.transaction() as session:
            reference = {"camunda.document.type": "camunda", "documentId": "named"}
            documents.bind_documents(session, OWNER, {"files": [{"deep": reference}]}, case)
    assert dict(desk.rows("SELECT id, instance_key FROM documents")) == {"named": first, "kept": None}


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


class Undone(Exception):
    """What a test undoes a transaction with."""


def hand_in_in_vain(content: bytes) -> None:
    with suppress(Undone), store.transaction() as session:
        add(session, content)
        raise Undone


def add(session: store.Session, content: bytes) -> None:
    documents.add_document(session, OWNER, content, file_name="a.pdf", content_type="application/pdf")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def grow_old(folder: Path, age: timedelta = timedelta(days=2)) -> None:
    for path in files(folder):
        os.utime(path, times=((clock.machine() - age).timestamp(),) * 2)


def sweep() -> int:
    return store.retrying(left_bytes.drop_left_bytes)


def test_bytes_of_what_was_undone_are_dropped_after_a_day_and_others_stay(folder: Path) -> None:
    assert sweep() == 0
    hand_in_in_vain(b"never committed")
    hand_in("one")
    grow_old(folder, timedelta(hours=23))
    assert sweep() == 0
    grow_old(folder)
    assert sweep() == 1
    assert len(files(folder)) == 1
    assert read("one") == b"%PDF"


def test_drafts_a_killed_process_left_are_dropped_after_a_day(folder: Path) -> None:
    hand_in("one")
    [kept] = files(folder)
    (kept.parent / ".partx1").write_bytes(b"%P")
    strange = kept.parent / "README"
    strange.write_bytes(b"not ours")
    assert sweep() == 0
    grow_old(folder)
    assert sweep() == 1
    assert sorted(files(folder)) == sorted([kept, strange])


def test_a_folder_that_the_database_knows_nothing_of_is_left_alone(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody gave a wrong address, or has restored the folder alone."""
    hand_in_another()
    hand_in_in_vain(b"one")
    hand_in_in_vain(b"two")
    grow_old(folder)
    assert sweep() == 0
    assert len(files(folder)) == 3
    assert "knows nothing of" in caplog.text


def hand_in_another() -> None:
    with store.transaction() as session:
        add(session, b"another")


def test_bytes_somebody_hands_in_again_just_now_are_left_to_them(folder: Path) -> None:
    hand_in_another()
    hand_in_in_vain(b"%PDF")
    grow_old(folder)
    swept: list[int] = []
    with store.transaction() as session:
        add(session, b"%PDF")
        # A thread of its own, since a thread has one transaction at most.
        sweeping = threading.Thread(target=lambda: swept.append(sweep()))
        sweeping.start()
        sweeping.join(timeout=20)
    assert swept == [0]
    assert sweep() == 0
    assert len(files(folder)) == 2


def test_bytes_handed_in_while_they_are_dropped_are_written_anew(db: str, folder: Path) -> None:
    hand_in_another()
    hand_in_in_vain(b"%PDF")
    grow_old(folder)
    handing_in = threading.Thread(target=hand_in, args=("one",))
    with psycopg.connect(db, autocommit=True) as watching, store.transaction() as session:
        assert left_bytes.drop_left_bytes(session) == 1
        handing_in.start()
        waited = threading.Event()
        while watching.execute(WAITS).fetchone() is None:
            assert handing_in.is_alive()
            assert not waited.wait(0.005)
    handing_in.join(timeout=20)
    assert read("one") == b"%PDF"


def test_a_folder_of_more_files_than_a_statement_takes_values_is_swept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"{number:064x}": folder / f"{number:064x}" for number in range(70_000)}
    monkeypatch.setattr(left_bytes, "_old", lambda: ([], many))
    assert sweep() == 0
