"""COLLECT: polls the streams that are due, matches what they bring, and puts it away."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from loguru import logger

from listener.domain import rhythm, url
from listener.domain.brand import Brand
from listener.domain.errors import Gone, SourceError, StoreError
from listener.domain.match import Document, Matcher
from listener.domain.post import Post
from listener.domain.source import Budget, Connector, Page, StreamKey
from listener.domain.story import fingerprint
from listener.stages.stage import Dice, Progress
from listener.store.collect import Collecting
from listener.store.poll import DueStream, Heard, Poll
from listener.store.streams import SourceStreams

BUDGET = Budget()
"""What one fetch may take; a stream with more is asked again at once."""


RENAMING = timedelta(minutes=5)
"""How long a source that could not name its streams is left alone."""

PATIENCE = 0.8
"""Seconds that a step waits for an answer to come in: less than there are between two looks of an idle loop."""


@dataclass(frozen=True)
class Source:
    """A configured source: a connector with its options, and how often its streams may be asked."""

    name: str
    connector_name: str
    connector: Connector
    options: Any
    rhythm: rhythm.Rhythm


class Listener:
    """What is listened for: the brands and their queries, compiled once."""

    def __init__(self, brands: Iterable[Brand]) -> None:
        self.brands = {brand.name: brand for brand in brands}
        self._matcher = Matcher([brand.query for brand in self.brands.values()])

    def hear(self, post: Post, *, history: bool) -> Heard:
        """Match a post and sign what is compared later."""
        matches = self._matcher.match(document_of(post))
        return Heard(
            post=post,
            content=content_of(post),
            # what is said under a page has the page's address, and is not the page's story
            canonical_url="" if post.kind == "comment" else url.canonical(post.url),
            history=history,
            matches=matches,
            own=frozenset(name for name in matches if self.brands[name].owns(post)),
            fingerprint=fingerprint(post.title, post.text, _voice(post)) if matches else None,
        )


class Collect:
    """Polls in a pool of threads, one stream a lane at a time, and commits each poll as it comes in."""

    name = "collect"

    def __init__(
        self,
        store: Collecting,
        sources: Iterable[Source],
        listener: Listener,
        pool: Executor,
        *,
        width: int,
        spacing: timedelta,
        dice: Dice,
    ) -> None:
        self._store = store
        self._sources = {source.name: source for source in sources}
        self._listener = listener
        self._pool = pool
        self._width = width
        self._spacing = spacing
        self._dice = dice
        self._resting: dict[str, datetime] = {}
        self._flying: dict[Future[Page | SourceError], DueStream] = {}
        self._named: dict[str, list[StreamKey]] = {}
        self._naming: dict[Future[list[StreamKey] | SourceError], Source] = {}
        self._left: dict[Future[Any], str] = {}
        self._stale_at: dict[str, datetime] = {}

    def prepare(self, now: datetime, *, anew: bool = False, former: "Collect | None" = None) -> int:
        """Bring the store's brands and streams in line with the configuration. Returns how many sources failed.

        ``anew``: the clock was set back, and nothing waits for a time that it named before. ``former``: who collected
        so far; a lane that it still asks, or lets rest, is left alone until then.
        """
        if former:
            self._left, resting = former.lanes()
            self._resting = {lane: min(until, now + self._spacing) for lane, until in resting.items()}
        if self._store.was_ahead(now):
            logger.warning("the clock was ahead when the store was written last: what waited for it is due now")
            anew = True
        if anew:
            self._store.plan_anew(now)
        self._store.sync_brands(self._listener.brands.values(), now)
        self._store.retire_sources(self._sources)
        self._named.clear()
        self._stale_at.clear()
        return self._name_streams(now)

    def lanes(self) -> tuple[dict[Future[Any], str], dict[str, datetime]]:
        """Tell whoever takes over which lanes are still being asked, and which rest until when."""
        return self._left | {fetching: stream.lane for fetching, stream in self._flying.items()}, self._resting

    def _name_streams(self, now: datetime) -> int:
        """Ask connectors anew what their streams are: a folder has new files, a list of feeds has grown.

        A slow list is waited for in later steps. Returns how many failed.
        """
        asked = {source.name for source in self._naming.values()}
        stale = [one for one in self._sources.values() if self._stale_at.get(one.name, now) <= now]
        fresh = {self._pool.submit(self._names_of, one): one for one in stale if one.name not in asked}
        wait(fresh, timeout=PATIENCE)
        self._naming |= fresh
        come = [naming for naming in self._naming if naming.done()]
        return sum(not self._take_names(self._naming.pop(naming), naming.result(), now) for naming in come)

    def _names_of(self, source: Source) -> list[StreamKey] | SourceError:
        queries = [brand.query.query.source for brand in self._listener.brands.values()]
        try:
            return list(source.connector.streams(source.options, queries))
        except SourceError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a stage's boundary: said, and tried again later
            logger.bind(source=source.name).exception("the connector broke its contract")
            return _unexpected("the connector failed unexpectedly", error)

    def _take_names(self, source: Source, keys: list[StreamKey] | SourceError, now: datetime) -> bool:
        """Bring the store's streams in line, or show why that cannot be done. Returns whether all went well."""
        interval = source.rhythm.shortest
        if isinstance(keys, SourceError):
            again = self._stale_at[source.name] = max(now + max(interval, RENAMING), keys.until or now)
            self._named.pop(source.name, None)
            logger.bind(source=source.name, error=str(keys)).error("the source cannot name its streams")
            self._store.streams_unnamed(_streams(source, []), str(keys), now, again)
            return False
        self._stale_at[source.name] = now + interval
        if keys != self._named.get(source.name):
            self._store.sync_streams(_streams(source, keys), now)
            self._named[source.name] = keys
        return True

    def make_due(self, now: datetime) -> None:
        """Make every stream due at once, but those whose platform asked for a pause."""
        self._store.make_due(now)

    def step(self, now: datetime) -> Progress:
        """Ask as many due streams as the pool is wide, and put away what has come by then.

        A slow answer is waited for in later steps, so that it holds up its own lane alone.
        """
        errors = self._name_streams(now)
        self._resting = {lane: until for lane, until in self._resting.items() if until > now}
        for fetching in [one for one in self._left if one.done()]:
            self._resting[self._left.pop(fetching)] = now + self._spacing
        busy = {*self._resting, *self._left.values(), *(stream.lane for stream in self._flying.values())}
        for stream in self._store.due(now, self._width - len(self._flying), busy):
            self._flying[self._pool.submit(self._fetch, stream)] = stream
        pending: set[Future[Any]] = {*self._flying, *self._naming, *self._left}
        wait(pending, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        come = [fetching for fetching in self._flying if fetching.done()]
        for fetching in come:
            stream = self._flying.pop(fetching)
            if url.split(stream.key):  # a file needs no rest, and an account's says itself how long it is to wait
                self._resting[stream.lane] = now + self._spacing
            errors += not self._put_away(stream, fetching.result(), now)
        return Progress(len(come), now if pending else self._next(now), errors)

    def _put_away(self, stream: DueStream, result: Page | SourceError, now: datetime) -> bool:
        """Commit a poll, or the failure to read it. Returns whether all went well."""
        try:
            poll = (
                self._failed(stream, result, now)
                if isinstance(result, SourceError)
                else self._heard(stream, result, now)
            )
            counts = self._store.commit(poll)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a stage's boundary: recorded, pushed back, gone on
            logger.bind(source=stream.source).exception("a page could not be put away")
            poll = self._failed(stream, _unexpected("what the connector brought could not be stored", error), now)
            counts = self._store.commit(poll)
        logger.bind(
            source=stream.source,
            stream=url.redact(stream.key),
            outcome=poll.outcome,
            fresh=counts.fresh,
            matched=counts.matched,
            error=poll.detail,
        ).log("DEBUG" if poll.outcome == "ok" else "WARNING", "polled")
        return poll.outcome == "ok"

    def _next(self, now: datetime) -> datetime | None:
        due = self._store.next_due()
        # what is overdue waits for its lane to have rested
        return min(self._resting.values(), default=due) if due is not None and due <= now else due

    def _fetch(self, stream: DueStream) -> Page | SourceError:
        """Ask the connector. Whatever it raises against its contract is an error of this stream, not of the daemon."""
        try:
            return self._sources[stream.source].connector.fetch(stream.key, stream.cursor, BUDGET)
        except SourceError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a stage's boundary: recorded, pushed back, gone on
            logger.bind(source=stream.source).exception("the connector broke its contract")
            return _unexpected("the connector failed unexpectedly", error)

    def _heard(self, stream: DueStream, page: Page, now: datetime) -> Poll:
        source = self._sources[stream.source]
        heard = [self._listener.hear(post, history=_is_history(post, stream)) for post in page.posts]
        kept = [one for one in heard if one.matches or source.connector.keeps_all]
        pause = timedelta(seconds=page.wait) if page.wait else None
        planned = rhythm.after_success(
            source.rhythm, stream.interval, now, self._dice(), news=bool(page.posts) and page.news, wait=pause
        )
        return Poll(
            stream=stream,
            at=now,
            outcome="ok",
            due_at=now if page.more and pause is None else planned.due_at,
            wait_until=now + pause if pause else None,
            interval=planned.interval,
            fetched=len(page.posts),
            heard=kept,
            removals=page.removals,
            gap=page.gap,
            dropped=page.dropped,
            cursor=page.cursor,
            caught_up=not page.more,
        )

    def _failed(self, stream: DueStream, error: SourceError, now: datetime) -> Poll:
        failures = stream.failures + 1
        source, interval, dice = self._sources[stream.source], stream.interval, self._dice()
        planned = (
            rhythm.after_end(interval, now, dice)
            if isinstance(error, Gone)
            else rhythm.after_failure(source.rhythm, interval, now, dice, failures=failures, until=error.until)
        )
        return Poll(
            stream=stream,
            at=now,
            outcome=error.reason,
            detail=str(error),
            due_at=planned.due_at,
            wait_until=error.until,
            interval=planned.interval,
            failures=failures,
            parked=isinstance(error, Gone),
        )


def _unexpected(what: str, error: Exception) -> SourceError:
    return SourceError(f"{what}: {type(error).__name__}; please report it")


def document_of(post: Post) -> Document:
    """What a query sees of a post."""
    return Document(
        text=post.text,
        title=post.title,
        url=post.url,
        author=(post.author.handle or post.author.name) if post.author else "",
        platform=post.platform,
        lang=post.lang_hint,
        kind=post.kind,
        links=post.links,
    )


def content_of(post: Post) -> str:
    """Hash what people read of a post: another hash is an edit."""
    return hashlib.sha256(f"{post.title}\x00{post.text}".encode(errors="surrogatepass")).hexdigest()[:32]


def _voice(post: Post) -> str:
    return f"{post.platform}:{post.author.native_id}" if post.author else f"{post.platform}:{post.community}"


def _is_history(post: Post, stream: DueStream) -> bool:
    """Created before its stream was configured; undated entries of a first sweep too."""
    return not stream.caught_up if post.created_at is None else post.created_at < stream.configured_at


def _streams(source: Source, keys: Iterable[StreamKey]) -> SourceStreams:
    lanes = {key: _lane(source, key) for key in keys}
    return SourceStreams(source.name, source.connector_name, lanes, source.connector.keeps_all, source.rhythm.shortest)


def _lane(source: Source, key: StreamKey) -> str:
    """The host that a stream asks: streams of one lane are asked one after the other, with a pause."""
    return url.registrable(key) if url.split(key) else f"{source.connector_name}:{source.name}"
