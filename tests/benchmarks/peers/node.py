"""bpmn-engine in Node, in memory and without history; installed from its lock file when first asked for."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Rate
from tests.benchmarks.peers.dialects import JAVASCRIPT
from tests.benchmarks.peers.missing import Missing

NAME = "bpmn-engine"
_FOLDER = Path(__file__).parent / "node"
_FIVE = ("seq", "exc", "ext", "par", "cyc")


def rates(load: str, seconds: float) -> Iterator[Rate]:
    """One load in a process of its own. Raises Missing."""
    names = _FIVE if load == "MIX" else (load.lower(),)
    diagrams = [JAVASCRIPT.diagram(name) for name in names]
    question = json.dumps({"diagrams": diagrams, "user": load == "USER", "seconds": seconds})
    done = subprocess.run(
        [_node(), "loads.mjs"], cwd=_FOLDER, input=question, capture_output=True, text=True, timeout=60 + 3 * seconds
    )
    if done.returncode:
        raise RuntimeError(f"bpmn-engine failed: {done.stderr[-500:]}")
    told = json.loads(done.stdout)
    loads = ("USER create", "USER complete") if load == "USER" else (load,)
    for name, one in zip(loads, told, strict=True):
        yield Rate(name, NAME, 1, one["per_second"], one["p50"], one["p99"])


def _node() -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("there is no Node here")
    installed, wanted = _FOLDER / "node_modules" / "stamp", (_FOLDER / "package-lock.json").read_text()
    if not installed.exists() or installed.read_text() != wanted:
        command = [npm, "ci", "--ignore-scripts"]
        done = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise Missing(f"npm could not install bpmn-engine: {done.stderr[-200:]}")
        installed.write_text(wanted)
    return node
