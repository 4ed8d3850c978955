"""The day as it runs: the world stands in on loopback, and the real line polls it by a clock that is moved."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from listener.app.configured import schemas
from listener.app.line import Line, open_line
from listener.app.world import World
from listener.config import Config, load
from listener.daemon import run_until_idle
from listener.demo.feeds import document
from listener.demo.postbox import Postbox, parsed
from listener.demo.script import Site, moment, sites
from listener.demo.serving import serving
from listener.demo.web import Web
from listener.domain.brand import Brand
from listener.domain.judgement import Judge
from listener.store import tally
from listener.store.console import rows
from listener.store.lock import only_one

LOOKS = ("08:00", "10:30", "12:40", "14:30")
"""When the daemon polls. The first look finds what was posted before it was set up: history."""

_MADE = ("config.toml", "slack-webhook", "mentions.db", "mentions.db-wal", "mentions.db-shm", "quarantine", "mails")
_OWNER_ONLY = 0o700


Report = Callable[[str, int], None]
"""Is told a stage's name and what its step did."""


class Clock:
    """The day's time: stands still until it is moved; who sleeps moves it."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Tell the time."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Let time pass without waiting for it."""
        self._at += timedelta(seconds=seconds)

    def move(self, at: datetime) -> None:
        """Set the time."""
        self._at = at


@dataclass(frozen=True, slots=True)
class Failing:
    """A stream that could not be read: why, in the line's own words, and when it is asked again."""

    stream: str
    why: str
    again: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """One full turn of the line: what it added, and what could not be read."""

    at: datetime
    added: Mapping[str, int]
    errors: int
    failing: tuple[Failing, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is over: what the stand-ins took, and where the store lies that can be asked now."""

    folder: Path
    brand: Brand
    streams: Mapping[str, Site]
    looks: tuple[Look, ...]
    counts: Mapping[str, Any]
    mails: tuple[EmailMessage, ...]
    slack: tuple[Mapping[str, Any], ...]

    @property
    def config(self) -> Path:
        """The configuration under which the day ran."""
        return self.folder / "config.toml"

    @property
    def store(self) -> Path:
        """The day's store."""
        return self.folder / "mentions.db"


@dataclass(frozen=True, slots=True)
class Theatre:
    """The day while it runs: the real line, and everything that stands in for the world around it."""

    line: Line
    world: World
    clock: Clock
    config: Config
    web: Web
    postbox: Postbox
    files: Mapping[Path, Site]
    streams: Mapping[str, Site]

    def look(self, at: datetime, report: Report = lambda _name, _done: None) -> Look:
        """Move the clock, let people write what they wrote until then, poll once and drain every stage."""
        self.clock.move(at)
        for path, site in self.files.items():
            path.write_text(document(site, at), encoding="utf-8")
        before = tally.counts(self.line.store)
        errors = run_until_idle(self.line, self.world, report)
        after = tally.counts(self.line.store)
        added = {name: after[name] - before[name] for name in after}
        return Look(at, added, errors, tuple(_failing(self.line.store.path)))


@contextmanager
def theatre(folder: Path, day: date, *, judge: Judge | None = None) -> Iterator[Theatre]:
    """Open the stand-ins and the line for one day in ``folder``, whose former demo is thrown away.

    Raises ConfigError where there is no judge, StoreError where the folder cannot be used.
    """
    clock = Clock(moment(day, LOOKS[0]))
    world = World(now=clock.now, dice=lambda: 0.0, sleep=clock.sleep, environ={})
    every = sites(day)
    with (
        only_one(folder / "mentions.db"),
        serving(Web(every, clock.now)) as web,
        serving(Postbox()) as postbox,
    ):
        _clear(folder)
        files = {folder / site.path: site for site in every if site.format.endswith(".jsonl")}
        feeds = {web.url(site): site for site in every if site not in files.values()}
        config = _configured(folder, feeds, files, web, postbox)
        with open_line(config, world, judge=judge) as line:
            streams = feeds | {str(path): site for path, site in files.items()}
            yield Theatre(line, world, clock, config, web, postbox, files, streams)


def run_day(
    folder: Path | None = None, *, judge: Judge | None = None, report: Report = lambda _name, _done: None
) -> Day:
    """Run the whole day, which is yesterday, and return what became of it. Raises as ``theatre`` does."""
    began = time.monotonic()
    folder = (folder or _usual_folder()).absolute()
    day = World().now().date() - timedelta(days=1)
    with theatre(folder, day, judge=judge) as opened:
        looks = tuple(opened.look(moment(day, at), report) for at in LOOKS)
        counted = tally.counts(opened.line.store)
        alerts = tally.alerts_after(opened.line.store, 0)
    counts: dict[str, Any] = {**counted, "errors": sum(look.errors for look in looks)}
    counts |= {"seconds": round(time.monotonic() - began, 2), "alert_list": alerts}
    mails = tuple(map(parsed, opened.postbox.taken))
    _keep(opened.postbox.taken, folder / "mails")
    return Day(folder, opened.config.brands[0], opened.streams, looks, counts, mails, tuple(opened.web.posted))


def _usual_folder() -> Path:
    """Name the folder in which each demo replaces the last: the user's cache, else a new one among temporary files."""
    with suppress(RuntimeError, OSError):
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(cache) / "listener-demo"
        folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="listener-demo-"))


def _clear(folder: Path) -> None:
    """Throw the former demo away, and nothing else."""
    for name in _MADE:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _configured(
    folder: Path, feeds: Mapping[str, Site], files: Mapping[Path, Site], web: Web, postbox: Postbox
) -> Config:
    """Write the day's configuration and read it the way every configuration is read."""
    secret = folder / "slack-webhook"
    secret.touch(mode=0o600)
    secret.write_text(web.webhook, encoding="utf-8")
    written = resources.files("listener.demo").joinpath("config.toml.j2").read_text(encoding="utf-8")
    template = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - TOML, and all in it is ours
    ).from_string(written)
    file = folder / "config.toml"
    by_source: dict[str, list[str]] = {}
    for url, site in feeds.items():
        by_source.setdefault(site.source, []).append(url)
    paths = {site.source: path for path, site in files.items()}
    said = template.render(file=file, feeds=by_source, files=paths, mail_port=postbox.port)
    file.write_text(said, encoding="utf-8")
    return load(file, schemas())


def _failing(store: Path) -> Iterator[Failing]:
    for row in rows(store, "SELECT stream, error, due_at FROM sources WHERE error <> '' ORDER BY stream"):
        yield Failing(row["stream"], row["error"], datetime.fromisoformat(f"{row['due_at']}+00:00"))


def _keep(taken: Sequence[bytes], folder: Path) -> None:
    """Leave the mails beside the store, so that a mail program can show them."""
    folder.mkdir()
    for number, raw in enumerate(taken, 1):
        (folder / f"{number}.eml").write_bytes(raw)
