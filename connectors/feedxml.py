"""RSS 0.9 to 2.0, Atom, RDF and CDF, through feedparser with its network, sanitiser and link resolver off."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

import feedparser

from connectors import feedsax
from connectors.feed import Entry, Feed
from connectors.feeddates import read_date
from listener.domain.errors import BadData
from listener.domain.plaintext import Read, has_markup, one_line, read, tidy, title_from_html

feedsax.install()

_UTF8 = {"content-type": "application/xml; charset=utf-8"}
_MAIL = re.compile(r" ?(?:[(<] ?)?(?<![^\s()<>@])[^\s()<>@]+@[^\s()<>@]+ ?[)>]? ?")
_LONG_AUTHOR = re.compile(
    r"(<(?:\w+:)?(?:author|creator|managingeditor|webmaster|publisher|name)\b[^<>]*>(?:\s*<!\[CDATA\[)?[^<]{500})[^<]+",
    re.IGNORECASE,
)
"""feedparser looks for an address in an author, and takes the square of its length for that."""
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-f]+|[lr][sd]quo|[mn]dash|hellip);", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:0*(\d{1,8})\d*|x0*([0-9a-f]{1,7})[0-9a-f]*);", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes((*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)))
_WIDTH = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}

_END_OF_TEXT = "<!-- SC_ON -->"
"""Reddit's mark: what follows is not the author's but "submitted by …", the same under every post."""

Fields = Mapping[str, Any]


def parse(text: str, now: datetime) -> Feed | None:
    """Read a feed; None if the document is none. Malformed XML is read as far as it goes. Raises BadData only."""
    text = _REFERENCE.sub(_printable, text) if "&#" in text else text
    body = BytesIO(_printable_bytes(_LONG_AUTHOR.sub(r"\1", text)))
    try:
        found = feedparser.parse(body, response_headers=_UTF8, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # what a hostile document makes a parser raise is not listed anywhere
        raise BadData(f"the document cannot be parsed ({type(error).__name__})") from error
    if not found["version"] and not found["entries"]:
        return None
    about = found["feed"]
    return Feed(
        title=_title(about),
        link=_text(about, "link"),
        lang=_text(about, "language"),
        rhythm=_rhythm(about),
        entries=tuple(_entry(fields, about, now) for fields in found["entries"]),
    )


def _printable_bytes(text: str) -> bytes:
    """Encode what XML may hold. Bytes are looked through in a tenth of the time that characters take."""
    body = text.encode("utf-8", "ignore").translate(None, _CONTROLS)
    return body.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


def _printable(reference: re.Match[str]) -> str:
    """Keep a reference to a character that XML knows; one bad reference would cost the whole document."""
    decimal, hexadecimal = reference.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return reference[0] if code <= 0x10FFFF and not _UNPRINTABLE.match(chr(code)) else ""


def _entry(fields: Fields, about: Fields, now: datetime) -> Entry:
    body = _body(fields)
    content = _content(body)
    published, updated = _dates(fields, now)
    name, address = _author(fields, about)
    return Entry(
        guid=_text(fields, "id"),
        link=_text(fields, "feedburner_origlink") or _text(fields, "link"),
        title=_title(fields),
        text=content.text,
        author=name,
        author_url=address,
        published=published,
        updated=updated,
        lang=str(body.get("language") or _detail(fields, "title_detail").get("language") or ""),
        parent=_parent(fields),
        replies=_replies(fields),
        media=(*_media(fields), *content.images),
        links=content.links,
        base=str(body.get("base") or ""),
    )


def _raw(fields: Fields, name: str) -> Any:
    """Take a value as it was stored; feedparser's own lookup maps names and warns."""
    return dict.get(fields, name) if isinstance(fields, dict) else None


def _text(fields: Fields, name: str) -> str:
    value = _raw(fields, name)
    return value.strip() if isinstance(value, str) else ""


def _detail(fields: Fields, name: str) -> Fields:
    value = _raw(fields, name)
    return value if isinstance(value, dict) else {}


def _listed(fields: Fields, name: str) -> list[Fields]:
    value = _raw(fields, name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _title(fields: Fields) -> str:
    title, kind = _text(fields, "title"), _detail(fields, "title_detail").get("type")
    return one_line(title) if kind == "text/plain" and not _is_escaped(title) else title_from_html(title)


def _is_escaped(title: str) -> bool:
    return bool(_ENTITY.search(title))


def _body(fields: Fields) -> Fields:
    """Choose the fullest of what an entry says: its content, else its summary."""
    contents = [item for item in _listed(fields, "content") if str(item.get("value") or "").strip()]
    text = [item for item in contents if str(item.get("type", "")).startswith(("text/", "application/xhtml"))]
    if text or contents:
        return max(text or contents, key=lambda item: len(item["value"]))
    return _detail(fields, "summary_detail") or {"value": _text(fields, "summary") or _text(fields, "subtitle")}


def _content(body: Fields) -> Read:
    value = str(body.get("value") or "").partition(_END_OF_TEXT)[0]
    if body.get("type") == "text/plain" and not has_markup(value):
        return Read(tidy(value))
    return read(value)


def _dates(fields: Fields, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Give when an entry appeared and, where that is told apart, when it was last changed."""
    published = read_date(_text(fields, "published"), now) or read_date(_text(fields, "created"), now)
    updated = read_date(_text(fields, "updated"), now)
    if published is None:
        return updated, None
    return published, updated if updated and updated > published else None


def _author(fields: Fields, about: Fields) -> tuple[str, str]:
    people = _listed(fields, "authors") or [_detail(fields, "author_detail")]
    people = [person for person in people if person] or _listed(about, "authors")
    whole = _text(fields, "author") if len(people) == 1 else ""
    for person in people:
        said = str(person.get("name") or "")
        # feedparser cuts a bracket at the end, whether or not it was opened around the whole
        name = _name(whole if said and said in whole else said) or str(person.get("email") or "").strip()
        if name:
            return one_line(name), str(person.get("href") or "").strip()
    return one_line(_name(_text(fields, "author"))), ""


def _name(value: str) -> str:
    """Take the name out of ``mail@example.com (Name)`` and its cousins; an address alone stays."""
    value = one_line(value)
    bare = _MAIL.sub(" ", value).strip()
    bare = (bare[1:-1] if bare[:1] + bare[-1:] == "()" else bare).strip(" \"'")
    return title_from_html(bare or value)


def _parent(fields: Fields) -> str:
    answered = next((value for name, value in fields.items() if name.endswith("in-reply-to")), None)
    if isinstance(answered, dict):
        return str(answered.get("ref") or answered.get("href") or "").strip()
    return answered.strip() if isinstance(answered, str) else ""


def _replies(fields: Fields) -> int | None:
    counts = [_raw(fields, "slash_comments"), _raw(fields, "thr_total")]
    counts += [link.get("thr:count") or link.get("count") for link in _listed(fields, "links")]
    found = (str(count) for count in counts if count)
    return next((int(count) for count in found if re.fullmatch(r"\d{1,9}", count)), None)


def _media(fields: Fields) -> Iterable[str]:
    for link in _listed(fields, "links"):
        if link.get("rel") == "enclosure":
            yield str(link.get("href") or "")
    for name in ("media_content", "media_thumbnail"):
        for item in _listed(fields, name):
            yield str(item.get("url") or "")
    yield str(_detail(fields, "image").get("href") or "")


def _rhythm(about: Fields) -> float | None:
    if re.fullmatch(r"\d{1,6}", minutes := _text(about, "ttl")):
        return int(minutes) * 60.0
    width = _WIDTH.get(_text(about, "sy_updateperiod").lower())
    times = _text(about, "sy_updatefrequency")
    return width / max(int(times) if re.fullmatch(r"\d{1,4}", times) else 1, 1) if width else None
