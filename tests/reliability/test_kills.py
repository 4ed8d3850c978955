"""Killed at any moment while posts flow, the daemon goes on: nothing is lost, and nothing is twice in the store."""

import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from signal import SIGKILL

import pytest

from listener.stages.deliver import INTERRUPTED
from listener.store.engine import check
from tests.connectors.feeds import item, rss
from tests.line.place import BRAND, HEAD, serving
from tests.notify.mailserver import Script
from tests.notify.mailserver import serving as serving_mail
from tests.reliability.launcher import Launcher, said

LIMIT = 60.0
"""Seconds for whatever is waited for."""

SHOWN = 20
"""Entries that the feed shows though they are stored already: one that shows none of them would have a gap."""

BACKLOG = 10
"""Messages that may wait to be told when more is published: what heaps up has to be told in the end."""

CONFIGURATION = """
[judge]
model = "{judge}"
threads = 1
[[source]]
name = "wire"
connector = "rss"
urls = ["{base}/wire.xml"]
[[rule]]
name = "each"
type = "mention"
per = "author"
channels = ["mail"]
[[channel]]
name = "mail"
type = "mail"
host = "127.0.0.1"
port = {port}
security = "none"
sender = "listener@example.com"
to = ["team@example.com"]
"""


class Wire(Mapping[str, bytes]):
    """A feed that grows. It counts what it published and how often it was asked."""

    def __init__(self) -> None:
        self.asked = self.published = self.named = 0
        self._items: dict[str, str] = {}
        self._lock = threading.Lock()

    def publish(self, count: int) -> None:
        """Publish so many entries, each by somebody else; one in four names nobody."""
        with self._lock:
            for number in range(self.published, self.published + count):
                about = "the larch" if number % 4 == 3 else "acme"
                at, text = format_datetime(datetime.now(UTC)), f"{about} let me down again, for the time {number}"
                key = f"https://example.com/{number}"
                self._items[key] = item(number, title="", description=text, dc__creator=f"author-{number}", pubDate=at)
                self.named += about == "acme"
            self.published += count

    def retire(self, stored: set[str]) -> None:
        """Show no more of what is stored than the newest, as feeds do in time."""
        with self._lock:
            for key in [key for key in self._items if key in stored][:-SHOWN]:
                del self._items[key]

    def __getitem__(self, path: str) -> bytes:
        if path != "/wire.xml":
            raise KeyError(path)
        with self._lock:
            self.asked += 1
            return rss(reversed(self._items.values()))

    def __iter__(self) -> Iterator[str]:
        return iter(["/wire.xml"])

    def __len__(self) -> int:
        return 1


@dataclass
class Siege:
    """A daemon that is killed again and again, what it listens to, and whom it tells."""

    folder: Path
    launcher: Launcher
    wire: Wire
    mail: Script
    pace: float = 0.0
    """Seconds from an answer of the feed until it is told, on this machine now"""
    struck: Counter[str] = field(default_factory=Counter)
    """How often a kill left something half way, by what"""

    @property
    def store(self) -> Path:
        return self.folder / "var" / "mentions.db"

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Ask the store, while nobody or somebody has it open."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=LIMIT)) as database:
            return database.execute(query).fetchall()

    def count(self, query: str) -> int:
        """Count in the store."""
        return int(str(self.ask(f"SELECT count(*) FROM {query}")[0][0]))  # noqa: S608 - our own words

    def live(self, dice: random.Random) -> None:
        """Let a daemon live until a random moment: while it starts, asks for news, tells of it, or has told all."""
        asked, told = self.wire.asked, len(self.mail.taken)
        if self.wire.named - self.count("delivery WHERE state = 'sent'") < BACKLOG:
            self.wire.publish(4)
        with self.launcher.start(self.folder, "run") as running:
            match dice.choice(["starts", "asks", "asks", "tells", "rests"]):
                case "asks":
                    until(lambda: self.wire.asked > asked, "the feed is asked", self.folder)
                case "tells":
                    enough = told + dice.randint(1, 3)
                    until(lambda: len(self.mail.taken) >= enough, "somebody is told", self.folder)
                case "rests":
                    until(self._all_is_told, "the last message", self.folder, pause=0.02)
            time.sleep(self.pace * dice.random() ** 3)  # mostly soon: all but the telling takes a moment
            assert running.kill() == -SIGKILL, said(self.folder)
        self._look()

    def _look(self) -> None:
        """See what the kill left half way; then let the feed move on, and all pauses pass."""
        for what, query in UNFINISHED.items():
            self.struck[what] += self.count(query) > 0
        self.wire.retire({str(key) for (key,) in self.ask("SELECT native_id FROM post")})
        self._hurry()

    def _hurry(self) -> None:
        with closing(sqlite3.connect(self.store, timeout=LIMIT, isolation_level=None)) as database:
            for table in ("stream", "delivery"):
                database.execute(f"UPDATE {table} SET due_at = '2000-01-01 00:00:00'")  # noqa: S608 - named here

    def begin(self) -> None:
        """Let a daemon see the empty feed, after which all is news; and time another that tells the first post."""
        with self.launcher.start(self.folder, "run"):
            until(lambda: self.wire.asked > 0, "the first poll", self.folder)
            until(lambda: self.count("stream WHERE last_ok_at IS NOT NULL") == 1, "the first poll", self.folder)
        self._hurry()
        self.wire.publish(1)
        with self.launcher.start(self.folder, "run"):
            until(lambda: self.wire.asked > 1, "the second poll", self.folder)
            answered = time.monotonic()
            until(lambda: bool(self.mail.taken), "the first message", self.folder)
            self.pace = time.monotonic() - answered
        self._hurry()

    def finish(self) -> None:
        """Let a last daemon live until all is told, and end well."""
        with self.launcher.start(self.folder, "run") as running:
            until(self._all_is_told, "the last message", self.folder, pause=0.02)
            assert running.end() == 0, said(self.folder)

    def _all_is_told(self) -> bool:
        if self.count("delivery WHERE state = 'pending' AND due_at > datetime('now')"):
            self._hurry()  # what was cut short twice waits for a while before it goes out again
        return self.count("delivery WHERE state = 'sent'") == self.wire.named


UNFINISHED = {
    "unjudged": "mention WHERE NOT judged",
    "not evaluated": "mention WHERE judged AND NOT evaluated",
    "untold": "delivery WHERE state = 'pending' AND leased_until IS NULL",
    "being told": "delivery WHERE state = 'pending' AND leased_until IS NOT NULL",
}
"""What a kill may find half way down the line."""


def until(holds: Callable[[], bool], what: str, folder: Path, pause: float = 0.002) -> None:
    """Wait for something, looking so many seconds apart; fails with what the processes said."""
    end = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < end, f"{what} does not come: {said(folder)}"
        time.sleep(pause)


@pytest.fixture
def siege(tmp_path: Path, launcher: Launcher, tiny_judge: Path) -> Iterator[Siege]:
    """Open a feed and a mail server, and write the configuration of a daemon between them."""
    wire, script = Wire(), Script()
    with serving(wire) as base, serving_mail(script) as port:
        text = HEAD + BRAND + CONFIGURATION.format(base=base, port=port, judge=tiny_judge)
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        yield Siege(tmp_path, launcher, wire, script)


@pytest.mark.parametrize("kills", [20, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(7200)])])
def test_killed_at_random_while_posts_flow_nothing_is_lost_or_doubled(siege: Siege, kills: int) -> None:
    """Every post once, every mention judged once, every alert raised once and told at least once."""
    dice = random.Random(kills)
    siege.begin()
    for _ in range(kills):
        siege.live(dice)
    siege.finish()
    wire, mails = siege.wire, Counter(str(mail["Message-ID"]) for mail in siege.mail.mails())
    doubled = mails.total() - len(mails)
    sys.stdout.write(f"{kills} kills, {wire.published} posts, {len(mails)} messages, {doubled} twice; {siege.struck}\n")

    stored = sorted(str(key) for (key,) in siege.ask("SELECT native_id FROM post"))
    assert stored == sorted(f"https://example.com/{number}" for number in range(wire.published))
    assert siege.ask("SELECT sum(fresh), sum(matched) FROM coverage") == [(wire.published, wire.named)]
    assert siege.count("coverage WHERE outcome <> 'ok'") == 0
    assert siege.count("mention WHERE judged AND evaluated") == siege.count("judgement") == wire.named
    assert siege.count("alert WHERE events = 1 AND messages = 1") == siege.count("alert_event") == wire.named
    assert len(mails) == siege.count("delivery") == wire.named
    assert doubled <= siege.count(f"delivery_event WHERE detail = '{INTERRUPTED}'") <= kills
    assert check(siege.store) == []
