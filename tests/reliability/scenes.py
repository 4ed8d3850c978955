"""The scenes in which the product is killed: what stands before, what is called, and where it may die meanwhile.

Every scene plays in a folder of its own, on the same feeds and before the same mail server.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from listener.store import migrations
from tests.connectors.feeds import item, rss
from tests.line.place import BRAND, HEAD
from tests.notify.mailserver import Script
from tests.reliability.crash import CUTS, Point, When
from tests.reliability.twists import LATER, UNDECIDABLE, UNJUDGEABLE

RULES = """
[[rule]]
name = "each"
type = "mention"
per = "author"
channels = ["mail"]
[[rule]]
name = "many"
type = "frequency"
count = 2
within = "1 d"
channels = ["mail"]
"""

LARCH = '[[brand]]\nname = "Larch"\nquery = "larch"\n'

REVISION = f'''"""A later revision."""
import sqlalchemy as sa
from alembic import op

revision = "{LATER}"
down_revision = "{migrations.HEAD}"


def upgrade() -> None:
    with op.batch_alter_table("post", recreate="always") as batch:
        batch.add_column(sa.Column("mood", sa.String(), nullable=False, server_default="fair"))
'''

FETCH, SEND = "connectors.rss:Rss.fetch", "listener.notify.mail:Mail.send"
"""Where the network is spoken with: what a feed answered is not stored yet, what a server took is not written down."""

CLOSE, MIGRATE = "listener.store.deliver:Delivering._close", "listener.store.engine:migrate"

NO_TRANSACTION = {FETCH, SEND, MIGRATE}
"""What makes nothing count itself, or a backup and then the migration."""

RUN = ("run", "--until-idle", "--alert-history")
"""The line, once from end to end, old news included."""


@dataclass
class Newsroom:
    """What is published, by path, and the mail server; both for all scenes of a session, one after the other."""

    base: str
    pages: dict[str, bytes]
    mail: Script
    mail_port: int
    model: Path

    def publish(self, press: list[str], forum: list[str]) -> None:
        """Publish two feeds of these items; the list of a third source cannot be read."""
        self.pages.clear()
        self.pages.update({"/press.xml": rss(press, title="Press"), "/forum.xml": rss(forum, title="Forum")})

    def configuration(self) -> str:
        """Write the configuration that all scenes begin with."""
        return f"""{HEAD}
[daemon]
threads = 1
[judge]
model = "{self.model}"
threads = 1
[[source]]
name = "feeds"
connector = "rss"
urls = ["{self.base}/press.xml", "{self.base}/forum.xml"]
[[source]]
name = "lists"
connector = "rss"
opml = "{self.base}/none.opml"
[[channel]]
name = "mail"
type = "mail"
host = "127.0.0.1"
port = {self.mail_port}
security = "none"
sender = "listener@example.com"
to = ["team@example.com"]
{BRAND}{RULES}"""


def by(author: str, number: int, text: str) -> str:
    """Write an item by somebody, published once upon a time."""
    at = f"Mon, 06 Jan 2025 10:{number:02} GMT"
    return item(number, title="", description=text, pubDate=at, dc__creator=author)


PRESS = [by("ann", 1, "acme broke my router again"), by("ben", 2, "the larch is a tree")]
FORUM = [by("cat", 3, "great help by acme"), by("dan", 4, "is the acme app down for all of you")]
LATE = [by("ann", 5, "acme broke it once more")]
"""What is heard in a second run: it is held back, for the first message has only just gone out."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene. ``where``: what is done in it that may be cut short."""

    name: str
    where: tuple[str, ...]
    arguments: tuple[str, ...] = RUN
    fresh: bool = False
    """nothing was heard before"""
    prepare: Callable[[Path, Newsroom], None] = field(default=lambda _folder, _newsroom: None)
    twists: tuple[str, ...] = ()

    def cuts(self) -> list[Point]:
        """Name every point at which the scene is cut short; nothing counts on the network, which has no inside."""
        inside = {Point(where, When.INSIDE) for where in (FETCH, SEND)}
        return [point for where in self.where for when in CUTS if (point := Point(where, when)) not in inside]

    def forbidden(self) -> list[Point]:
        """Name every point to which nobody may come: the second transaction of what must be one."""
        return [Point(where, When.TWICE) for where in self.where if where not in NO_TRANSACTION]


def _edited(folder: Path, newsroom: Newsroom) -> None:
    """One text is edited, another speaks of nobody any more, a third is new."""
    press = [by("ann", 1, "acme mended my router, great"), *PRESS[1:], by("eve", 6, "acme is great")]
    newsroom.publish([*press, *LATE], [by("cat", 3, "great help"), *FORUM[1:]])


def _old(folder: Path, newsroom: Newsroom) -> None:
    """Two of the texts were found long ago, one of them about nobody; the feeds show them no more."""
    _sql(folder, "UPDATE post SET found_at = '2020-01-01 00:00:00' WHERE native_id LIKE '%/1' OR native_id LIKE '%/2'")
    _add(folder, '[store]\nkeep = "30 d"\n', instead="[store]\n")
    newsroom.publish(LATE, FORUM)


def _clock_ahead(folder: Path, newsroom: Newsroom) -> None:
    """All was heard by a clock that was years ahead, and what waits has to wait for years."""
    _sql(folder, "UPDATE stream SET configured_at = '2099-01-01 00:00:00', due_at = '2099-01-01 00:00:00'")
    _sql(folder, "UPDATE alert SET quiet_until = '2099-01-01 00:00:00'")


def _cooled_down(folder: Path, newsroom: Newsroom) -> None:
    """What was held back may be told."""
    _sql(folder, "UPDATE alert SET quiet_until = '2020-01-01 00:00:00'")


def _unjudgeable(folder: Path, newsroom: Newsroom) -> None:
    bad = [by("eve", 6, f"acme and {UNJUDGEABLE}"), by("fay", 7, f"acme and {UNDECIDABLE}")]
    newsroom.publish([*PRESS, *LATE, *bad], FORUM)


def _refused(folder: Path, newsroom: Newsroom) -> None:
    newsroom.mail.data = "550 5.7.1 no such letters here"


def _put_off(folder: Path, newsroom: Newsroom) -> None:
    newsroom.mail.data = "451 4.3.0 come again later"


def _another_query(folder: Path, newsroom: Newsroom) -> None:
    _add(folder, LARCH + BRAND.replace('"acme"', '"acme AND (app OR tree OR help)"'), instead=BRAND)


def _other_view(folder: Path, newsroom: Newsroom) -> None:
    _sql(folder, "DROP VIEW daily")


def _later_program(folder: Path, newsroom: Newsroom) -> None:
    shutil.copytree(Path(migrations.__file__).parent, folder / "migrations")
    (folder / "migrations" / "versions" / f"{LATER}_later.py").write_text(REVISION, encoding="utf-8")


def _sql(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "var" / "mentions.db", isolation_level=None)) as database:
        database.execute(statement)


def _add(folder: Path, text: str, *, instead: str) -> None:
    file = folder / "config.toml"
    written = file.read_text(encoding="utf-8")
    assert instead in written
    file.write_text(written.replace(instead, text), encoding="utf-8")


def _store(*names: str) -> tuple[str, ...]:
    return tuple(f"listener.store.{name}" for name in names)


_HEARD = _store("collect:Collecting.commit", "assess:Assessing.commit", "evaluate:Evaluating.commit")

SCENES = (
    Scene(
        "a first run",
        (
            *_store("engine:_create"),
            *_store("collect:Collecting.sync_brands", "collect:Collecting.retire_sources"),
            *_store("collect:Collecting.sync_streams", "collect:Collecting.streams_unnamed"),
            *_store("collect:Collecting.make_due"),
            *_HEARD,
            *_store("deliver:Delivering.claim"),
            CLOSE,
            FETCH,
            SEND,
        ),
        fresh=True,
    ),
    Scene("edits", _HEARD, prepare=_edited),
    Scene("the end of a cooldown", _store("evaluate:Evaluating.tell_waiting"), prepare=_cooled_down),
    Scene("a clock that was ahead", _store("collect:Collecting.plan_anew"), prepare=_clock_ahead),
    Scene(
        "bad texts",
        _store("assess:Assessing.push_back", "evaluate:Evaluating.push_back"),
        prepare=_unjudgeable,
        twists=("bad texts",),
    ),
    Scene("a judge that is down", _store("assess:Assessing.note_down"), fresh=True, twists=("judge down",)),
    Scene("mail put off", (CLOSE,), fresh=True, prepare=_put_off),
    Scene("mail refused", (CLOSE,), fresh=True, prepare=_refused),
    Scene("old posts", _store("tidy:Tidying.drop_unmatched", "tidy:Tidying.drop_mentions"), prepare=_old),
    Scene(
        "another query",
        _store("rematch:Rematching.sync_brands", "rematch:Rematching.commit"),
        ("rematch",),
        prepare=_another_query,
    ),
    Scene("an alert taken on", ("listener.cli.alerts:_change",), ("alerts", "ack", "1", "--by", "ann")),
    Scene("another view", _store("engine:_refresh"), ("db", "migrate"), prepare=_other_view),
    Scene(
        "an upgrade",
        (MIGRATE, *_store("engine:backup")),
        ("db", "migrate"),
        prepare=_later_program,
        twists=("later program",),
    ),
)
