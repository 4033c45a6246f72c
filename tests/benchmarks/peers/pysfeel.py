"""pySFeel, which is GPL and so no package of ours: fetched into a throw-away environment and asked there."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.missing import Missing

PACKAGE = "pySFeel==1.4.2"
_SCRIPT = Path(__file__).with_name("measure_pysfeel.py")


def ask(question: dict[str, Any]) -> dict[str, float]:
    """Microseconds of its `condition`, and of its `cells` together. Raises Missing."""
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-pysfeel-") as folder:
        python = Path(folder) / "bin" / "python"
        for command in (
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE],
        ):
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
            if done.returncode:
                raise Missing(f"could not be installed: {(done.stderr or done.stdout).strip()[-100:]}")
        asked = json.dumps(question)
        done = subprocess.run([python, _SCRIPT], input=asked, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise Missing(f"failed: {done.stderr.strip()[-100:]}")
    told: dict[str, float] = json.loads(done.stdout)
    return told
