"""What the tests of the stages share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scripted import Bench, opened


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Open a bench that listens for Acme, with one channel and no rule."""
    with opened(tmp_path) as made:
        yield made
