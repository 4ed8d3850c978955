"""Brands: what the company itself wrote is known by its configured accounts and sites."""

import pytest

from listener.domain.post import Author, Post
from tests.scripted import brand

OURS = brand(
    accounts=("x:@AcmeHelp", "reddit:u/acme_official", "bluesky:did:plc:123", "import:support-desk:agent"),
    domains=("acme.com",),
)


def by(platform: str, native_id: str, handle: str = "") -> Post:
    """Make a post by somebody."""
    return Post(platform, "1", author=Author(platform, native_id, handle))


@pytest.mark.parametrize(
    ("platform", "native_id", "handle", "own"),
    [
        ("x", "99", "acmehelp", True),
        ("x", "99", "@AcmeHelp", True),
        ("x", "acmehelp", "", True),
        ("reddit", "t2_1", "acme_official", True),
        ("reddit", "t2_1", "u/Acme_Official", True),
        ("bluesky", "did:plc:123", "acme.com", True),
        ("import:support-desk", "7", "Agent", True),
        ("x", "99", "acmehelp2", False),
        ("x", "99", "", False),
        ("reddit", "t2_1", "acmehelp", False),
    ],
)
def test_an_account_is_known_by_platform_and_handle_or_id(
    platform: str,
    native_id: str,
    handle: str,
    own: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Case, ``@`` and ``u/`` do not count; another platform does."""
    assert OURS.owns(by(platform, native_id, handle)) is own


@pytest.mark.parametrize(
    ("url", "kind", "own"),
    [
        ("https://acme.com/news", "article", True),
        ("https://blog.acme.com/news", "article", True),
        ("https://ACME.com/news", "article", True),
        ("https://notacme.com/news", "article", False),
        ("https://acme.com.evil.example/", "article", False),
        ("https://acme.com/news#comment-1", "comment", False),
        ("", "article", False),
    ],
)
def test_an_article_on_a_site_of_ours_is_ours(url: str, kind: str, own: bool) -> None:  # noqa: FBT001
    """What others write under it is theirs."""
    assert OURS.owns(Post("web", "1", url=url, kind=kind)) is own


def test_nothing_is_inferred() -> None:
    """A name that looks like the brand's is not the brand."""
    assert not brand().owns(by("x", "acme", "acme"))


def test_somebody_without_a_handle_is_nobodys_account() -> None:
    """An account that was left empty owns nobody."""
    assert not brand(accounts=("x:@", "x:")).owns(by("x", "99"))
    assert not brand(accounts=("x:@", "x:")).owns(by("x", "", ""))
