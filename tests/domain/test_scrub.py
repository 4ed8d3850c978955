"""Secrets taken out of text that others wrote."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from listener.domain.scrub import SCRUBBED, holds, scrub

HOOK = "https://hooks.slack.com/services/T0AB12345/B0CD12345/wXyZ0123456789abcdefGHIJ"
FEED = "https://board.example/private/9f8e7d6c5b4a/feed.xml?format=atom&category=technology&token=zz9q"
LOGIN = "https://reader:s%3Aecret@board.example/posts"


@given(st.text(min_size=6), st.binary(), st.binary())
@example("\u0130nsel-\u0130nsel", b"", b"")
@example("\udcff-of-bytes", b"", b"")
def test_no_coding_hides_a_secret(secret: str, before: bytes, after: bytes) -> None:
    """As it is, in a URL, in JSON, and in base64 wherever it stands in what was coded."""
    raw = secret.encode("utf-8", "surrogateescape")
    coded = base64.b64encode(before + raw + after).decode()
    for text in (secret, quote(raw), quote(raw, safe=""), json.dumps(secret), coded):
        assert holds(f"it said {text}!", [secret])
        assert SCRUBBED in scrub(f"it said {text}!", [secret])


def test_capitals_hide_no_secret() -> None:
    """Servers write host names small, and some of them everything large."""
    for text in ("T0K3N-OF-OURS", "t0k3n-of-ours", "T0k3n-Of-Ours"):
        assert scrub(f"it said {text}!", ["t0K3n-of-oUrs"]) == "it said [secret]!"


@pytest.mark.parametrize(
    ("secret", "said", "left"),
    [
        ("hunter2", "you said hunter2, user ann", "you said [secret], user ann"),
        ("hunter2", "AUTH PLAIN AGFubgBodW50ZXIy", "AUTH PLAIN AGFubgB[secret]"),
        ("abc", "abc is no secret", "abc is no secret"),
        ("", "nothing", "nothing"),
        (HOOK, f"no_service at {HOOK}", "no_service at [secret]"),
        (HOOK, "POST /services/T0AB12345/B0CD12345/wXyZ0123456789abcdefGHIJ HTTP/1.1", "POST [secret] HTTP/1.1"),
        (HOOK, "the hook B0CD12345 is gone", "the hook [secret] is gone"),
        (FEED, "board.example says 404", "board.example says 404"),
        (FEED, "go to http://board.example/technology/feed.xml", "go to http://board.example/technology/feed.xml"),
        (FEED, "private atom technology", "private atom technology"),
        (FEED, "no board 9F8E7D6C5B4A for zz9q", "no board [secret] for [secret]"),
        (LOGIN, "reader may not see https://board.example/posts", "reader may not see https://board.example/posts"),
        (LOGIN, "Basic cmVhZGVyOnM6ZWNyZXQ= for reader:s:ecret", "Basic [secret] for [secret]"),
        ("https://t0k3nt0k3n@board.example/", "t0k3nt0k3n", "[secret]"),
        ("https://board.example/?t0k3nt0k3n", "t0k3nt0k3n", "[secret]"),
        ("https://board.example/all-the-news-from-the-city-of-x/a", "all-the-news", "all-the-news"),
        ("https://[half/1234567890", "it is https://[half/1234567890", "it is [secret]"),
        ('p\u00e4"ss-word', r'it got "p\u00e4\"ss-word"', 'it got "[secret]"'),
        ("abcde", "it said YWJjZGU= to abcde", "it said YWJjZGU= to [secret]"),
        ("pass:words/0123456789", "ring 0123456789", "ring 0123456789"),
        ("https://ann:horse:battery@board.example/", "it was horse:battery", "it was [secret]"),
        ("https://board.example/", "see http://board.example/x", "see http://board.example/x"),
        ("https://board.example/x", "see http://board.example/x", "see http://[secret]"),
        ("https://board.example/feed", "see /feed", "see /feed"),
        ("https://board.example/feeds/all", "GET /feeds/all HTTP/1.1", "GET [secret] HTTP/1.1"),
        ("https://board.example/feed?format=atom", "GET /feed?format=atom HTTP/1.1", "GET [secret] HTTP/1.1"),
        ("https://board.example/?latest", "the latest", "the latest"),
    ],
)
def test_what_gives_a_secret_away_goes_and_the_rest_stays(secret: str, said: str, left: str) -> None:
    """Of an address: its tokens and its login, but neither its host nor the words that anybody may write."""
    assert scrub(said, [secret]) == left
    assert holds(said, [secret]) == (said != left)


@pytest.mark.parametrize(
    ("secret", "kept", "struck"),
    [
        ("https://alerts.example/rss?token=ab12cd34ef56ab78&q=windows11", "windows11", "ab12cd34ef56ab78"),
        (
            "https://alerts.example/rss?q=iphone15pro&sig=wXyZ0123456789abcdefGHIJ",
            "iphone15pro",
            "wXyZ0123456789abcdefGHIJ",
        ),
        ("https://alerts.example/galaxy-s24/o2-business/1und1kunden/9F8E7D6C5B4A", "galaxy-s24", "9F8E7D6C5B4A"),
        ("https://alerts.example/o2-business/feeds/01234567890123456789", "o2-business", "01234567890123456789"),
        ("https://acme:pa55word@board.example/blog2024/feed.xml?key=acme", "blog2024/feed.xml", "pa55word"),
        (
            "https://acme@board.example/members/",
            "https://board.example/members/1",
            "https://acme@board.example/members/",
        ),
        ("https://ann:p@ssw0rd@board.example/", "board.example", "p@ssw0rd"),
        ("https://alerts.example/rss?01234567890123456789", "rss", "01234567890123456789"),
        ("https://alerts.example/rss?Token=aardvark", "rss", "aardvark"),
        ("https://alerts.example/rss?token=windows&key=windows11", "windows", "windows11"),
    ],
)
def test_what_posts_are_about_is_no_token(secret: str, kept: str, struck: str) -> None:
    """A name in a private feed's address stays in its posts, or no query would find them; what opens the feed goes."""
    assert not holds(f"my {kept} broke, says acme", [secret], alone=True)
    assert scrub(f"see {struck}!", [secret], alone=True) == "see [secret]!"


@pytest.mark.parametrize(
    ("word", "random", "token"),
    [
        ("a1b2c3d4", True, True),
        ("a1b2c3d", False, False),
        ("1und1kunden", True, False),
        ("windows11", True, False),
        ("abcdefghijklmno1", True, True),
        ("abcdefghijklmn1", True, False),
        ("aBcDeFgh", True, False),
        ("aBcDefgh", False, False),
        ("0123456789", True, True),
        ("012345678", False, False),
        ("abcdefghijklmnopqrstuvwx", True, True),
        ("abcdefghijklmnopqrstuvw", False, False),
    ],
)
def test_a_token_is_told_from_a_name(word: str, random: bool, token: bool) -> None:  # noqa: FBT001 - a table's columns
    """By its length, its digits and capitals; in posts only what is no name with a number is struck."""
    secret = f"https://board.example/feeds/{word}/all"
    assert holds(f"is it {word}?", [secret]) is random
    assert holds(f"is it {word}?", [secret], alone=True) is token


@pytest.mark.parametrize("short", ["hunter2", "HUNTER2"])
def test_the_longest_goes_first(short: str) -> None:
    """So that no half of one is left where another is its beginning."""
    assert scrub("hunter2-correct-horse", [short, "Hunter2-correct-horse"]) == "[secret]"
