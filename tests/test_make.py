"""The commands a newcomer types: what `make` says on a machine that lacks something, and what CI does with skips."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOO_OLD = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Python 3.9.2' && exit 0\nexit 1\n"
WITHOUT_VENV = (
    "#!/bin/sh\n"
    "case \"$*\" in *ensurepip*) exit 1;; *version_info*) exit 0;; --version) echo 'Python 3.11.2';; *) exit 1;; esac\n"
)
PROBED = '#!/bin/sh\n[ "$1" = -c ] && echo {took} && exit 0\necho "{name} is asked for an environment" >&2\nexit 1\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout no one has set up yet, with nothing on the path but what a test puts into `bin` and a bare system."""
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for program in ("sh", "make", "cmp", "cp"):
        found = shutil.which(program)
        assert found is not None
        (tmp_path / "bin" / program).symlink_to(found)
    return tmp_path


def make(checkout: Path, target: str) -> subprocess.CompletedProcess[str]:
    path = {"PATH": str(checkout / "bin")}
    return subprocess.run(["make", target], cwd=checkout, env=path, capture_output=True, text=True, check=False)


def python_that_is(checkout: Path, script: str) -> None:
    for name in ("python", "python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (checkout / "bin" / name).write_text(script)
        (checkout / "bin" / name).chmod(0o755)


def test_without_any_python_it_says_what_is_needed(checkout: Path) -> None:
    done = make(checkout, "ready")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stdout
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_too_old_is_named(checkout: Path) -> None:
    python_that_is(checkout, TOO_OLD)
    done = make(checkout, "ready")
    assert done.returncode != 0
    assert "this machine has Python 3.9.2" in done.stdout


def test_a_python_without_environments_is_told_the_package(checkout: Path) -> None:
    python_that_is(checkout, WITHOUT_VENV)
    done = make(checkout, "ready")
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stdout


def test_of_several_pythons_the_quickest_is_taken(checkout: Path) -> None:
    """Whatever comes first on the path: it may have been built without its compiler's profiles."""
    slow, quick = (PROBED.format(took=took, name=name) for took, name in ((900, "slow"), (500, "quick")))
    for name, script in (("python3.14", slow), ("python3.12", quick), ("python3", slow)):
        (checkout / "bin" / name).write_text(script)
        (checkout / "bin" / name).chmod(0o755)
    done = make(checkout, "ready")
    assert "quick is asked for an environment" in done.stderr
    assert "slow" not in done.stderr


def test_a_checkout_that_is_set_up_is_not_set_up_again(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(checkout / "requirements.lock", checkout / ".venv" / "installed.lock")
    done = make(checkout, "ready")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("required", "outcome"), [("", "1 skipped, 1 xfailed"), ("1", "1 failed, 1 xfailed")])
def test_where_everything_is_required_a_skip_is_a_failure(tmp_path: Path, required: str, outcome: str) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_any.py").write_text(
        "import pytest\n"
        "def test_skipped():\n    pytest.skip('no such program here')\n"
        "@pytest.mark.xfail\ndef test_known():\n    assert False\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TRUNKLINE_REQUIRE_ALL": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout
