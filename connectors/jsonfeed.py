"""JSON Feed 1.0 and 1.1."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.feed import Entry, Feed
from connectors.feeddates import read_date
from listener.domain.errors import BadData
from listener.domain.plaintext import Read, one_line, read, tidy

_VERSION = re.compile(r"(?:https?://)?(?:www\.)?jsonfeed\.org/version/|1(?:\.[01])?\Z")


def parse(text: str, now: datetime) -> Feed | None:
    """Read a JSON Feed; None for JSON that is none; raises BadData for what is not JSON at all."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadData("the answer looks like JSON and cannot be read as JSON") from error
    if not isinstance(found, dict) or not _VERSION.match(str(found.get("version"))):
        return None
    items = found.get("items")
    return Feed(
        title=one_line(_text(found, "title")),
        link=_text(found, "home_page_url"),
        lang=_text(found, "language"),
        # what is no object is an entry that says nothing, and is counted as such
        entries=tuple(_entry(item if isinstance(item, dict) else {}, found, now) for item in items)
        if isinstance(items, list)
        else (),
    )


def _entry(item: dict[str, Any], about: dict[str, Any], now: datetime) -> Entry:
    content = _content(item)
    name, address = _author(item) or _author(about) or ("", "")
    published, updated = read_date(_text(item, "date_published"), now), read_date(_text(item, "date_modified"), now)
    return Entry(
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        title=one_line(_text(item, "title")),
        text=content.text,
        author=name,
        author_url=address,
        published=published or updated,
        updated=updated if published and updated and updated > published else None,
        lang=_text(item, "language"),
        media=(*_media(item), *content.images),
        links=(*filter(None, [_text(item, "external_url")]), *content.links),
    )


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip()


def _content(item: dict[str, Any]) -> Read:
    html = _text(item, "content_html")
    return read(html) if html else Read(tidy(_text(item, "content_text") or _text(item, "summary")))


def _author(item: dict[str, Any]) -> tuple[str, str] | None:
    people = item.get("authors")
    listed = people if isinstance(people, list) else []
    for person in (*listed, item.get("author")):
        if isinstance(person, dict) and (name := one_line(_text(person, "name"))):
            return name, _text(person, "url")
    return None


def _media(item: dict[str, Any]) -> Iterable[str]:
    attachments = item.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else []:
        if isinstance(attachment, dict):
            yield _text(attachment, "url")
    yield _text(item, "image")
    yield _text(item, "banner_image")
