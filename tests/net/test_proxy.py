"""Proxies from the environment, and what the guard still sees through them."""

import pytest
from pytest_httpserver import HTTPServer

from listener.domain.errors import ConfigError
from listener.net.client import Client, Limits
from listener.net.guard import Blocked
from listener.net.proxy import Proxies, Proxy


def test_reads_the_usual_variables() -> None:
    """Lower case wins; a scheme of its own before all; no scheme means http."""
    proxies = Proxies.from_environment(
        {
            "http_proxy": "http://a:8080",
            "HTTP_PROXY": "http://b:8080",
            "ALL_PROXY": "c",
            "no_proxy": " x.example ,.y.example",
        }
    )
    assert proxies.pick("http", "example.com") == Proxy("http://a:8080")
    assert proxies.pick("https", "example.com") == Proxy("http://c:80")
    assert proxies.pick("http", "x.example") is None
    assert proxies.pick("http", "www.y.example") is None


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("*", "example.com", True),
        ("example.com", "example.com", True),
        ("example.com", "www.example.com", True),
        ("example.com", "badexample.com", False),
        ("*.example.com", "a.example.com", True),
        ("example.com:80", "example.com", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("", "example.com", False),
    ],
)
def test_no_proxy(no_proxy: str, host: str, *, direct: bool) -> None:
    """Names with their subdomains, addresses and blocks."""
    proxies = Proxies.from_environment({"http_proxy": "p:1", "no_proxy": no_proxy})
    assert (proxies.pick("http", host) is None) == direct


def test_without_variables_everything_is_direct() -> None:
    """An empty environment names no proxy."""
    assert Proxies.from_environment({"http_proxy": ""}).pick("http", "example.com") is None


@pytest.mark.parametrize("value", ["socks5://a:1080", "ftp://a", "http://"])
def test_other_proxies_are_refused(value: str) -> None:
    """The message names the variable."""
    with pytest.raises(ConfigError, match="https_proxy"):
        Proxies.from_environment({"HTTPS_PROXY": value})


def test_credentials_of_a_proxy_are_not_printed() -> None:
    """They are sent, and shown nowhere."""
    (proxy,) = Proxies.from_environment({"http_proxy": "http://ann:hush%40@a:1"}).by_scheme.values()
    assert proxy.auth == ("ann", "hush@")
    assert "hush" not in repr(proxy)


def _through(server: HTTPServer, *names: str) -> Client:
    def resolve(host: str, port: int) -> list[str]:
        if host not in names:
            raise OSError(f"unknown {port}")
        return ["10.0.0.1"] if host.startswith("inner") else ["93.184.216.34"]

    proxies = Proxies.from_environment({"http_proxy": f"http://127.0.0.1:{server.port}"})
    return Client("t", proxies=proxies, resolve=resolve, limits=Limits(connect=1, read=1, total=2))


@pytest.fixture
def proxy() -> HTTPServer:
    """Give a proxy on loopback, which is trusted though loopback is not open."""
    server = HTTPServer(host="127.0.0.1", port=0)
    server.expect_request("/feed").respond_with_data("through")
    return server


@pytest.mark.parametrize("host", ["known.example", "known-to-the-proxy-alone.example", "93.184.216.34"])
def test_the_proxy_connects_for_us(proxy: HTTPServer, host: str) -> None:
    """Public names go through it, and so does a name that cannot be looked up from here."""
    with proxy, _through(proxy, "known.example") as client:
        assert client.get(f"http://{host}/feed").body == b"through"
    assert proxy.log[0][0].headers["Host"] == host


@pytest.mark.parametrize(
    "host",
    ["inner.example", "localhost", "a.localhost", "metadata.google.internal", "printer.local", "10.0.0.1", "[::1]"],
)
def test_inner_names_are_not_handed_over(proxy: HTTPServer, host: str) -> None:
    """What is known to be inside is refused before the proxy hears of it."""
    with proxy, _through(proxy, "inner.example") as client, pytest.raises(Blocked):
        client.get(f"http://{host}/feed")
    assert proxy.log == []
