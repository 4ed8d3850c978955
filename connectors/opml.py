"""OPML: lists of feeds as readers export them."""

from collections.abc import Iterable

from lxml import etree

from listener.domain import url as urls
from listener.domain.errors import BadData

MAX_FEEDS = 20_000


def feed_urls(body: bytes) -> list[str]:
    """List the feeds of an OPML document, each once, in its order; raises BadData if it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or str(root.tag).lower() != "opml":
        raise BadData("this is not an OPML list")
    found = list(dict.fromkeys(_addresses(root)))
    if not found or len(found) > MAX_FEEDS:
        raise BadData(f"the OPML list names {len(found)} feeds; between 1 and {MAX_FEEDS} can be listened to")
    return found


def _addresses(root: etree._Element) -> Iterable[str]:
    for outline in root.iter("outline", "Outline", "OUTLINE"):
        named = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
        address = named.get("xmlurl", "").strip()
        address = address.replace("feed://", "http://", 1) if address.startswith("feed://") else address
        if found := urls.absolute(address):
            yield found


def looks_like(text: str) -> bool:
    """Say whether a document calls itself OPML."""
    return "<opml" in text[:2048].lower()
