"""A whole line that does what a test says: scripted connectors, judge and channels on a real SQLite file.

Nothing here sleeps, and time is always handed in. ``T0`` is when everything was configured.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from listener.domain.alert import IdempotencyKey, Message, Receipt
from listener.domain.brand import Brand
from listener.domain.judgement import Judgement, Passage, Sentiment
from listener.domain.match import BrandQuery
from listener.domain.post import Author, Post
from listener.domain.query import parse
from listener.domain.rhythm import Rhythm
from listener.domain.rules.decision import Rule
from listener.domain.rules.mention import MentionRule
from listener.domain.source import Budget, Cursor, Page, StreamKey
from listener.stages.assess import Assess
from listener.stages.collect import Collect, Listener, Source
from listener.stages.deliver import Deliver
from listener.stages.evaluate import Evaluate
from listener.stages.stage import Stage
from listener.stages.tidy import Tidy
from listener.store.assess import Assessing
from listener.store.collect import Collecting
from listener.store.console import rows
from listener.store.deliver import Delivering
from listener.store.engine import Store, open_store
from listener.store.evaluate import Evaluating
from listener.store.tidy import Tidying

T0 = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def brand(name: str = "Acme", query: str = "acme", **more: Any) -> Brand:
    """Make a brand."""
    return Brand(name, BrandQuery(name, parse(query)), **more)


def author(handle: str, **more: Any) -> Author:
    """Make somebody on the platform of ``post``."""
    return Author("forum", handle, handle=handle, **more)


def post(native_id: str, text: str = "acme is broken", *, by: str | None = "ann", **more: Any) -> Post:
    """Make a post on the platform ``forum``, by Ann and published at T0 unless told otherwise."""
    made = Post(platform="forum", native_id=native_id, text=text, created_at=T0)
    return replace(made, **({"author": author(by) if by else None} | more))


class ScriptedConnector:
    """Gives the pages that the test queued, in order; then says that there is no news. Remembers every cursor."""

    def __init__(self, streams: Sequence[str] = ("main",), *, keeps_all: bool = True) -> None:
        self.keeps_all = keeps_all
        self.names = list(streams)
        self.pages: dict[str, list[Page | Exception]] = {}
        self.cursors: list[Cursor | None] = []
        self.refuses: Exception | None = None

    def streams(self, options: Any, queries: Sequence[str]) -> Iterable[StreamKey]:  # noqa: ARG002
        """Name the streams of the script."""
        if self.refuses:
            raise self.refuses
        return [StreamKey(name) for name in self.names]

    def fetch(self, stream: StreamKey, cursor: Cursor | None, budget: Budget) -> Page:  # noqa: ARG002
        """Give the next page, or raise it."""
        self.cursors.append(cursor)
        waiting = self.pages.get(stream)
        page = waiting.pop(0) if waiting else Page(news=False)
        if isinstance(page, Exception):
            raise page
        return page


class ScriptedJudge:
    """Judges by single words; ``poison`` in a text makes it raise. Remembers what it was asked."""

    model_id = "scripted-1"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = False

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Judge, or break."""
        texts = [f"{passage.title} {passage.text}" for passage in passages]
        if self.broken or any("poison" in text for text in texts):
            raise RuntimeError("the judge broke")
        self.asked += [passage.text for passage in passages]
        return [self._judged(text) for text in texts]

    def _judged(self, text: str) -> Judgement:
        if "klingon" in text:
            return Judgement(self.model_id, "tlh", abstained="unsupported language")
        bad, good = "broken" in text, "love" in text
        heads: dict[str, float | None] = {"complaint": 0.9 if bad else 0.1, "anger": 0.8 if "furious" in text else 0.1}
        sentiment = (
            Sentiment(0.9, 0.05, 0.05) if bad else Sentiment(0.05, 0.1, 0.85) if good else Sentiment(0.1, 0.8, 0.1)
        )
        return Judgement(self.model_id, "en", sentiment, heads, "low confidence" if "unclear" in text else None)


@dataclass
class Sent:
    """One call of a channel."""

    message: Message
    key: IdempotencyKey
    previous: Receipt | None


@dataclass
class ScriptedNotifier:
    """Raises what the test queued, one a call; then takes everything. Remembers every call."""

    errors: list[BaseException] = field(default_factory=list)
    calls: list[Sent] = field(default_factory=list)
    taken: list[Sent] = field(default_factory=list)

    def send(self, message: Message, key: IdempotencyKey, previous: Receipt | None) -> Receipt:
        """Take the message, or raise."""
        call = Sent(message, key, previous)
        self.calls.append(call)
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(call)
        return Receipt(f"receipt-{len(self.taken)}")


class Inline(Executor):
    """A pool that works at once, in the caller's thread."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call at once."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Bench:
    """A line whose stages are called by hand. Its sources: ``feed`` keeps every post, ``hose`` what matched."""

    def __init__(
        self, folder: Path, *, brands: Iterable[Brand] = (brand(),), channels: Sequence[str] = ("ops",)
    ) -> None:
        self.path = folder / "mentions.db"
        self.store = open_store(f"sqlite:///{self.path}", now=T0)
        self.connectors = {"feed": ScriptedConnector(), "hose": ScriptedConnector(keeps_all=False)}
        self.judge = ScriptedJudge()
        self.channels = {name: ScriptedNotifier() for name in channels}
        self.listen_for(*brands)
        self.follow()
        self.deliver = Deliver(Delivering(self.store), self.channels, "UTC", dice=lambda: 0.0)
        self.tidy = Tidy(Tidying(self.store), keep_unmatched=30 * DAY, keep=None)

    def listen_for(self, *brands: Brand, at: datetime = T0) -> None:
        """Listen for exactly these brands from now on, as after a change of the configuration."""
        self.listener = Listener(brands)
        self.collect = self.collecting(self.store)
        self.collect.prepare(at)
        self.assess = Assess(Assessing(self.store), self.judge)

    def collecting(self, store: Store, rhythm: Rhythm = Rhythm(15 * MINUTE)) -> Collect:  # noqa: B008 - frozen
        """Make a collecting stage of the bench's sources."""
        sources = [Source(name, "scripted", one, None, rhythm) for name, one in self.connectors.items()]
        return Collect(
            Collecting(store),
            sources,
            self.listener,
            Inline(),
            width=8,
            spacing=timedelta(seconds=1),
            dice=lambda: 0.0,
        )

    def follow(self, *rules: Rule, alert_history: bool = False, channels: Iterable[str] | None = None) -> None:
        """Follow exactly these rules from now on; ``channels`` None: every channel is enabled."""
        enabled = self.channels if channels is None else channels
        self.evaluate = Evaluate(Evaluating(self.store), rules, enabled, alert_history=alert_history)

    def hear(self, *posts: Post, at: datetime = T0, source: str = "feed", **page: Any) -> None:
        """Poll one source, which brings these posts."""
        self.poll(Page(posts=posts, **page), at=at, source=source)

    def poll(self, *answers: Page | Exception, at: datetime = T0, source: str = "feed", stream: str = "main") -> None:
        """Poll everything at a time, the named stream with these answers."""
        self.connectors[source].pages.setdefault(stream, []).extend(answers)
        for turn in range(len(answers)):
            then = at + timedelta(seconds=2 * turn)
            self.collect.make_due(then)
            self.collect.step(then)
        assert not self.connectors[source].pages[stream], "the host still rests, or its stream is not due"

    def run(self, at: datetime = T0) -> None:
        """Let what was heard go down the line: judged, evaluated, delivered."""
        for stage in (self.assess, self.evaluate, self.deliver):
            drain(stage, at)

    def tell(self, *posts: Post, at: datetime = T0, **page: Any) -> None:
        """Hear posts and let them go down the line."""
        self.hear(*posts, at=at, **page)
        self.run(at)

    def sql(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Ask the store."""
        return rows(self.path, query, parameters)

    def column(self, query: str, *parameters: Any) -> list[Any]:
        """Ask the store for one column."""
        return [next(iter(row.values())) for row in self.sql(query, *parameters)]

    def value(self, query: str, *parameters: Any) -> Any:
        """Ask the store for one value."""
        (only,) = self.column(query, *parameters)
        return only

    def sent(self, channel: str = "ops") -> list[Message]:
        """Return what a channel took."""
        return [one.message for one in self.channels[channel].taken]


def drain(stage: Stage, at: datetime) -> int:
    """Let a stage work until it is idle; returns how much it did."""
    done = 0
    while did := stage.step(at).done:
        done += did
    return done


@contextmanager
def opened(folder: Path, **how: Any) -> Iterator[Bench]:
    """Make a bench and close its store at the end."""
    bench = Bench(folder, **how)
    try:
        yield bench
    finally:
        bench.store.close()


def every_mention(**more: Any) -> MentionRule:
    """Make a rule that fires on each mention and tells ``ops``."""
    settings: Mapping[str, Any] = {"name": "every", "channels": ("ops",), "cooldown": "0 s"} | more
    return MentionRule.model_validate(settings)
