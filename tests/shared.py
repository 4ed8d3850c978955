"""Where recorded material lies, if it does: a folder ``shared`` beside the checkout."""

import base64
from collections.abc import Iterable
from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared"
FIXTURES = _SHARED / "fixtures"
DATA = _SHARED / "data"

needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="recorded fixtures are absent (../shared/fixtures)")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="recorded data are absent (../shared/data)")


def fixture_files(folder: str) -> Iterable[Path]:
    """List the recorded files of a folder, none where they are absent."""
    place = FIXTURES / folder
    return sorted(path for path in place.iterdir() if path.is_file()) if place.is_dir() else []


def read_fixture(path: Path) -> bytes:
    """Read a recorded file, decoding those kept as base64."""
    content = path.read_bytes()
    return base64.b64decode(content) if path.suffix == ".b64" else content
