"""What all tests share."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import settings
from loguru import logger

# a busy machine must not turn a slow example into a failure; sizes are bounded in the tests themselves
settings.register_profile("ours", deadline=None, derandomize=True)
settings.load_profile("ours")


@pytest.fixture
def now() -> datetime:
    """Give a moment to hand in: in the middle of a day, on a whole second."""
    return datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Leave no log sink behind: it would write into the output of a test that is over."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logger.remove()
    root.handlers[:] = handlers
    root.setLevel(level)
