"""Alerts: the words for where something stands."""

import pytest

from listener.domain.alert import place


@pytest.mark.parametrize(
    ("platform", "url", "named"),
    [
        ("rss", "https://www.example.com/a", "example.com"),
        ("rss", "https://news.example.com/a", "news.example.com"),
        ("rss", "", "rss"),
        ("reddit", "https://www.reddit.com/r/a", "reddit"),
    ],
)
def test_a_feeds_post_stands_on_its_site(platform: str, url: str, named: str) -> None:
    """Any other on its platform."""
    assert place(platform, url) == named
