"""The guarded client against servers that mean well and servers that do not."""

import gzip
import socket
import threading
import time
from collections.abc import Sequence

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from listener.domain.errors import BadData, SourceError, Unavailable
from listener.net.client import Client, Hop, Limits
from listener.net.guard import Blocked
from tests.net.conftest import LOOPBACK
from tests.net.raw import endless, saying, serving

OK = b"HTTP/1.1 200 OK\r\n"


def test_gets_a_body(client: Client, httpserver: HTTPServer) -> None:
    """Status, headers by lower-case name, body and the URL that answered."""
    httpserver.expect_request("/feed").respond_with_data(b"hello", headers={"ETag": '"1"', "X-Two": "a"})
    answer = client.get(httpserver.url_for("/feed"))
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"hello", '"1"')
    assert answer.url == httpserver.url_for("/feed")
    assert answer.hops == ()


def test_says_who_it_is_and_nothing_more(client: Client, httpserver: HTTPServer) -> None:
    """An honest User-Agent with a contact; no cookies, no referrer, only codings that are bounded."""
    httpserver.expect_request("/").respond_with_data(b"", headers={"Set-Cookie": "id=1"})
    client.get(httpserver.url_for("/"))
    client.get(httpserver.url_for("/"))
    sent = httpserver.log[-1][0].headers
    assert sent["User-Agent"] == "listenerd/0 (+https://example.org/contact)"
    assert sent["Accept-Encoding"] == "gzip, deflate"
    assert "Cookie" not in sent
    assert "Referer" not in sent


def test_sends_a_body(client: Client, httpserver: HTTPServer) -> None:
    """A POST carries its body and follows no redirect."""
    httpserver.expect_request("/in", method="POST", data=b"{}").respond_with_data("", 307, {"Location": "/elsewhere"})
    answer = client.request("POST", httpserver.url_for("/in"), {"Content-Type": "application/json"}, b"{}")
    assert answer.status == 307
    assert [entry[0].path for entry in httpserver.log] == ["/in"]


def test_opens_gzip(client: Client, httpserver: HTTPServer) -> None:
    """A compressed body comes out plain."""
    httpserver.expect_request("/z").respond_with_data(gzip.compress(b"text"), headers={"Content-Encoding": "gzip"})
    assert client.get(httpserver.url_for("/z")).body == b"text"


HOSTILE = [
    ("ftp://example.com/feed", BadData),
    ("file:///etc/passwd", BadData),
    ("gopher://127.0.0.1:25/_HELO", BadData),
    ("javascript:alert(1)", BadData),
    ("//example.com/feed", BadData),
    ("http://", BadData),
    ("http:///feed", BadData),
    ("", BadData),
    ("http://user:hush@example.com/", BadData),
    ("http://example.com@127.0.0.1/", BadData),
    ("http://example.com\\@127.0.0.1/", BadData),
    ("http://exa mple.com/", BadData),
    ("http://example.com:99999/", BadData),
    ("http://example.com:0/", BadData),
    ("http://[::1/", BadData),
    ("http://exam\nple.com/", BadData),
    ("http://" + "a" * 5000 + ".com/", BadData),
    ("http://127.0.0.1/", Blocked),
    ("http://127.1/", Blocked),
    ("http://2130706433/", Blocked),
    ("http://0x7f000001/", Blocked),
    ("http://0x7f.0.0.1/", Blocked),
    ("http://0177.0.0.1/", Blocked),
    ("http://127.0.0.1./", Blocked),
    ("http://0/", Blocked),
    ("http://[::1]/", Blocked),
    ("http://[::ffff:127.0.0.1]/", Blocked),
    ("http://[::ffff:7f00:1]/", Blocked),
    ("http://[64:ff9b::7f00:1]/", Blocked),
    ("http://[fd00:ec2::254]/latest/meta-data/", Blocked),
    ("http://169.254.169.254/latest/meta-data/", Blocked),
    ("http://100.64.0.1/", Blocked),
    ("http://10.0.0.1:8080/", Blocked),
    ("http://localhost/", Blocked),
    ("http://127\u30020\u30020\u30021/", Blocked),
    ("http://\uff11\uff12\uff17.0.0.1/", BadData),
]


@pytest.mark.parametrize(("url", "kind"), HOSTILE)
def test_refuses_hostile_urls(wary: Client, url: str, kind: type[SourceError]) -> None:
    """Nothing is sent for another scheme, a disguised or an inner address, or a URL that two parsers read apart."""
    with pytest.raises(kind) as caught:
        wary.get(url)
    assert "hush" not in str(caught.value)


class Names:
    """A resolver that a test scripts: each name's answers, in turn; the last one stays."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = {name.replace("_", "."): list(found) for name, found in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        found = self.answers.get(host)
        if not found:
            raise OSError("unknown")
        return [found.pop(0) if len(found) > 1 else found[0]]


def _client(names: Names, **limits: float) -> Client:
    return Client("t", allow=LOOPBACK, resolve=names, limits=Limits(connect=1, read=1, total=1.5, **limits))  # type: ignore[arg-type]


def test_connects_to_the_address_that_was_judged(httpserver: HTTPServer) -> None:
    """The name is looked up once a connection; Host keeps the name."""
    httpserver.expect_request("/").respond_with_data("")
    names = Names(good_example=["127.0.0.1", "10.0.0.1"])
    with _client(names) as client:
        client.get(f"http://good.example:{httpserver.port}/")
    assert names.asked == ["good.example"]
    assert httpserver.log[0][0].headers["Host"] == f"good.example:{httpserver.port}"


def test_dns_rebinding_gains_nothing(httpserver: HTTPServer) -> None:
    """A name that turns to an inner address is refused when it is connected to again."""
    httpserver.expect_request("/").respond_with_data("", headers={"Connection": "close"})
    with _client(Names(turning_example=["127.0.0.1", "10.0.0.1"])) as client:
        url = f"http://turning.example:{httpserver.port}/"
        assert client.get(url).status == 200
        with pytest.raises(Blocked):
            client.get(url)


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("http://inner.example/", Blocked),
        ("http://169.254.169.254/latest/", Blocked),
        ("http://2852039166/", Blocked),
        ("//[::ffff:10.0.0.1]/", Blocked),
        ("file:///etc/passwd", BadData),
        ("ftp://good.example/", BadData),
        ("javascript:1", BadData),
        ("http://a:b@good.example/", BadData),
    ],
)
def test_each_hop_is_judged(httpserver: HTTPServer, location: str, kind: type[SourceError]) -> None:
    """A redirect leads nowhere that could not have been asked directly."""
    httpserver.expect_request("/").respond_with_data("", 302, {"Location": location})
    with _client(Names(good_example=["127.0.0.1"], inner_example=["10.0.0.1"])) as client, pytest.raises(kind):
        client.get(f"http://good.example:{httpserver.port}/")


def test_follows_redirects_and_counts_them(client: Client, httpserver: HTTPServer) -> None:
    """Hops are reported in order; the permanent address ends at the first hop that is not."""
    httpserver.expect_request("/a").respond_with_data("", 301, {"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data("", 308, {"Location": httpserver.url_for("/c")})
    httpserver.expect_request("/c").respond_with_data("", 302, {"Location": "d?x=1"})
    httpserver.expect_request("/d").respond_with_data("end")
    answer = client.get(httpserver.url_for("/a"))
    assert answer.body == b"end"
    assert [hop.status for hop in answer.hops] == [301, 308, 302]
    assert answer.hops[-1] == Hop(302, httpserver.url_for("/d?x=1"))
    assert answer.permanent_url == httpserver.url_for("/c")


def test_a_redirect_that_is_temporary_moves_nothing(client: Client, httpserver: HTTPServer) -> None:
    """302 then 301: the feed still lives where it was asked."""
    httpserver.expect_request("/a").respond_with_data("", 302, {"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data("", 301, {"Location": "/c"})
    httpserver.expect_request("/c").respond_with_data("")
    assert client.get(httpserver.url_for("/a")).permanent_url == ""


def test_a_loop_of_redirects_ends(client: Client, httpserver: HTTPServer) -> None:
    """The cap holds, and no request is sent beyond it."""
    httpserver.expect_request("/a").respond_with_data("", 302, {"Location": "/a"})
    with pytest.raises(Unavailable, match="redirects more than 4 times"):
        client.get(httpserver.url_for("/a"))
    assert len(httpserver.log) == 5


def test_credentials_stay_with_their_site(client: Client, httpserver: HTTPServer) -> None:
    """Authorization is not carried to another origin; other headers are."""
    with HTTPServer(host="127.0.0.1", port=0) as other:
        other.expect_request("/").respond_with_data("")
        httpserver.expect_request("/").respond_with_data("", 302, {"Location": other.url_for("/")})
        client.get(httpserver.url_for("/"), {"Authorization": "Basic x", "Accept": "text/xml"})
        assert httpserver.log[0][0].headers["Authorization"] == "Basic x"
        assert "Authorization" not in other.log[0][0].headers
        assert other.log[0][0].headers["Accept"] == "text/xml"


def test_headers_for_one_url_go_to_no_other(client: Client, httpserver: HTTPServer) -> None:
    """Validators belong to the URL that sent them."""
    httpserver.expect_request("/a").respond_with_data("", 302, {"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data("")
    mine = httpserver.url_for("/b")
    client.get(httpserver.url_for("/a"), headers_at=lambda url: {"If-None-Match": '"x"'} if url == mine else {})
    assert ["If-None-Match" in request.headers for request, _ in httpserver.log] == [False, True]


# ---- what servers do wrong -----------------------------------------------------------------------------------

HEAD = OK + b"Content-Type: text/xml\r\n"
BOMB = gzip.compress(bytes(30_000_000))

WRONG = {
    "closes at once": (saying(), Unavailable),
    "closes inside the header": (saying(OK + b"Content-"), Unavailable),
    "closes inside the body": (saying(HEAD + b"Content-Length: 100\r\n\r\nabc"), Unavailable),
    "closes inside a chunk": (saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n64\r\nabc"), Unavailable),
    "is no HTTP": (saying(b"SSH-2.0-OpenSSH_9.6\r\n"), Unavailable),
    "sends a broken status": (saying(b"HTTP/1.1 OK\r\n\r\n"), Unavailable),
    "sends two lengths": (saying(HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), Unavailable),
    "sends a wild length": (saying(HEAD + b"Content-Length: -1\r\n\r\n"), Unavailable),
    "sends a header without end": (endless(OK, b"X: " + b"a" * 4000 + b"\r\n"), Unavailable),
    "sends one long header": (endless(OK + b"X: ", b"a" * 4000), Unavailable),
    "greets for ever": (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), Unavailable),
    "drips its header": (endless(OK + b"X: ", b"a", pause=0.05), Unavailable),
    "drips its body": (endless(HEAD + b"\r\n", b"a", pause=0.05), Unavailable),
    "sends a body without end": (endless(HEAD + b"\r\n", b"a" * 10_000), BadData),
    "sends chunks without end": (endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"), SourceError),
    "sends nothing without end": (
        endless(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 50),
        Unavailable,
    ),
    "says nothing": (saying(b"", pause=3), Unavailable),
    "sends a bomb": (
        saying(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB), BOMB),
        BadData,
    ),
    "sends a coding nobody asked for": (saying(HEAD + b"Content-Encoding: br\r\n\r\nabc"), BadData),
    "sends damaged gzip": (saying(HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\xff\xff\xff\xff"), BadData),
    "redirects to no URL": (saying(b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n"), BadData),
    "redirects to bytes": (saying(b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\n\r\n"), SourceError),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_survives_a_server_that(client: Client, wrong: str) -> None:
    """Every misdeed ends in a SourceError, in time, that tells nothing of what the URL hides."""
    script, kind = WRONG[wrong]
    started = time.monotonic()
    with serving(script) as url, pytest.raises(kind) as caught:
        client.get(url)
    assert time.monotonic() - started < 5
    assert "hush" not in str(caught.value)


def test_a_bare_header_value_is_read_as_it_stands(client: Client) -> None:
    """Repeated headers are joined, high bytes do no harm."""
    with serving(saying(OK + b"X-A: 1\r\nx-a: 2\r\nX-B: \xe9\r\nContent-Length: 0\r\n\r\n")) as url:
        headers = client.get(url).headers
    assert headers["x-a"] == "1, 2"
    assert headers["x-b"] == "\xe9"


def test_a_header_cannot_be_smuggled_in(client: Client, httpserver: HTTPServer) -> None:
    """A stored validator with a line break is refused, not sent."""
    with pytest.raises(SourceError):
        client.get(httpserver.url_for("/"), {"If-None-Match": "x\r\nX-Evil: 1"})
    assert httpserver.log == []


def test_nobody_listens(client: Client) -> None:
    """A refused connection is Unavailable."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 cannot be reached"):
        client.get(f"http://127.0.0.1:{port}/")


def test_tls_that_is_none(client: Client) -> None:
    """A handshake that fails says so."""
    with serving(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as url, pytest.raises(Unavailable, match="TLS handshake"):
        client.get(url.replace("http:", "https:"))


def test_the_next_request_starts_afresh(client: Client, httpserver: HTTPServer) -> None:
    """A request that ran out of time leaves no deadline behind in its thread."""
    with serving(endless(HEAD + b"\r\n", b"a", pause=0.05)) as url, pytest.raises(Unavailable):
        client.get(url)
    httpserver.expect_request("/").respond_with_data("fine")
    assert client.get(httpserver.url_for("/")).body == b"fine"


@pytest.fixture
def counting(httpserver: HTTPServer) -> HTTPServer:
    """Serve each path's own name."""

    def echo(request: Request) -> Response:
        return Response(request.path)

    httpserver.expect_request("/deep").respond_with_handler(echo)
    for place in range(40):
        httpserver.expect_request(f"/{place}").respond_with_handler(echo)
    return httpserver


def test_threads_share_one_client(client: Client, counting: HTTPServer) -> None:
    """Answers are not mixed up, deadlines not shared."""
    found: dict[int, bytes] = {}

    def ask(first: int) -> None:
        for place in range(first, first + 10):
            found[place] = client.get(counting.url_for(f"/{place}")).body

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(0, 40, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {place: f"/{place}".encode() for place in range(40)}
