"""Transactions: one writer at a time that waits for its turn, readers with a snapshot, nothing half done."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from listener.domain.errors import StoreError
from listener.store.engine import Store, check
from tests.scripted import Bench

COUNT_ON = "INSERT INTO meta VALUES ('n', '1') ON CONFLICT DO UPDATE SET value = CAST(? AS TEXT)"


def count_on(store: Store, times: int = 1) -> None:
    """Read a number, then write it one higher, in one transaction."""
    for _ in range(times):
        with store.write() as db:
            found = db.exec_driver_sql("SELECT value FROM meta WHERE key = 'n'").scalar()
            db.exec_driver_sql(COUNT_ON, (int(found or 0) + 1,))


def test_threads_that_read_and_then_write_never_fail(bench: Bench) -> None:
    """A deferred transaction would end in SQLITE_BUSY_SNAPSHOT at once, whatever the timeout."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: count_on(bench.store, 10), range(4)))
    assert bench.column("SELECT value FROM meta") == ["40"]


def test_processes_that_read_and_then_write_never_fail(bench: Bench) -> None:
    """Two stores on one file are two processes to SQLite."""
    with closing(Store(bench.path)) as other, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda store: count_on(store, 20), (bench.store, other)))
    assert bench.column("SELECT value FROM meta") == ["40"]


def test_a_writer_takes_the_lock_at_its_beginning(bench: Bench) -> None:
    """Before it reads anything."""
    with (
        bench.store.write(),
        closing(sqlite3.connect(bench.path, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_a_writer_waits_for_another_process(bench: Bench) -> None:
    """The busy timeout applies, because the lock is taken at the beginning."""
    with closing(sqlite3.connect(bench.path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        releasing = threading.Timer(0.2, other.execute, ["COMMIT"])
        releasing.start()
        count_on(bench.store)
        releasing.join()
    assert bench.column("SELECT value FROM meta") == ["1"]


def test_readers_do_not_take_the_write_lock(bench: Bench) -> None:
    """Any number of them beside one writer."""
    with bench.store.read() as one, bench.store.read() as two:
        one.exec_driver_sql("SELECT * FROM meta").all()
        two.exec_driver_sql("SELECT * FROM meta").all()
        count_on(bench.store)
    assert bench.column("SELECT value FROM meta") == ["1"]


def test_a_reader_sees_one_moment(bench: Bench) -> None:
    """What is committed meanwhile is seen by the next reader."""
    query = "SELECT count(*) FROM meta"
    with bench.store.read() as db:
        before = db.exec_driver_sql(query).scalar()
        count_on(bench.store)
        assert (before, db.exec_driver_sql(query).scalar()) == (0, 0)
    assert bench.value(query) == 1


def test_a_failed_change_of_the_schema_is_rolled_back(bench: Bench) -> None:
    """The driver alone would commit each CREATE by itself."""

    def twice() -> None:
        with bench.store.write() as db:
            db.exec_driver_sql("CREATE TABLE half (a)")
            db.exec_driver_sql("CREATE TABLE half (a)")

    with pytest.raises(StoreError, match="half already exists"):
        twice()
    assert bench.sql("SELECT * FROM sqlite_master WHERE name = 'half'") == []


def test_rows_can_be_used_after_the_transaction(bench: Bench) -> None:
    """Nothing expires with the commit."""
    count_on(bench.store)
    with bench.store.read() as db:
        row = db.exec_driver_sql("SELECT * FROM meta").one()
    assert row.value == "1"


POLLING = """
    import sys
    from datetime import timedelta
    from pathlib import Path
    from listener.domain.source import Cursor
    from tests.scripted import Bench, T0, post

    bench = Bench(Path(sys.argv[1]))
    for turn in range(100_000):
        posts = [post(f"{turn}-{number}", f"acme {turn} {number}") for number in range(20)]
        bench.hear(*posts, at=T0 + timedelta(minutes=turn), cursor=Cursor(str(turn)))
        print(turn, flush=True)
"""


@pytest.mark.parametrize("polls", [1, 4, 9])
def test_a_kill_in_the_middle_of_polling_loses_and_doubles_nothing(tmp_path: Path, polls: int) -> None:
    """Cursor, posts, mentions, coverage and search index agree, whenever the process dies."""
    root = Path(__file__).parents[2]
    polling = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(POLLING), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert polling.stdout is not None
    with polling.stdout:
        for _ in range(polls):
            assert polling.stdout.readline()
        polling.send_signal(signal.SIGKILL)
        polling.wait()
    with closing(sqlite3.connect(tmp_path / "mentions.db")) as database:
        (cursor,) = database.execute("SELECT cursor FROM stream WHERE source = 'feed'").fetchone()
        posts, mentions, fetched = (
            database.execute(query).fetchone()[0]
            for query in (
                "SELECT count(*) FROM post",
                "SELECT count(*) FROM mentions",
                "SELECT sum(fetched) FROM coverage",
            )
        )
    assert int(cursor) >= polls - 1
    assert (posts, mentions, fetched) == ((int(cursor) + 1) * 20,) * 3
    assert check(tmp_path / "mentions.db") == []
