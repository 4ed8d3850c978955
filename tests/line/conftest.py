"""The place and the judge of the whole line's tests."""

from pathlib import Path

import pytest

from listener.app.judging import default_judge
from listener.domain.judgement import Judge
from tests.line.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Give a folder to run the line in."""
    return Place(tmp_path)


@pytest.fixture(scope="session")
def judge() -> Judge:
    """Give the judge that ships, opened once."""
    return default_judge()
