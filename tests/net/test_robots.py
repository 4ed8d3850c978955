"""robots.txt."""

import pytest
from pytest_httpserver import HTTPServer

from listener.net.client import Client
from listener.net.robots import Robots

RULES = "User-agent: *\nDisallow: /private\nAllow: /private/feed$\n\nUser-agent: listenerd\nDisallow: /not-for-us\n"


def test_obeys_the_rules_that_name_us(client: Client, httpserver: HTTPServer) -> None:
    """A group of our own is the one that counts; the file is asked for once."""
    httpserver.expect_request("/robots.txt").respond_with_data(RULES)
    robots = Robots(client)
    assert not robots.permits(httpserver.url_for("/not-for-us"))
    assert robots.permits(httpserver.url_for("/private"))
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(("path", "permitted"), [("/private/x", False), ("/private/feed", True), ("/open", True)])
def test_obeys_the_rules_for_all(client: Client, httpserver: HTTPServer, path: str, *, permitted: bool) -> None:
    """Wildcards and allowances as the standard has them."""
    httpserver.expect_request("/robots.txt").respond_with_data(RULES.partition("\n\n")[0])
    assert Robots(client).permits(httpserver.url_for(path)) == permitted


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_site_without_rules_permits(client: Client, httpserver: HTTPServer, status: int) -> None:
    """No file, no prohibition."""
    httpserver.expect_request("/robots.txt").respond_with_data("Disallow: /", status)
    assert Robots(client).permits(httpserver.url_for("/feed"))


@pytest.mark.parametrize("body", [b"\xff\xfe\0\0", b"<html>", b"Disallow: /" * 200_000, b"\n" * 10_000])
def test_odd_files_do_no_harm(client: Client, httpserver: HTTPServer, body: bytes) -> None:
    """A file that is none, or is too long, permits."""
    httpserver.expect_request("/robots.txt").respond_with_data(body)
    assert Robots(client).permits(httpserver.url_for("/feed"))


def test_rules_are_asked_for_again_after_a_day(client: Client, httpserver: HTTPServer) -> None:
    """What was learnt lasts 24 hours."""
    now = [0.0]
    httpserver.expect_request("/robots.txt").respond_with_data(RULES)
    robots = Robots(client, clock=lambda: now[0])
    for now[0] in (0.0, 86_000.0, 86_500.0):
        robots.permits(httpserver.url_for("/x"))
    assert len(httpserver.log) == 2
