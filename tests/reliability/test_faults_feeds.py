"""Feeds that go wrong while the line runs: what is kept, what is said, and what comes once the fault is gone."""

import gzip
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.line.place import BRAND, HEAD, LOG
from tests.net.raw import Script, endless, saying, serving
from tests.reliability.shift import EVERY_MENTION, feed, shift
from tests.scripted import MINUTE, T0

CONFIG = HEAD + 'timeout = "%s"\nmax_bytes = 100_000\n' + BRAND + LOG
PATIENT, HASTY = "60 s", "2 s"
"""How long an answer may take: as long as a busy machine needs, or hardly, where the fault is that none comes."""


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))


def page(body: bytes) -> Script:
    """Answer with a body, whole."""
    return saying(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)


KEPT = feed({"acme was heard by halves": T0 + MINUTE}).partition(b"</channel>")[0]
"""The whole entry with which a feed begins that goes wrong then."""

BOMB = gzip.compress(KEPT + bytes(30_000_000))

LATE = "did not answer in time"

FAULTS = {
    "drips a byte at a time": (endless(OK + b"\r\n" + KEPT, b"<", pause=0.02), "unavailable", LATE),
    "never ends": (endless(OK + b"\r\n" + KEPT, b"<item/>" * 1000), "bad-data", "sent more than 100000 bytes"),
    "hangs up half way": (saying(OK + b"Content-Length: 9999\r\n\r\n" + KEPT), "unavailable", "hung up"),
    "is out of order": (saying(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), "unavailable", "out of order (503)"),
    "is a decompression bomb": (
        saying(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB), BOMB),
        "bad-data",
        "sent more than 100000 bytes",
    ),
    "laughs a billion times": (
        page(b'<!DOCTYPE rss [<!ENTITY l0 "ha">%s]><rss><channel><title>&l9;</title></channel></rss>' % LAUGHS),
        "bad-data",
        "entities that grow",
    ),
    "nests without end": (page(b"<rss><channel>" + b"<a>" * 20_000), "bad-data", "nests more than"),
}


@dataclass
class Site:
    """A feed's site, which answers by a script that can be changed."""

    url: str
    script: Script


@contextmanager
def site(script: Script) -> Iterator[Site]:
    """Open a site on loopback."""
    here = Site("", script)

    def answer(connection: socket.socket) -> None:
        here.script(connection)

    with serving(answer) as here.url:
        yield here


def rss(*urls: str) -> str:
    """Write a source of feeds."""
    listed = ", ".join(f'"{url}"' for url in urls)
    return f'[[source]]\nname = "press"\nconnector = "rss"\nevery = "5 min"\nurls = [{listed}]\n'


@pytest.mark.parametrize("fault", FAULTS)
def test_a_feed_that(tmp_path: Path, fault: str) -> None:
    """It holds up no other feed, is a blind spot with its reason, and is heard whole and once when it is well again."""
    script, outcome, why = FAULTS[fault]
    config = CONFIG % (HASTY if why == LATE else PATIENT)
    other = page(feed({"acme opens a shop": T0 + MINUTE}))
    missed = {"acme lost my parcel": 1, "the acme kettle burns": 2, "nobody at acme answers the telephone": 3}
    with site(script) as ill, site(other) as well:
        # under another name, so that both are asked at once
        sources = rss(ill.url, well.url.replace("127.0.0.1", "localhost"))
        with shift(tmp_path, config + sources + EVERY_MENTION) as watch:
            watch.run(minutes=1)
            assert watch.told() == ["acme opens a shop"]
            while watch.line.collect.step(watch.place.clock.at).due == watch.place.clock.at:
                pass  # it is still being waited for
            (blind,) = watch.ask("SELECT what, why FROM blind_spots WHERE ongoing AND what <> 'overdue'")
            assert (blind["what"], why in blind["why"]) == ("failing", True), blind
            (failing,) = (stream for stream in watch.see("sources") if stream["failures"])
            assert why in failing["error"]
            assert why in json.dumps(watch.see("status")["blind_now"])
            assert watch.said("WARNING polled", outcome, why)
            ill.script = page(feed({title: T0 + minute * MINUTE for title, minute in missed.items()}))
            watch.run(minutes=30)
            assert watch.told() == ["acme opens a shop", *missed]
            assert watch.count("post") == watch.count("judgement") == 4
            assert watch.ask("SELECT 1 FROM blind_spots WHERE ongoing AND what <> 'overdue'") == []
            (past,) = watch.ask("SELECT what, why FROM blind_spots WHERE NOT ongoing")
            assert (past["what"], why in past["why"]) == (outcome, True)


def test_bytes_that_are_no_text_cost_no_entry(tmp_path: Path) -> None:
    """Broken UTF-8 is marked where it stands, half a character left out; what is around them is judged and told."""
    japanese = "acme のケトルは最高です、もう一つ買います"
    broken = feed({"acme lost my parcel": T0 + MINUTE, japanese: T0 + MINUTE}).replace(b"my", b"m\xff")
    half = {"id": "1", "content_text": "acme sent \ud83d to me", "date_published": (T0 + MINUTE).isoformat()}
    halved = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [half]}).encode()
    with site(page(broken)) as first, site(page(halved)) as second:
        sources = rss(first.url, second.url.replace("127.0.0.1", "localhost"))
        with shift(tmp_path, CONFIG % PATIENT + sources + EVERY_MENTION) as watch:
            watch.run(minutes=1)
            assert watch.count("judgement") == 3
            (message,) = watch.place.told()
    said = {excerpt["title"] or excerpt["text"] for excerpt in message["excerpts"]}
    assert said == {"acme lost m\ufffd parcel", japanese, "acme sent to me"}
