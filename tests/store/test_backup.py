"""Backups and checks: whole copies of a store in use, and damage that is found."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from listener.domain.errors import StoreError
from listener.store.engine import backup, check, open_store
from tests.scripted import HOUR, T0, Bench, post


def by_hand(path: Path, *statements: str) -> None:
    """Change a store behind its back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


def test_a_backup_is_a_store(bench: Bench, tmp_path: Path) -> None:
    """With all that was committed, the log included."""
    bench.hear(post("1"))
    copy = backup(bench.path, tmp_path / "copy.db")
    with closing(open_store(f"sqlite:///{copy}", now=T0)) as store, store.read() as db:
        assert db.exec_driver_sql("SELECT text FROM mentions").scalar() == "acme is broken"
    assert check(copy) == []


def test_a_backup_of_a_store_in_use_is_of_one_moment(bench: Bench, tmp_path: Path) -> None:
    """What a writer has not committed is not in it."""
    bench.hear(post("1"))
    with bench.store.write() as db:
        db.exec_driver_sql("DELETE FROM mention")
        copy = backup(bench.path, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM mention").fetchone() == (1,)


def test_a_backup_never_overwrites(bench: Bench, tmp_path: Path) -> None:
    """Another name is to be chosen."""
    (tmp_path / "copy.db").touch()
    with pytest.raises(StoreError, match="exists already"):
        backup(bench.path, tmp_path / "copy.db")


def test_a_backup_of_nothing_makes_nothing(tmp_path: Path) -> None:
    """A mistyped path is no empty store."""
    with pytest.raises(StoreError, match="There is no store"):
        backup(tmp_path / "none.db", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_half_a_backup_is_taken_away(tmp_path: Path) -> None:
    """It must not pass for one."""
    (tmp_path / "notes.txt").write_text("no database at all " * 99, encoding="utf-8")
    with pytest.raises(StoreError, match="not a database"):
        backup(tmp_path / "notes.txt", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_into_a_folder_that_is_not_there_names_the_target(bench: Bench, tmp_path: Path) -> None:
    """The store itself is not at fault."""
    with pytest.raises(StoreError, match=r"none/copy\.db.*directory exists"):
        backup(bench.path, tmp_path / "none" / "copy.db")


def test_a_sound_store_has_no_faults(bench: Bench) -> None:
    """After inserts, edits and deletions."""
    bench.hear(post("1"), post("2"))
    bench.hear(post("1", "acme, edited"), at=T0 + HOUR)
    assert check(bench.path) == []


def test_a_broken_reference_is_found(bench: Bench) -> None:
    """By table and row."""
    bench.hear(post("1"))
    by_hand(bench.path, "DELETE FROM thread")
    assert check(bench.path) == ["post row 1 points at a missing thread"]


def test_a_search_index_astray_is_found(bench: Bench) -> None:
    """``PRAGMA integrity_check`` alone does not see it."""
    bench.hear(post("1"))
    by_hand(bench.path, "DROP TRIGGER post_text_changed", "UPDATE post SET text = 'something else'")
    (fault,) = check(bench.path)
    assert "the search index does not fit the posts" in fault


def test_damaged_pages_are_found(bench: Bench) -> None:
    """Or the file is refused as a whole."""
    bench.hear(*(post(str(number), f"acme {number} " * 50) for number in range(200)))
    bench.store.close()
    content = bytearray(bench.path.read_bytes())
    content[40_000:60_000] = b"\xff" * 20_000
    bench.path.write_bytes(content)
    try:
        found = check(bench.path)
    except StoreError as error:
        found = [str(error)]
    assert found


def test_the_database_of_another_program_is_not_checked(tmp_path: Path) -> None:
    """That it has no search index is not what is wrong with it."""
    by_hand(tmp_path / "other.db", "CREATE TABLE theirs (a)")
    with pytest.raises(StoreError, match="database of another program"):
        check(tmp_path / "other.db")


def test_an_empty_file_is_a_fault(tmp_path: Path) -> None:
    """As a crash before the first commit leaves it."""
    (tmp_path / "mentions.db").touch()
    assert check(tmp_path / "mentions.db") == [f"{tmp_path / 'mentions.db'} is empty; `listener run` makes the store."]


def test_a_missing_store_is_a_fault(tmp_path: Path) -> None:
    """And is not made by looking."""
    assert check(tmp_path / "none.db") == [f"There is no store at {tmp_path / 'none.db'}."]
    assert list(tmp_path.iterdir()) == []
