"""feedparser alone, as it comes: fetches and reads feeds, reads them from memory, and does no more."""

import json
import sys
import time
from collections.abc import Sequence
from io import BytesIO
from urllib.request import urlopen

import feedparser


def main(addresses: Sequence[str]) -> None:
    """Print the entries of all feeds, and the processor's seconds for each way to read them."""
    bodies = [urlopen(address).read() for address in addresses]  # noqa: S310 - our own server on loopback
    entries = sum(len(feedparser.parse(BytesIO(body)).entries) for body in bodies)
    seconds = {
        "lean": _seconds(bodies, sanitize_html=False, resolve_relative_uris=False),
        "parsed": _seconds(bodies),
        "fetched": _seconds(addresses),
    }
    print(json.dumps({"entries": entries, **seconds}))


def _seconds(feeds: Sequence[str] | Sequence[bytes], **how: bool) -> float:
    began = time.process_time()
    for feed in feeds:
        feedparser.parse(feed if isinstance(feed, str) else BytesIO(feed), **how)
    return time.process_time() - began


if __name__ == "__main__":
    main(sys.argv[1:])
