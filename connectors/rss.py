"""Feeds: RSS 0.9 to 2.0, Atom, RDF, JSON Feed, the home pages that announce one, and OPML lists of them.

One stream a feed. A poll asks conditionally, reads a changed body once, and answers with the whole feed: entries seen
before come again, so that the store sees what was edited. See docs/feeds.md for what is decided where feeds are vague.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import unquote, urlsplit, urlunsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator

from connectors import discovery, feedxml, jsonfeed, opml
from connectors.feed import Feed
from connectors.feedbytes import decode, refuse_bomb
from connectors.feedcursor import CONFIRMATIONS, Note, digest
from connectors.feedposts import Place, Posts, to_posts
from connectors.feedsecrets import harmless, without
from connectors.registry import Tools
from listener.domain import url as urls
from listener.domain.errors import BadData, ConfigError, Gone, SourceError, Unauthorized, Unavailable
from listener.domain.rhythm import Rhythm
from listener.domain.schema import Block, ConfiguredPlace, Duration
from listener.domain.scrub import scrub
from listener.domain.secret import SecretUrl
from listener.domain.source import Budget, Connector, Cursor, Gap, Page, StreamKey
from listener.net.answers import error_for, fresh_for, retry_at
from listener.net.client import Limits, Response
from listener.net.robots import Robots

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.5, */*;q=0.3"
)
_LONGEST_WAIT = timedelta(hours=24).total_seconds()


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, (str, dict, SecretUrl)) else value


Address = str | SecretUrl


class Options(Block):
    """The keys of a ``[[source]]`` with ``connector = "rss"``."""

    urls: Annotated[tuple[Address, ...], BeforeValidator(_listed)] = ()
    """feeds, or home pages that announce one; ``{ name = …, env = … }`` where the URL itself is a secret"""
    opml: Annotated[tuple[ConfiguredPlace | SecretUrl, ...], BeforeValidator(_listed)] = ()
    """OPML lists: files or URLs, read again whenever the streams are listed"""
    every: Annotated[Duration, Field(ge=timedelta(minutes=5), le=timedelta(days=1))] = timedelta(minutes=15)
    """the shortest time between two polls of one feed; one without news is asked ever less often"""
    keep_all: bool = True
    """keep posts that match no brand, so that a later query can find them"""

    @property
    def rhythm(self) -> Rhythm:
        """How often one feed is asked."""
        return Rhythm(self.every)

    @field_validator("urls")
    @classmethod
    def _each_is_a_url(cls, value: tuple[Address, ...]) -> tuple[Address, ...]:
        for address in value:
            if isinstance(address, SecretUrl):
                continue
            parts = urls.split(address)
            if parts is None:
                raise ValueError("give http:// or https:// URLs")
            if "@" in parts.netloc:
                raise ValueError('a URL with a user or password in it is a secret: give { name = "…", env = "…" }')
        return value

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.urls and not self.opml:
            raise ValueError('name at least one feed with urls = ["https://…"] or a list with opml = "…"')
        return self


def build(options: Options, tools: Tools) -> Connector:
    """Make the connector of one source."""
    return Rss(options, tools)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a stream's feed is configured to be. ``label`` is what may be said of it."""

    stream: StreamKey
    url: str
    label: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    """the address as it is kept, login and all, if it is one that none may see"""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A good answer, the note that knows of it, and the feed in it (None: nothing has changed)."""

    response: Response
    note: Note
    feed: Feed | None


class Rss:
    """Reads feeds over HTTP. Holds only what it was made of; safe in many threads."""

    def __init__(self, options: Options, tools: Tools) -> None:
        self.keeps_all = options.keep_all
        self._options = options
        self._tools = tools
        self._secrets = {each.name: each for each in options.urls if isinstance(each, SecretUrl)}
        self._robots = Robots(tools.http)

    def streams(self, options: Options, queries: Sequence[str]) -> Iterable[StreamKey]:  # noqa: ARG002 - contract
        """Name every feed once; raises SourceError where an OPML list cannot be read."""
        named = (each.name if isinstance(each, SecretUrl) else each.strip() for each in options.urls)
        listed = (address for each in options.opml for address in self._from_opml(each))
        return [StreamKey(key) for key in dict.fromkeys((*named, *listed))]

    def _from_opml(self, where: Address) -> Iterator[str]:
        secret = self._revealed(where) if isinstance(where, SecretUrl) else ""
        label = where.name if isinstance(where, SecretUrl) else urls.redact(where)
        address = where if isinstance(where, str) else secret
        try:
            if urls.split(address):
                answer = self._tools.http.get(address)
                if error := error_for(answer, self._tools.now()):
                    raise error
                body = answer.body
            else:
                body = Path(address).read_bytes()
            yield from opml.feed_urls(body)
        except OSError as error:
            raise Unavailable(f"the OPML file {label} cannot be read: {error.strerror}") from error
        except SourceError as error:
            raise _said(f"OPML list {label}", error, secret) from error

    def fetch(self, stream: StreamKey, cursor: Cursor | None, budget: Budget) -> Page:
        """Poll one feed. Raises SourceError only."""
        target = self._target(stream)
        note = Note.load(cursor)
        limits = self._limits(budget)
        try:
            answer = self._first_good(target, note, limits)
        except SourceError as error:
            raise _said(f"feed {target.label}", error, target.secret) from error
        wait = self._wait(answer)
        if answer.feed is None:
            return Page(cursor=answer.note.dump(), wait=wait, news=False)
        return self._page(target, answer, budget, wait)

    # ---- where to ask ------------------------------------------------------------------------------------------

    def _target(self, stream: StreamKey) -> _Target:
        secret = self._secrets.get(stream)
        if secret is None:
            return _Target(stream, stream, urls.redact(stream))
        address = self._revealed(secret)
        url, headers = _without_user(address)
        return _Target(stream, url, secret.name, headers, address)

    def _revealed(self, secret: SecretUrl) -> str:
        try:
            return self._tools.reveal(secret).strip()
        except ConfigError as error:
            raise Unauthorized(str(error)) from error

    def _limits(self, budget: Budget) -> Limits:
        usual = self._tools.http.limits
        return replace(usual, body=min(usual.body, budget.bytes), total=min(usual.total, budget.seconds))

    def _first_good(self, target: _Target, note: Note, limits: Limits) -> _Answer:
        """Ask where the feed was found or moved to; if it is there no more, ask where it was configured."""
        elsewhere = "" if target.secret else note.found or note.at
        if elsewhere:
            try:
                return self._asked(target, elsewhere, note, limits)
            except SourceError as error:
                if error.until is not None:
                    raise
                note = replace(note, found="", at="", moved="", moved_times=0)
        return self._asked(target, target.url, note, limits)

    # ---- asking ------------------------------------------------------------------------------------------------

    def _asked(self, target: _Target, url: str, note: Note, limits: Limits, *, via_page: bool = False) -> _Answer:
        headers = {"Accept": _ACCEPT, **target.headers}
        response = self._tools.http.get(url, headers, headers_at=note.validators, limits=limits)
        self._refuse(response)
        note = _with_move(note, target, response, url)
        if response.status == 304:
            return _Answer(response, note, None)
        place = digest(response.url)
        body = digest(response.body)
        fresh = replace(
            note,
            place=place,
            etag=harmless(response.headers.get("etag", ""), target.secret),
            modified=response.headers.get("last-modified", ""),
        )
        if body == note.body and place == note.place and not note.after:
            return _Answer(response, fresh, None)
        return self._understood(target, response, replace(fresh, body=body), limits, via_page=via_page)

    def _refuse(self, response: Response) -> None:
        """Raise what the status means for a feed; a 403 is mostly a firewall's mood and passes."""
        now = self._tools.now()
        host = urls.host(response.url)
        if response.status == 403:
            said = f"{host} forbids it (403): a firewall may take us for a robot, or the feed wants credentials"
            raise Unavailable(said, until=retry_at(response.headers, now))
        if error := error_for(response, now):
            raise error
        if response.status not in {200, 203, 304}:
            raise BadData(f"{host} answered {response.status}, which holds no feed")

    def _understood(
        self, target: _Target, response: Response, note: Note, limits: Limits, *, via_page: bool
    ) -> _Answer:
        text = decode(response.body, response.headers.get("content-type", ""))
        feed = parse(text, self._tools.now())
        if feed is not None:
            feed = without(feed, target.secret) if target.secret else feed
            return _Answer(response, replace(note, rhythm=int(feed.rhythm or 0)), feed)
        found = "" if via_page else discovery.feed_link(text, response.url)
        if not found:
            raise BadData(_no_feed(text, response))
        if not self._robots.permits(found):
            raise Unavailable(f"{urls.host(found)} announces a feed that its robots.txt forbids")
        note = replace(Note(ids=note.ids), found="" if target.secret else found)
        try:
            return self._asked(target, found, note, limits, via_page=True)
        except Gone as error:  # the page that was configured is still there
            raise Unavailable(f"{error}, though {urls.host(response.url)} announces it") from error

    # ---- answering ---------------------------------------------------------------------------------------------

    def _page(self, target: _Target, answer: _Answer, budget: Budget, wait: float | None) -> Page:
        made = to_posts(answer.feed or Feed(), _place(target, answer.response), answer.note.ids)
        start = _start(made, answer.note)
        posts = made.posts[start : start + max(budget.posts, 1)]
        end = start + len(posts)
        more = end < len(made.posts)
        said = digest("\0".join(sorted(f"{post.native_id}\0{post.title}\0{post.text}" for post in made.posts)))
        after, offset = (posts[-1].native_id, end) if more else ("", 0)
        note = replace(answer.note, ids=made.ids, said=said, after=after, offset=offset)
        return Page(
            posts=posts,
            cursor=note.dump(),
            more=more,
            wait=None if more else wait,
            gap=_gap(made, answer.note, self._tools.now()) if start == 0 else None,
            dropped=made.dropped if not more else (),
            news=said != answer.note.said or start > 0,
        )

    def _wait(self, answer: _Answer) -> float | None:
        """Give the pause the feed asks for, never under ``every`` nor over a day; None where it asks for none."""
        asked = (fresh_for(answer.response.headers, self._tools.now()), answer.note.rhythm)
        longest = max((seconds for seconds in asked if seconds), default=None)
        return None if longest is None else min(max(longest, self._options.every.total_seconds()), _LONGEST_WAIT)


def parse(text: str, now: datetime) -> Feed | None:
    """Read a feed of any format; None where the text is none. Raises BadData for what must not be parsed."""
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return jsonfeed.parse(text, now)
    if opml.looks_like(text):
        raise BadData("this is an OPML list, not a feed: name it with opml = …")
    if discovery.looks_like_page(text) or "<" not in text:
        return None
    refuse_bomb(text)
    return feedxml.parse(text, now)


def _said(what: str, error: SourceError, secret: str) -> SourceError:
    """Say the same error with the stream's name before it, and without what a site quotes of a secret address."""
    return type(error)(f"{what}: {scrub(str(error), [secret])}", until=error.until)


def _without_user(url: str) -> tuple[str, dict[str, str]]:
    """Take user and password out of a secret URL and into a header."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, {}
    user, at, place = parts.netloc.rpartition("@")
    if not at:
        return url, {}
    token = b64encode(unquote(user).encode()).decode("ascii")
    return urlunsplit(parts._replace(netloc=place)), {"Authorization": f"Basic {token}"}


def _with_move(note: Note, target: _Target, response: Response, asked: str) -> Note:
    """Count how often in a row the site said that the feed lives elsewhere for good; believe it in the end."""
    moved = response.permanent_url
    if target.secret or not moved or note.found == asked:
        return replace(note, moved="", moved_times=0)
    times = note.moved_times + 1 if note.moved == moved else 1
    if times < CONFIRMATIONS:
        return replace(note, moved=moved, moved_times=times)
    return replace(note, at=moved, moved="", moved_times=0)


def _place(target: _Target, response: Response) -> Place:
    """Say what relative links are relative to; under a secret URL, only its site."""
    if not target.secret:
        return Place(target.stream, response.url)
    parts = urlsplit(response.url)
    return Place(target.stream, f"{parts.scheme}://{parts.netloc}/")


def _gap(made: Posts, note: Note, now: datetime) -> Gap | None:
    """Say a gap where no entry of earlier polls is left: a feed shows its newest, and some may have come and gone."""
    known = set(note.ids.values())
    # a feed of one entry has nothing that could be left
    if len(made.posts) < 2 or not known or any(post.native_id in known for post in made.posts):
        return None
    oldest = min((post.created_at for post in made.posts if post.created_at), default=now)
    return Gap(None, min(oldest, now), "no entry of the last poll is left in the feed; some may have been missed")


def _start(made: Posts, note: Note) -> int:
    """Find where the last page ended, though the feed may have moved on in between."""
    if not note.after:
        return 0
    places = (place for place, post in enumerate(made.posts) if post.native_id == note.after)
    return next(places, min(note.offset, len(made.posts)) - 1) + 1


def _no_feed(text: str, response: Response) -> str:
    host, name = urls.host(response.url), discovery.root_name(text)
    if not text.strip():
        return f"{host} sent an empty body"
    if discovery.looks_like_page(text):
        return f"{host} sent a web page that announces no feed"
    return f"{host} sent something that is no feed" + (f" (its first element is {name[:40]})" if name else "")
