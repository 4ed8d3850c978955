"""What all tests share."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings

# a busy machine must not turn a slow example into a failure; sizes are bounded in the tests themselves
settings.register_profile("ours", deadline=None, derandomize=True)
settings.load_profile("ours")


@pytest.fixture
def now() -> datetime:
    """Give a moment to hand in: in the middle of a day, on a whole second."""
    return datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
