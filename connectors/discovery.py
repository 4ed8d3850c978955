"""A home page where a feed was expected: the page names its feeds, and the main one is chosen."""

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser

from listener.domain import url as urls

_TYPES = re.compile(r"application/(?:(?:rss|atom|rdf|feed)\+(?:xml|json)|rss|atom)|text/(?:rss|atom)(?:\+xml)?")
_SIDE = re.compile(r"comment|kommentar|comentario|/(?:tag|category|author|search)s?/|[?&](?:p|tag|cat)=", re.IGNORECASE)
_OTHER_TAG = re.compile(r"<(?!link\b|base\b|!--)[^<>]*>", re.IGNORECASE)
_PROLOG_ENDS = {"<?": "?>", "<!--": "-->", "<!": ">"}


def root_name(text: str) -> str:
    """Name a document's first element, lower case; empty if there is none near its beginning."""
    text = text[:16_384].lstrip("\ufeff \t\r\n")
    while opened := next((mark for mark in _PROLOG_ENDS if text.startswith(mark)), ""):
        end = _PROLOG_ENDS[opened]
        if opened == "<!" and "[" in text.partition(">")[0]:
            end = "]>" if "]>" in text else "]"
        text = text.partition(end)[2].lstrip()
    found = re.match(r"<([\w:.-]+)", text)
    return found[1].lower() if found else ""


def looks_like_page(text: str) -> bool:
    """Say whether a document is an HTML page (a feed that is served as one is none)."""
    name = root_name(text)
    return name in {"html", "head", "body", "title", "meta", "div", "p", "h1", "script", "link", "center", "table"}


def feed_link(page: str, page_url: str) -> str:
    """Find the feed a page announces: the first of its main ones; empty if it announces none."""
    candidates = list(dict.fromkeys(_announced(page, page_url)))
    return min(candidates, key=lambda found: _rank(found, page_url), default=("", ""))[0]


def _announced(page: str, page_url: str) -> Iterable[tuple[str, str]]:
    tree = LexborHTMLParser(_OTHER_TAG.sub("", page[:500_000]))  # elements in elements can take the parser minutes
    base_node = tree.css_first("base[href]")
    base = urls.absolute((base_node.attributes.get("href") if base_node else "") or "", page_url) or page_url
    for node in tree.css("link[href]"):
        named = {name: value or "" for name, value in node.attributes.items()}
        rel = named.get("rel", "").lower().split()
        kind = named.get("type", "").lower().partition(";")[0].strip()
        if "feed" in rel or ("alternate" in rel and _TYPES.fullmatch(kind)):
            address = urls.absolute(named.get("href", ""), base)
            if address and address != page_url:
                yield address, named.get("title", "")


def _rank(found: tuple[str, str], page_url: str) -> tuple[bool, bool]:
    """Order candidates: main feeds before comments and tags, the site's own before others; else as listed."""
    address, title = found
    is_side = bool(_SIDE.search(title) or _SIDE.search(address.partition("//")[2]))
    return is_side, urls.registrable(address) != urls.registrable(page_url)
