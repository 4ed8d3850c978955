"""What is shipped: the wheel, in an empty environment, from outside the checkout."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints" / f"py{sys.version_info.major}.{sys.version_info.minor}.txt"

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(900)]


def call(*command: str | Path, cwd: Path, **more: str) -> str:
    """Run a command away from the checkout; fails with what it said."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LISTENER"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environ | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into an empty environment, return that environment's folder of programs."""
    folder = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    venv.create(folder / "empty", with_pip=True)
    wheel = next(folder.glob("*.whl"))
    call(folder / "empty/bin/pip", "install", "--quiet", "--constraint", CONSTRAINTS, wheel, cwd=folder)
    return folder / "empty" / "bin"


def test_the_installed_program_knows_its_version(installed: Path, tmp_path: Path) -> None:
    """The script is there and runs."""
    assert call(installed / "listener", "--version", cwd=tmp_path).startswith("listener 0.")


def test_the_installed_judge_judges(installed: Path, tmp_path: Path) -> None:
    """The weights are in the wheel."""
    said = json.loads(call(installed / "listener", "assess", "--json", "I love this phone, it is great", cwd=tmp_path))
    assert said["labels"]["sentiment"] == "positive"


def test_the_installed_demo_runs(installed: Path, tmp_path: Path) -> None:
    """The demo needs nothing of the checkout."""
    said = json.loads(call(installed / "listener", "demo", "--json", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path)))
    assert said["alerts"] >= 1
    assert said["deliveries"] >= 1


def test_the_core_brings_neither_torch_nor_transformers(installed: Path, tmp_path: Path) -> None:
    """They are an extra."""
    listed = json.loads(call(installed / "python", "-m", "pip", "list", "--format", "json", cwd=tmp_path))
    assert not {"torch", "transformers"} & {package["name"] for package in listed}
