"""A real process is killed between a call and its return: the case goes on where it was."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.instances import apply_due_commands
from tests.engine.factories import call, diagram, end, flows, start, user
from tests.engine.house import House

ROOT = Path(__file__).parents[3]

# What the process registers first after its commit is done first: it dies before it applies what it sent.
PROGRAM = """
import os, signal, sys
from engine import store
from engine.core import commands
from engine.instances import advance, start
store.configure(sys.argv[1])
with store.transaction() as session:
    store.after_commit(session, lambda: os.kill(os.getpid(), signal.SIGKILL))
    if sys.argv[2] == "start":
        start(session, process_id="p")
    else:
        key, element_key = map(int, sys.argv[3:])
        advance(session, key >> 24 << 24, commands.CompleteTask(key, element_key, {"m": 2}))
"""


def killed(url: str, *arguments: str) -> None:
    """Run a process that commits and is killed at once."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM, url, *arguments], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.parametrize("workers", [1, 2])
def test_a_case_goes_on_after_its_process_was_killed_between_call_and_return(house: House, workers: int) -> None:
    house.deploy(
        diagram(start("s"), call("c", "child"), end("e"), flows("s c e")),
        diagram(start("a"), user("u"), end("b"), flows("a u b"), process_id="child"),
    )
    killed(house.url, "start")
    assert house.rows("SELECT process_id, state FROM instances") == [("p", "active")]
    assert [apply_due_commands() for _ in range(workers)] == [1, 0][:workers]
    key, element_key = house.row("SELECT key, element_key FROM tasks")
    killed(house.url, "complete", str(key), str(element_key))
    assert house.rows("SELECT process_id, state FROM instances ORDER BY key") == [
        ("p", "active"),
        ("child", "completed"),
    ]
    assert [apply_due_commands() for _ in range(workers)] == [1, 0][:workers]
    assert house.rows("SELECT DISTINCT state FROM instances") == [("completed",)]
    assert house.value("SELECT count(*) FROM commands") == 0
