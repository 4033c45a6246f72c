"""Telling a process from a later one that got the same number: by number and start time."""

import subprocess
from pathlib import Path

HAS_PROC = Path("/proc/self/stat").exists()


def start_mark(pid: int) -> str | None:
    """What no other process with this number can have, its start time; None if no such process lives."""
    return _mark_from_proc(pid) if HAS_PROC else _mark_from_ps(pid)


def command_line(pid: int) -> str:
    """The program and arguments a process was started with, empty if it is gone."""
    if HAS_PROC:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _ps(pid, "args=")


def _mark_from_proc(pid: int) -> str | None:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # The name in parentheses may hold anything, so the fields are counted from the last parenthesis on.
    fields = status.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    # Ticks since boot do not move when the wall clock is set; the boot's own id makes them unique across restarts.
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{fields[19]}"


def _mark_from_ps(pid: int) -> str | None:
    state, _, started = _ps(pid, "state=,lstart=").partition(" ")
    return started.strip() if state and not state.startswith("Z") else None


def _ps(pid: int, columns: str) -> str:
    answer = subprocess.run(["ps", "-o", columns, "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()
