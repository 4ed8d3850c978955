"""Entries to posts: which id each has and keeps, where its links lead, in what order they come."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.feed import Entry, Feed
from connectors.feedcursor import REMEMBERED, digest
from listener.domain import url as urls
from listener.domain.plaintext import one_line, tidy
from listener.domain.post import Author, Post
from listener.domain.source import Dropped

_URI = re.compile(r"https?://\S+|(?:tag|urn):\S+", re.IGNORECASE)
_COMMENT = re.compile(r"comment-?\d+|c\d{6,}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_DAWN = datetime.min.replace(tzinfo=UTC)
_MOST_LINKS, _MOST_MEDIA = 100, 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed stands: the stream it is, and what its relative links are relative to."""

    stream: str
    base: str


@dataclass(frozen=True, slots=True)
class Posts:
    """A feed's posts, oldest first, with the ids to remember and what was dropped."""

    posts: Sequence[Post]
    ids: Mapping[str, str]
    dropped: Sequence[Dropped]


def to_posts(feed: Feed, place: Place, known: Mapping[str, str]) -> Posts:
    """Make posts of a feed's entries. ``known``: the ids that entries had in earlier polls."""
    base = urls.absolute(feed.link, place.base) or place.base
    told = [entry for entry in feed.entries if entry.title or entry.text or entry.link]
    links = [_link(entry, base) for entry in told]
    named = _Ids(place.stream, told, links, known)
    posts = [
        _post(entry, link, named.of(entry, link), feed, base, named) for entry, link in zip(told, links, strict=True)
    ]
    single, repeated = _once(posts)
    dropped = (Dropped("empty entry", len(feed.entries) - len(told)), Dropped("repeated in the feed", repeated))
    return Posts(_oldest_first(single), named.remembered(), [each for each in dropped if each.count])


def _link(entry: Entry, base: str) -> str:
    link = urls.absolute(entry.link, base) or (entry.guid if _URI.fullmatch(entry.guid) else "")
    return link if urls.split(link) else ""


class _Ids:
    """The id of every entry: the feed's own where it can be trusted, else one made of what does not change."""

    def __init__(self, stream: str, entries: Sequence[Entry], links: Sequence[str], known: Mapping[str, str]) -> None:
        self._stream = stream
        self._known = known
        self._links = Counter(urls.canonical(link) for link in links if link)
        self._names = Counter(_titled(entry) for entry in entries)
        self._shared = _shared_guids(entries, links)
        self._present = {self._given(entry) for entry in entries}
        self._said: dict[str, str] = {}

    def of(self, entry: Entry, link: str) -> str:
        """Name an entry; one whose guid is new but whose link and title are not keeps its first name."""
        given = self._given(entry)
        said = _said(entry, link) if link else ""
        first = self._known.get(said, "")
        rotated = first and given and first != given and first not in self._present
        name = first if rotated else given or self._made(entry, link)
        if said and given:
            self._said.setdefault(said, name)
        return name

    def name(self, guid: str) -> str:
        """Name the entry that a guid means."""
        guid = one_line(guid)
        return guid if _URI.fullmatch(guid) else f"{self._stream}#{guid}"

    def remembered(self) -> dict[str, str]:
        """Give what to remember: all that stands in the feed now, and the latest of what stood there before."""
        older = {said: name for said, name in self._known.items() if said not in self._said}
        room = max(REMEMBERED, 2 * len(self._said)) - len(self._said)
        return {**dict(list(older.items())[-room:] if room else ()), **self._said}

    def _given(self, entry: Entry) -> str:
        return self.name(entry.guid) if entry.guid and entry.guid not in self._shared else ""

    def _made(self, entry: Entry, link: str) -> str:
        page = urls.canonical(link) if link else ""
        if page and self._links[page] == 1:
            return page
        title, when = _titled(entry)
        said = (title, when) if self._names[title, when] == 1 else (title, when, entry.text)
        return f"{self._stream}#{digest(chr(0).join(said))}"


def _titled(entry: Entry) -> tuple[str, str]:
    return entry.title or entry.text[:200], entry.published.isoformat() if entry.published else ""


def _said(entry: Entry, link: str) -> str:
    """Digest what an entry says, whatever guid it says it under."""
    page = f"{urls.canonical(link)}#{link.partition('#')[2]}"
    return digest(f"{page}\0{entry.title}\0{entry.text}")


def _shared_guids(entries: Sequence[Entry], links: Sequence[str]) -> frozenset[str]:
    """Find guids that several different entries carry: such a guid names nothing.

    Versions of one entry keep their title, or at least their page and their date.
    """
    carried: dict[str, list[tuple[str, str, datetime | None]]] = {}
    for entry, link in zip(entries, links, strict=True):
        carried.setdefault(entry.guid, []).append((_titled(entry)[0], urls.canonical(link), entry.published))
    return frozenset(guid for guid, those in carried.items() if _are_several(those))


def _are_several(entries: Sequence[tuple[str, str, datetime | None]]) -> bool:
    """Say whether entries, each with its title, page and date, are more than versions of one."""
    titles, pages, dates = map(set, zip(*entries, strict=True))
    return len(titles) > 1 and (len(pages) > 1 or len(dates) > 1 or None in dates)


def _post(entry: Entry, link: str, native_id: str, feed: Feed, base: str, named: _Ids) -> Post:
    near = urls.absolute(entry.base, base) or link or base
    parent = named.name(entry.parent) if entry.parent else ""
    is_comment = bool(parent or _COMMENT.fullmatch(link.partition("#")[2]))
    return Post(
        platform="rss",
        native_id=native_id,
        url=link,
        kind="comment" if is_comment else "article",
        community=feed.title,
        author=_author(entry, link or base),
        created_at=entry.published,
        edited_at=entry.updated,
        title=entry.title,
        text=entry.text,
        lang_hint=_language(entry.lang or feed.lang),
        parent_id="" if parent == native_id else parent,
        replies=entry.replies,
        media=_absolute(entry.media, near, _MOST_MEDIA),
        links=_absolute(entry.links, near, _MOST_LINKS),
    )


def _author(entry: Entry, near: str) -> Author | None:
    if not entry.author:
        return None
    home = urls.absolute(entry.author_url, near)
    return Author("rss", urls.canonical(home) if home else f"{urls.host(near)}#{entry.author}", name=entry.author)


def _language(tag: str) -> str:
    return tag.replace("_", "-") if _LANGUAGE.fullmatch(tag) else ""


def _absolute(addresses: Iterable[str], near: str, most: int) -> tuple[str, ...]:
    found = dict.fromkeys(urls.absolute(tidy(address), near) for address in addresses)
    return tuple(address for address in found if address)[:most]


def _once(posts: Sequence[Post]) -> tuple[list[Post], int]:
    """Keep one post an id: the version changed last, the first listed where nothing tells."""
    best: dict[str, Post] = {}
    for post in posts:
        other = best.get(post.native_id)
        if other is None or _changed(post) > _changed(other):
            best[post.native_id] = post
    return list(best.values()), len(posts) - len(best)


def _changed(post: Post) -> datetime:
    return post.edited_at or post.created_at or _DAWN


def _oldest_first(posts: Sequence[Post]) -> list[Post]:
    """Sort by date; feeds list the newest first, so undated entries go in turned round and before the dated."""
    turned = list(reversed(posts))
    turned.sort(key=lambda post: post.created_at or _DAWN)
    return turned
