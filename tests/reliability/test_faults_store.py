"""A store that cannot be written while the line runs: what is kept, what is said, and that all goes on afterwards."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from listener.cli.errors import LATER, exit_code
from listener.domain.errors import StoreError, StoreInUse
from tests.line.place import BRAND, EVERYTHING, HEAD, LOG, POSTS
from tests.line.test_daemon import LIMIT, ask, daemon, told, until, write
from tests.reliability.shift import EVERY_MENTION, Shift, shift
from tests.scripted import drain

CONFIG = HEAD + BRAND + LOG + POSTS + EVERY_MENTION
POSTED = ("acme lost my parcel", "the acme kettle burns", "nobody at acme answers the telephone")


def post(watch: Shift) -> None:
    """Write what is to be heard."""
    for title in POSTED:
        watch.place.post(title, title=title)


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
        assert [watch.count(table) for table in ("post", "judgement", "alert", "deliveries")] == [3, 3, 1, 1]


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A poll that does not fit leaves nothing behind, says what to do, and is heard whole when there is space."""
    with shift(tmp_path, CONFIG) as watch:
        watch.place.post(POSTED[0], title=POSTED[0])
        watch.run()
        with watch.line.store.write() as db:
            db.exec_driver_sql(f"PRAGMA max_page_count = {db.exec_driver_sql('PRAGMA page_count').scalar()}")
        watch.place.post(*("acme " + "again and " * 1000 for _ in range(50)))
        watch.place.clock.sleep(60)
        with pytest.raises(StoreError, match=r"full\. Free some space; nothing that was stored before is lost"):
            watch.line.collect.step(watch.place.clock.at)
        assert watch.count("post") == 1
        assert watch.told() == [POSTED[0]]
        with watch.line.store.write() as db:
            db.exec_driver_sql("PRAGMA max_page_count = 1000000")
        watch.run(minutes=1)
        assert watch.count("post") == watch.count("judgement") == 51
        assert [message["events"] for message in watch.place.told()] == [1, 51]


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
