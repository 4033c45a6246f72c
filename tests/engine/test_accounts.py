"""The account the database runs as, and where it may go."""

import os
from pathlib import Path

import pytest

from engine.accounts import Account, can_reach, server_account

STRANGER = Account(uid=64_123, gid=64_124)


def test_it_is_never_root() -> None:
    assert server_account().uid != 0
    assert server_account().is_ours == (os.geteuid() != 0)


def test_files_that_exist_decide_for_root(tmp_path: Path) -> None:
    owner = tmp_path.stat().st_uid
    if os.geteuid() == 0:
        owner = STRANGER.uid
        os.chown(tmp_path, STRANGER.uid, STRANGER.gid)
    assert server_account(owner_of=tmp_path).uid == owner
    assert server_account(owner_of=tmp_path / "missing").uid == server_account().uid


@pytest.mark.parametrize(
    ("bits", "reached"), [(0o755, True), (0o711, True), (0o750, False), (0o700, False), (0o766, False)]
)
def test_every_folder_above_has_to_let_it_through(folder: Path, bits: int, reached: bool) -> None:
    (folder / "above" / "inner").mkdir(parents=True)
    (folder / "above").chmod(bits)
    assert can_reach(STRANGER, folder / "above" / "inner" / "file") is reached


def test_its_own_and_its_groups_rights_count(tmp_path: Path) -> None:
    status = tmp_path.stat()
    assert can_reach(Account(status.st_uid, status.st_gid), tmp_path / "file")
    tmp_path.chmod(0o070)
    assert not can_reach(Account(status.st_uid, 64_124), tmp_path / "file")
    tmp_path.chmod(0o700)


def test_a_link_leads_only_where_its_target_may_be_reached(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "closed")
    assert not can_reach(STRANGER, link / "file")
