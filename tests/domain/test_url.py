"""URLs: whose, which page, and what may be shown."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain import url


@pytest.mark.parametrize(
    ("given_url", "site"),
    [
        ("https://www.example.com/a", "example.com"),
        ("https://a.b.example.co.uk:8443/a?b", "example.co.uk"),
        ("example.com", "example.com"),
        ("EXAMPLE.com:80", "example.com"),
        ("news.example.com.", "example.com"),
        ("https://foo.github.io/x", "foo.github.io"),
        ("https://user:pass@www.example.com/", "example.com"),
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("http://[2001:db8::1]:80/", "2001:db8::1"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("http://www.bücher.example/", "xn--bcher-kva.example"),
        ("http://www.xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("http://www。example。com/", "example.com"),
        ("http://faß.de/", "xn--fa-hia.de"),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_registrable(given_url: str, site: str) -> None:
    """The domain somebody registered; addresses, ports and international names are no trap."""
    assert url.registrable(given_url) == site


@pytest.mark.parametrize(
    ("shown", "redacted"),
    [
        ("https://example.com/feed", "https://example.com/feed"),
        ("https://example.com/feed?token=abc&x=1", "https://example.com/feed?token=…&x=…"),
        ("https://ann:pw@example.com:8080/a", "https://example.com:8080/a"),
        ("https://example.com/?abc", "https://example.com/?…"),
        ("https://example.com/?a=b=c", "https://example.com/?a=…"),
        ("https://example.com/#abc", "https://example.com/"),
        ("http://[", "(unreadable URL)"),
        ("not a url", "not a url"),
    ],
)
def test_redact(shown: str, redacted: str) -> None:
    """User, password, fragment and query values are gone."""
    assert url.redact(shown) == redacted


SAME = [
    ("https://example.com/a", ["http://example.com/a", "https://www.example.com/a/", "HTTPS://EXAMPLE.COM:443/a#top"]),
    ("https://example.com/", ["http://example.com", "http://example.com/", "http://m.example.com/?"]),
    ("https://example.com/a?x=1&y=2", ["https://example.com/a?y=2&x=1", "https://example.com/a?x=1&utm_source=q&y=2"]),
    (
        "https://example.com/a",
        [
            "https://example.com/a?fbclid=1&gclid=2&mc_cid=3&utm_Medium=4",
            "https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.com%2Fa&usg=x",
            "https://www.google.co.uk/url?q=http://m.example.com/a",
            "https://www.google.de/amp/s/example.com/a/amp",
            "https://example-com.cdn.ampproject.org/c/s/example.com/a?amp=1",
            "https://example-com.cdn.ampproject.org/v/s/www.example.com/a.amp.html?amp_js_v=0.1&outputType=amp".replace(
                "amp_js_v=0.1&", ""
            ),
            "https://amp.example.com/a",
            "https://example.com/a/amp/",
            "https://example.com/a?amp=1",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa%3Ffbclid%3D1&h=AT0",
            "https://t.umblr.com/redirect?z=https%3A%2F%2Fexample.com%2Fa&t=abc",
            "https://out.reddit.com/t3_x?url=https%3A%2F%2Fexample.com%2Fa&token=x",
            "https://www.youtube.com/redirect?event=v&q=https%3A%2F%2Fexample.com%2Fa",
            "https://href.li/?https://example.com/a",
            "https://urldefense.com/v3/__https://example.com/a__;!!N96JrnIq8IfO",
            "https://urldefense.com/v3/__https:/example.com/a__;!!N96JrnIq8IfO",
            "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fa&data=x",
            "https://slack-redir.net/link?url=https%3A%2F%2Fexample.com%2Fa",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fexample.com%252Fa",
        ],
    ),
    ("https://shop.example.com/", ["https://www.shop.example.com/", "https://m.shop.example.com"]),
    ("https://example.com/X", ["https://example.com/X/"]),
    ("https://example.com/?x=", ["http://example.com?x="]),
    ("https://en.wikipedia.org/wiki/A", ["https://en.m.wikipedia.org/wiki/A#History"]),
    ("https://example.com/%C3%A4~b", ["https://example.com/ä%7Eb", "https://example.com/%c3%a4~b"]),
    ("https://youtube.com/watch?v=1", ["https://m.youtube.com/watch?v=1&si=x&feature=share"]),
    ("https://[2001:db8::1]:8080/a", ["http://[2001:DB8::1]:8080/a"]),
]


@pytest.mark.parametrize(("page", "spelling"), [(page, spelling) for page, many in SAME for spelling in many])
def test_one_page_has_one_spelling(page: str, spelling: str) -> None:
    """Trackers, mobile hosts, AMP, wrappers, case, order, port, slash and fragment make no other page."""
    assert url.canonical(spelling) == page


DIFFERENT = [
    ("https://example.com/a", "https://example.com/b"),
    ("https://example.com/?p=1", "https://example.com/?p=2"),
    ("https://example.com/A", "https://example.com/a"),
    ("https://a.example.com/", "https://b.example.com/"),
    ("https://example.com:8080/", "https://example.com/"),
    ("https://example.com/a%2Fb", "https://example.com/a/b"),
    ("https://example.com/100%25", "https://example.com/100"),
    ("https://example.com/#!a", "https://example.com/#!b"),
    ("https://m.com/", "https://com/"),
    ("https://www.google.com/url?q=not-a-url", "https://www.google.com/"),
    ("https://www.google.com/search?q=https://example.com/", "https://example.com/"),
    ("https://example.com/camp", "https://example.com/c"),
    ("https://example.com/?x=", "https://example.com/"),
    ("https://example.com/amp/s/other.example/a", "https://other.example/a"),
    ("https://www.google.com/amp/settings/a.b/c", "https://settings/a.b/c"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_pages_stay_other(one: str, other: str) -> None:
    """What may matter is kept."""
    assert url.canonical(one) != url.canonical(other)


@pytest.mark.parametrize(
    "text", ["tag:example.com,2026:1", "mailto:a@example.com", "mailto:a@google.com", "/a", "", "  x "]
)
def test_what_is_no_web_address_stays(text: str) -> None:
    """Only white space around it goes."""
    assert url.canonical(text) == text.strip()


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    """Nothing raises, and a canonical spelling is its own."""
    for candidate in (text, f"https://example.com/{text}", f"http://{text}/", f"https://example.com/?u={text}"):
        once = url.canonical(candidate)
        assert url.canonical(once) == once
        url.redact(candidate)
        url.registrable(candidate)
        url.absolute(candidate, "https://example.com/")


@pytest.mark.parametrize(
    ("link", "base", "found"),
    [
        ("/a", "https://example.com/b/", "https://example.com/a"),
        ("a b", "https://example.com/", "https://example.com/a%20b"),
        ("ht\ntps://example.com/\r\na", "", "https://example.com/a"),
        ("//example.com/a", "http://other.example/", "http://example.com/a"),
        ("javascript:alert(1)", "https://example.com/", ""),
        ("data:text/html,x", "https://example.com/", ""),
        ("a", "", ""),
        ("", "https://example.com/", ""),
        ("//[", "https://example.com/", ""),
        ("https://example.com/\ud800", "", ""),
        ("https://example.com/" + "a" * 5000, "", ""),
    ],
)
def test_absolute(link: str, base: str, found: str) -> None:
    """Only whole http and https URLs come out."""
    assert url.absolute(link, base) == found


@pytest.mark.parametrize(
    ("given_url", "name"),
    [
        ("https://News.Example.com.:8443/a", "news.example.com"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("http://\uff42ücher.example/", "xn--bcher-kva.example"),
        ("ü..EXAMPLE", "ü..example"),
        ("http://[::1]:80/", "::1"),
        ("/a", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_host(given_url: str, name: str) -> None:
    """Lower case and ASCII; a name that cannot be international stays as it is, in lower case."""
    assert url.host(given_url) == name


@pytest.mark.parametrize(
    ("name", "numeric"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("1.example.com", False),
        ("1%25.2", False),
        ("", False),
    ],
)
def test_an_address_is_told_from_a_name(name: str, numeric: bool) -> None:  # noqa: FBT001 - a table's column
    """With its zone, where it has one."""
    assert url.is_address(name) is numeric


@pytest.mark.parametrize(
    ("address", "web"),
    [
        ("https://example.com/" + "a" * (url.MAX_URL - 20), True),
        ("https://example.com/" + "a" * (url.MAX_URL - 19), False),
        ("http://example.com:1/", True),
        ("http://example.com:0/", False),
        ("http:///a", False),
        ("httpx://example.com/", False),
        ("ftp://example.com/", False),
        ("http://exa mple.com/", False),
        ("http://example.com\\@other.example/", False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_only_web_addresses_are_taken_apart(address: str, web: bool) -> None:  # noqa: FBT001 - a table's column
    """With a host, a port that can be, and of a length that can be stored."""
    assert bool(url.split(address)) is web
    assert bool(url.absolute(address)) is (web or " " in address)


def test_a_wrapper_around_no_address_is_a_page_like_any_other() -> None:
    """Nothing is made up in its place."""
    assert url.canonical("https://www.google.com/url?q=nothing") == "https://google.com/url?q=nothing"
    assert url.canonical("https://www.google.com/amp/about") == "https://google.com/amp/about"


def test_wrappers_in_wrappers_are_opened_three_deep() -> None:
    """Whoever nests more of them is not followed for ever."""
    address = "https://example.com/a"
    for _ in range(3):
        address = f"https://href.li/?{quote(address, safe='')}"
    assert url.canonical(address) == "https://example.com/a"
    assert url.host(url.canonical(f"https://href.li/?{quote(address, safe='')}")) == "href.li"
