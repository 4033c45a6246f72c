"""feelin in Node, for tests and benchmarks: installed from its lock file when first asked for."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "feelin"


class Missing(Exception):
    """It is not there and cannot be had; the text says why."""


def ask(script: str, question: Any) -> Any:
    """What a script of the folder answers to a question, both JSON. Raises Missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("feelin needs Node, which is not installed")
    installed, wanted = FOLDER / "node_modules" / "stamp", (FOLDER / "package-lock.json").read_text()
    if not installed.exists() or installed.read_text() != wanted:
        done = subprocess.run([npm, "ci", "--ignore-scripts"], cwd=FOLDER, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"feelin could not be installed: {done.stderr[-300:]}")
        installed.write_text(wanted)
    command, given = [node, str(FOLDER / script)], json.dumps(question)
    return json.loads(subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout)
