"""The account the embedded server runs as. PostgreSQL refuses root, so root lends it an unprivileged one."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

# A host that runs Trunkline as root for good makes an account `trunkline`; the others exist on nearly every system.
CANDIDATES = ("trunkline", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of the operating system and its group."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process runs as it already."""
        return self.uid == os.geteuid()


def server_account(owner_of: Path | None = None) -> Account:
    """The account to run the database as: our own, or as root the owner of an existing folder, or a candidate.

    Raises LookupError if root finds no unprivileged account.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if owner_of is not None and owner_of.exists():
        status = owner_of.stat()
        if status.st_uid != 0:
            return Account(status.st_uid, status.st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise LookupError(f"none of the accounts {', '.join(CANDIDATES)} exists")


def can_reach(account: Account, path: Path) -> bool:
    """Whether the account may pass through every existing folder above `path`, links on the way included."""
    above = {*path.absolute().parents, *path.resolve().parents}
    return all(_may_pass(account, folder) for folder in above if folder.exists())


def _may_pass(account: Account, folder: Path) -> bool:
    status = folder.stat()
    # As for the system the first that fits decides: an owner without the right does not get it from the group.
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
