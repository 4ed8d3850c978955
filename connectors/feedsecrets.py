"""A feed whose address is secret, made fit to be kept: sites write a feed's own address into it, and into its links."""

from dataclasses import replace

from connectors.feed import Entry, Feed
from connectors.feedcursor import digest
from listener.domain.scrub import holds, scrub


def without(feed: Feed, secret: str) -> Feed:
    """Take the secret out: a link that holds it is none, an id becomes its digest, in texts it is struck out."""
    return replace(
        feed,
        title=scrub(feed.title, [secret], alone=True),
        link=harmless(feed.link, secret),
        entries=tuple(_entry(entry, secret) for entry in feed.entries),
    )


def harmless(value: str, secret: str) -> str:
    """Give a value that is of no use with a part missing: whole, or not at all. Without a secret all are harmless."""
    return "" if secret and holds(value, [secret], alone=True) else value


def _entry(entry: Entry, secret: str) -> Entry:
    return replace(
        entry,
        guid=_named(entry.guid, secret),
        parent=_named(entry.parent, secret),
        link=harmless(entry.link, secret),
        author_url=harmless(entry.author_url, secret),
        base=harmless(entry.base, secret),
        title=scrub(entry.title, [secret], alone=True),
        text=scrub(entry.text, [secret], alone=True),
        author=scrub(entry.author, [secret], alone=True),
        media=tuple(filter(None, (harmless(address, secret) for address in entry.media))),
        links=tuple(filter(None, (harmless(address, secret) for address in entry.links))),
    )


def _named(guid: str, secret: str) -> str:
    return digest(guid) if holds(guid, [secret], alone=True) else guid
