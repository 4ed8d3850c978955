"""What the store's files give away: they hold what people wrote, so they are their owner's alone."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.stages.tidy import Tidy
from listener.store.engine import backup, open_store
from listener.store.tidy import Tidying
from tests.scripted import DAY, T0, Bench, drain, opened, post

STORE = ("mentions.db", "mentions.db-wal", "mentions.db-shm")
TRACES = (b"that it quizzes a jackdaw", b"lazy sphinx", b"zorro")


@pytest.fixture(autouse=True)
def _careless() -> Iterator[None]:
    """Let everybody read what is made, as a shell does."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Return the permissions of a folder's files."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_file()}


def left(bench: Bench, trace: bytes) -> bool:
    """Look for something in all files of a store."""
    return any(trace in path.read_bytes() for path in bench.path.parent.iterdir())


def test_nobody_else_may_read_a_store(tmp_path: Path) -> None:
    """Nor its log, where what was stored last stands, nor a backup."""
    with opened(tmp_path) as bench:
        bench.hear(post("1"))
        backup(bench.path, tmp_path / "copy.db")
        assert modes(tmp_path) == dict.fromkeys((*STORE, "copy.db"), 0o600)


def test_a_store_that_was_opened_to_a_group_stays_open_to_it(tmp_path: Path) -> None:
    """By whoever owns it; its log is for the same people."""
    open_store(f"sqlite:///{tmp_path}/mentions.db", now=T0).close()
    (tmp_path / "mentions.db").chmod(0o640)
    with opened(tmp_path) as bench:
        bench.hear(post("1"))
        assert modes(tmp_path) == dict.fromkeys(STORE, 0o640)


def test_what_was_let_go_stands_in_no_file(tmp_path: Path) -> None:
    """No sentence that somebody wrote, nor who it was: not in the store, nor in its log, though both are in use."""
    with opened(tmp_path) as bench:
        bench.tell(post("1", "acme told me that it quizzes a jackdaw", title="My lazy sphinx", by="zorro"))
        assert {trace for trace in TRACES if left(bench, trace)} == set(TRACES)
        drain(Tidy(Tidying(bench.store), keep_unmatched=30 * DAY, keep=30 * DAY), T0 + 31 * DAY)
        assert bench.value("SELECT count(*) FROM post") == 0
        assert {trace for trace in TRACES if left(bench, trace)} == set()
