"""Opening a store, its two ways in, and what is said when it cannot be used."""

import re
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from listener.domain.errors import StoreError, StoreInUse
from listener.store import engine
from listener.store.engine import APPLICATION_ID, Store, open_store, path_of
from tests.scripted import T0, Bench

Way = Callable[[Store], Callable[[], AbstractContextManager[Connection]]]
WAYS: tuple[Way, ...] = (lambda store: store.write, lambda store: store.read)


def url(path: Path) -> str:
    """Name a file as a store."""
    return f"sqlite:///{path}"


@pytest.mark.parametrize("way", WAYS, ids=["writer", "reader"])
def test_every_connection_is_safe(bench: Bench, way: Way) -> None:
    """Foreign keys, full sync, deleted data overwritten, a log beside the file, and patience."""
    expected = {"foreign_keys": 1, "synchronous": 2, "secure_delete": 1, "journal_mode": "wal", "busy_timeout": 10_000}
    with way(bench.store)() as db:
        assert {name: db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected} == expected


@pytest.mark.parametrize("way", WAYS, ids=["writer", "reader"])
def test_the_settings_hold_after_a_transaction(bench: Bench, way: Way) -> None:
    """They belong to the connection, whose pool hands it out again."""
    for _ in range(2):
        with way(bench.store)() as db:
            assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_reference_to_nothing_is_refused(bench: Bench) -> None:
    """Foreign keys are really on."""
    with pytest.raises(StoreError, match="FOREIGN KEY"), bench.store.write() as db:
        db.exec_driver_sql("INSERT INTO mention SELECT 1, 99, 1, 1, '', '', '', 0, 0, '', NULL, 0, 0, 0, NULL, 0, NULL")


def test_readers_cannot_write(bench: Bench) -> None:
    """They are query_only."""
    with pytest.raises(StoreError, match="readonly"), bench.store.read() as db:
        db.exec_driver_sql("DELETE FROM meta")


def test_deleted_text_is_gone_from_the_file(bench: Bench) -> None:
    """secure_delete overwrites it."""
    with bench.store.write() as db:
        db.exec_driver_sql("INSERT INTO meta VALUES ('a', 'sesquipedalian')")
    with bench.store.write() as db:
        db.exec_driver_sql("DELETE FROM meta")
    bench.store.close()
    assert b"sesquipedalian" not in bench.path.read_bytes()


def test_the_file_says_whose_it_is(bench: Bench) -> None:
    """By SQLite's application id."""
    assert bench.value("PRAGMA application_id") == APPLICATION_ID


def test_a_store_keeps_what_was_written(bench: Bench, tmp_path: Path) -> None:
    """Opening again finds it."""
    with bench.store.write() as db:
        db.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")
    with closing(open_store(url(bench.path), now=T0)) as again, again.read() as db:
        assert db.exec_driver_sql("SELECT value FROM meta").scalar() == "b"


@pytest.mark.parametrize("name", ["with space.db", "100%.db", "a?b.db", "a#b.db", "ü.db"])
def test_any_path_can_hold_a_store(tmp_path: Path, name: str) -> None:
    """The name is taken as it is."""
    path = tmp_path / name
    engine._create(path)
    with closing(Store(path)) as store, store.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM mentions").scalar() == 0
    assert path.is_file()


def test_folders_are_made(tmp_path: Path) -> None:
    """A first start needs no preparation."""
    path = tmp_path / "var" / "lib" / "mentions.db"
    open_store(url(path), now=T0).close()
    assert path.is_file()


def test_a_folder_that_cannot_be_made_is_an_error_of_the_store(tmp_path: Path) -> None:
    """Said in one line."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreError, match="Check that its directory exists and may be written"):
        open_store(url(tmp_path / "file" / "mentions.db"), now=T0)


@pytest.mark.parametrize("bad", ["sqlite://", "sqlite:///:memory:", "postgresql://host/db"])
def test_only_a_sqlite_file_can_be_a_store(bad: str) -> None:
    """The message shows what is right."""
    with pytest.raises(StoreError, match="must be a SQLite file, such as sqlite:"):
        path_of(bad)


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """And left as it was."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="database of another program"):
        open_store(url(path), now=T0)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """With the way out."""
    path = tmp_path / "notes.txt"
    path.write_text("no database at all " * 99, encoding="utf-8")
    with pytest.raises(StoreError, match=r"not a database\. Name another file"):
        open_store(url(path), now=T0)


def test_the_store_of_a_newer_program_is_refused(bench: Bench) -> None:
    """It says which schema it has."""
    with bench.store.write() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer listenerd \(schema 9999\); install that one"):
        open_store(url(bench.path), now=T0)


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """As a crash before the first commit leaves it."""
    path = tmp_path / "mentions.db"
    path.touch()
    with closing(open_store(url(path), now=T0)) as store, store.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM mentions").scalar() == 0


def test_two_that_make_the_same_store_do_not_collide(bench: Bench) -> None:
    """The second finds it made."""
    engine._create(bench.path)
    assert bench.value("SELECT count(*) FROM alembic_version") == 1


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        ("database or disk is full", "Free some space"),
        ("database is locked", "Another process holds it"),
        ("disk I/O error", "Look at the disk"),
        ("database disk image is malformed", "listener db check"),
        ("unable to open database file", "the directory exists"),
        ("attempt to write a readonly database", "owner and the mode"),
    ],
)
def test_errors_of_the_disk_come_with_advice(bench: Bench, cause: str, advice: str) -> None:
    """As StoreError, with the file's name."""
    with pytest.raises(StoreError, match=advice) as raised, bench.store.write():
        raise sqlite3.OperationalError(cause)
    assert str(bench.path) in str(raised.value)


def test_a_store_that_somebody_holds_is_worth_another_try(bench: Bench) -> None:
    """Its kind of error ends a command with 75."""
    with pytest.raises(StoreInUse, match="Another process holds it"), bench.store.write():
        raise sqlite3.OperationalError("database is locked")


def test_rows_stay_inside_the_store() -> None:
    """A table's class takes any junk, and its rows die with their session: all others see plain values."""
    sources = [path for path in Path(engine.__file__).parents[1].rglob("*.py") if "store" not in path.parts]
    reaching = re.compile(r"store\.tables|store import .*\btables\b")
    assert len(sources) > 50
    assert [path.name for path in sources if reaching.search(path.read_text(encoding="utf-8"))] == []


def test_a_full_disk_loses_nothing(bench: Bench) -> None:
    """What was stored before stays, what did not fit is rolled back."""
    with bench.store.write() as db:
        db.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")
        db.exec_driver_sql(f"PRAGMA max_page_count = {db.exec_driver_sql('PRAGMA page_count').scalar()}")
    with pytest.raises(StoreError, match="Free some space"), bench.store.write() as db:
        db.exec_driver_sql("INSERT INTO meta VALUES ('c', zeroblob(900000))")
    assert bench.column("SELECT key FROM meta") == ["a"]


def test_no_error_holds_what_was_stored(bench: Bench) -> None:
    """Nor does what caused it, which a traceback would show."""
    text = "sesquipedalian".upper()
    with pytest.raises(StoreError, match="no such table") as raised, bench.store.write() as db:
        db.exec_driver_sql("INSERT INTO nowhere VALUES (?)", (text,))
    assert text not in "".join(traceback.format_exception(raised.value))


def test_a_mistake_of_ours_is_no_error_of_the_store(bench: Bench) -> None:
    """Only the driver's errors are mapped; the transaction is rolled back all the same."""
    with pytest.raises(ZeroDivisionError), bench.store.write() as db:
        db.exec_driver_sql(
            "INSERT INTO meta VALUES ('a', ?)", (str(1 / (db.exec_driver_sql("SELECT 0").scalar() or 0)),)
        )
    assert bench.sql("SELECT * FROM meta") == []
