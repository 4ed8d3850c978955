"""A shift at the line: it runs as the daemon runs it, on a clock of the test's own, before the eyes of an operator."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from loguru import logger

from listener.app.judging import default_judge
from listener.app.line import Line, open_line
from listener.cli.commands import app
from listener.store.console import rows
from tests.line.place import Clock, Place
from tests.scripted import T0, drain

EVERY_MENTION = """
[[rule]]
name = "every"
type = "mention"
channels = ["log"]
cooldown = "0 s"
"""

the_judge = cache(default_judge)


@dataclass
class Shift:
    """A line that is open, and what is to be seen of it."""

    place: Place
    line: Line
    log: list[str]

    def run(self, *, minutes: int = 0, step: int = 1) -> None:
        """Let every stage do what is due now, and again after each ``step`` of the minutes."""
        for minute in range(0, minutes + 1, step):
            self.place.clock.sleep(60 * step if minute else 0)
            for stage in self.line.stages:
                drain(stage, self.place.clock.at)

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Ask the store as ``listener sql`` does."""
        return rows(self.line.store.path, query)

    def count(self, table: str) -> int:
        """Count the rows of a table or a view."""
        return int(self.ask(f"SELECT count(*) AS n FROM {table}")[0]["n"])  # noqa: S608 - named by the tests alone

    def see(self, command: str) -> Any:
        """Return what a reading command shows, by its JSON."""
        said = io.StringIO()
        with redirect_stdout(said):
            app(["--config", str(self.place.file), command, "--json"], standalone_mode=False)
        return json.loads(said.getvalue())

    def told(self) -> list[str]:
        """Return the titles that the log channel was told of, in their order."""
        return [excerpt["title"] for message in self.place.told() for excerpt in reversed(message["excerpts"])]

    def said(self, *words: str) -> bool:
        """Whether one line of the log holds all the words."""
        return any(all(word in line for word in words) for line in self.log)


@contextmanager
def shift(folder: Path, config: str, *, at: datetime = T0) -> Iterator[Shift]:
    """Begin a shift with a configuration; the line is taken down at its end, and the store stays."""
    place, log = Place(folder, Clock(at)), list[str]()
    sink = logger.add(log.append, format="{level} {message} {extra}")
    try:
        with open_line(place.configure(config), place.world, judge=the_judge()) as line:
            line.collect.prepare(at)
            yield Shift(place, line, log)
    finally:
        logger.remove(sink)


def feed(entries: Mapping[str, datetime]) -> bytes:
    """Make an RSS feed of titles and when each was published."""
    items = "".join(
        f"<item><guid>https://press.example/{quote(title)}</guid><title>{escape(title)}</title>"
        f"<pubDate>{format_datetime(at)}</pubDate></item>"
        for title, at in entries.items()
    )
    return f'<rss version="2.0"><channel><title>Press</title>{items}</channel></rss>'.encode()
