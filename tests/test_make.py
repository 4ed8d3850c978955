"""The Makefile: which versions it installs, and on what it refuses to."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make")


def make(*words: str, folder: Path) -> str:
    """Say what make would do to set up anew."""
    command = ["make", "--dry-run", "--always-make", f"VENV={folder}/new", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(("version", "pinned"), [("3.11", "py3.11"), ("3.13", "py3.13"), ("3.99", "py3.14")])
def test_versions_are_pinned_for_every_python(tmp_path: Path, version: str, pinned: str) -> None:
    """A newer one than we know gets what the newest gets."""
    assert f"--constraint constraints/{pinned}.txt" in make("run", f"VERSION={version}", folder=tmp_path)


def test_an_old_python_is_told_what_is_needed(tmp_path: Path) -> None:
    """Before anything is made, and not by a complaint about a missing file."""
    assert "listenerd needs Python 3.11 or newer" in make("run", "VERSION=3.9", folder=tmp_path)
