"""What the tests of the domain share: none of them lives on what another has found out."""

import pytest

from listener.domain import scrub, text, url


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Empty what is kept between calls, so that each test does the work that it looks at."""
    for remembered in (scrub._forms, url.canonical, url.registrable, url._host_in):
        remembered.cache_clear()
    text._TABLE.clear()
