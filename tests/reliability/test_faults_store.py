"""A store that cannot be written while the line runs: what is kept, what is said, and that all goes on afterwards."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from listener.cli.errors import LATER, exit_code
from listener.domain.errors import StoreError, StoreInUse
from listener.stages.deliver import INTERRUPTED
from listener.store.engine import Store
from tests.line.place import BRAND, EVERYTHING, HEAD, LOG, POSTS
from tests.line.test_daemon import LIMIT, ask, daemon, told, until, write
from tests.notify.mailserver import Script, serving
from tests.reliability.shift import EVERY_MENTION, Shift, shift
from tests.reliability.test_faults_mail import MAIL, text
from tests.scripted import MINUTE, T0, drain

CONFIG = HEAD + BRAND + LOG + POSTS + EVERY_MENTION
POSTED = ("acme lost my parcel", "the acme kettle burns", "nobody at acme answers the telephone")


def post(watch: Shift) -> None:
    """Write what is to be heard, at some length."""
    for title in POSTED:
        watch.place.post("again and " * 1000, title=title)


def counts(watch: Shift) -> list[int]:
    """Count what each stage leaves."""
    return [watch.count(table) for table in ("post", "judgement", "alert", "deliveries")]


@contextmanager
def held(watch: Shift) -> Iterator[None]:
    """Hold the store as another program would that writes to it; ours is not patient for long."""
    with watch.line.store.write() as db:
        db.exec_driver_sql("PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(watch.line.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("stage", range(4), ids=["collect", "assess", "evaluate", "deliver"])
def test_a_store_that_another_program_holds(tmp_path: Path, stage: int) -> None:
    """Whichever stage finds it locked says who may hold it and asks to be tried again; then all is told once."""
    with shift(tmp_path, CONFIG) as watch:
        post(watch)
        for before in watch.line.stages[:stage]:
            drain(before, watch.place.clock.at)
        with held(watch):
            with pytest.raises(StoreInUse, match="Another process holds it; is a second daemon or an editor") as it:
                watch.line.stages[stage].step(watch.place.clock.at)
            assert exit_code(it.value) == LATER
            assert watch.see("status")["counts"]["posts"] == (3 if stage else 0)
        watch.run(minutes=1)
        assert sorted(watch.told()) == sorted(POSTED)
        assert counts(watch) == [3, 3, 1, 1]


def no_more_pages(store: Store) -> None:
    """Let the file of a store grow no more; what fits into its pages still does."""
    with store.write() as db:
        db.exec_driver_sql(f"PRAGMA max_page_count = {db.exec_driver_sql('PRAGMA page_count').scalar()}")


def no_more_bytes(store: Store) -> None:
    """Let no file of this process outgrow the store's log, so that not one commit fits any more."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (Path(f"{store.path}-wal").stat().st_size, resource.RLIM_INFINITY))


@pytest.fixture
def free() -> Iterator[Callable[[], None]]:
    """Give space again; at the end of the test it is given in any case."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield (give := partial(resource.setrlimit, resource.RLIMIT_FSIZE, before))
    give()


@dataclass
class Filling(Script):
    """Takes a mail, and fills the disk before it says so."""

    fill: Callable[[], None] | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if self.fill:
            self.fill()
        return await super().handle_DATA(server, session, envelope)


FULL, AT_ITS_QUOTA = r"full\. Free some space; nothing that was stored before is lost", "I/O error. Look at the disk"


@pytest.mark.parametrize(
    ("stage", "fill", "says", "taken"),
    [
        pytest.param(0, no_more_pages, FULL, 0, id="collect"),
        pytest.param(1, no_more_bytes, AT_ITS_QUOTA, 0, id="assess"),
        pytest.param(2, no_more_bytes, AT_ITS_QUOTA, 0, id="evaluate"),
        pytest.param(3, no_more_bytes, AT_ITS_QUOTA, 0, id="deliver"),
        pytest.param(3, no_more_bytes, AT_ITS_QUOTA, 1, id="deliver, the mail was taken"),
    ],
)
def test_a_disk_that_is_full(
    tmp_path: Path, free: Callable[[], None], stage: int, fill: Callable[[Store], None], says: str, taken: int
) -> None:
    """What does not fit leaves nothing behind and says what to do; with space the next daemon does it, and all is told.

    A mail that was taken, which could not be written down, comes twice: not again before there is space, under the
    same name, and with that on record.
    """
    script = Filling()
    with serving(script) as port:
        config = HEAD + BRAND + MAIL % (port, "20 s") + POSTS + EVERY_MENTION.replace('"log"', '"mail"')
        with shift(tmp_path, config) as watch:
            post(watch)
            for before in watch.line.stages[:stage]:
                drain(before, T0)
            script.fill = partial(fill, watch.line.store) if taken else None
            unable(watch, stage, None if taken else fill, says)
        assert len(script.taken) == taken
        free()
        with shift(tmp_path, config, at=T0 + MINUTE) as watch:
            unable(watch, stage, fill, says)
        assert len(script.taken) == taken
        free()
        script.fill = None
        with shift(tmp_path, config, at=T0 + 2 * MINUTE) as watch:
            watch.run(minutes=10)
            assert counts(watch) == [3, 3, 1, 1]
            assert watch.ask("SELECT state, attempts FROM deliveries") == [{"state": "sent", "attempts": 1 + taken}]
            assert watch.count(f"delivery_event WHERE detail = '{INTERRUPTED}'") == taken
            assert watch.said("WARNING a message may arrive twice") == bool(taken)
    assert len(script.taken) == 1 + taken
    assert len({mail["Message-ID"] for mail in script.mails()}) == 1
    assert all(title in text(mail) for mail in script.mails() for title in POSTED)


def unable(watch: Shift, stage: int, fill: Callable[[Store], None] | None, says: str) -> None:
    """Let a stage do what does not fit: it raises, and the store is as it was."""
    kept = counts(watch)
    if fill:
        fill(watch.line.store)
    with pytest.raises(StoreError, match=says):
        watch.line.stages[stage].step(watch.place.clock.at)
    assert counts(watch) == kept


def test_a_daemon_that_may_write_no_more(tmp_path: Path) -> None:
    """Under a quota it ends with its reason instead of looking well; the next one hears and tells what it could not."""
    (tmp_path / "config.toml").write_text(EVERYTHING.replace('path = "posts', 'every = "1 s"\npath = "posts'))
    (tmp_path / "posts.jsonl").touch()
    with daemon(tmp_path) as process:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        write(tmp_path, 1, "acme lost my parcel")
        _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1, said
    assert "a loop died; the daemon ends, so that it is noticed" in said
    assert "disk I/O error. Look at the disk" in said
    with daemon(tmp_path) as process:
        until("the alert", lambda: told(tmp_path) == 1, process)
    assert ask(tmp_path, "SELECT count(*) FROM post") == ask(tmp_path, "SELECT count(*) FROM alert") == 1
