"""The console: anybody's SQL, read-only and bounded in time."""

import sqlite3
from pathlib import Path

import pytest

from listener.domain.errors import StoreError
from listener.store.console import ask, rows
from tests.scripted import Bench, post

RUNAWAY = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


def test_it_answers_with_columns_and_rows(bench: Bench) -> None:
    """Rows come one by one, while the console is open."""
    bench.hear(post("1"), post("2"))
    with ask(bench.path, "SELECT mention_id, brand FROM mentions") as result:
        assert (result.columns, list(result.rows)) == (("mention_id", "brand"), [(1, "Acme"), (2, "Acme")])


def test_it_takes_parameters(bench: Bench) -> None:
    """A value is never pasted into a query."""
    bench.hear(post("1", "acme 'quoted'"))
    assert rows(bench.path, "SELECT count(*) AS n FROM mentions WHERE text = ?", ["acme 'quoted'"]) == [{"n": 1}]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO meta VALUES ('a', 'b')",
        "UPDATE post SET text = ''",
        "DELETE FROM post RETURNING *",
        "DROP VIEW mentions",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "CREATE TEMP VIEW v AS SELECT 1",
        "PRAGMA query_only = OFF",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA writable_schema = ON",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "ATTACH '{folder}/other.db' AS other",
        "ATTACH 'file:{folder}/other.db?mode=rwc' AS other",
        "VACUUM",
        "VACUUM INTO '{folder}/other.db'",
        "INSERT INTO post_text (post_text) VALUES ('rebuild')",
    ],
)
def test_it_changes_nothing(bench: Bench, statement: str) -> None:
    """Neither the store nor a setting nor any other file."""
    folder = bench.path.parent
    with pytest.raises(StoreError, match="only reads"):
        rows(bench.path, statement.format(folder=folder))
    assert not (folder / "other.db").exists()


@pytest.mark.parametrize(
    "question",
    [
        "SELECT rowid FROM post_text WHERE post_text MATCH 'acme' ORDER BY rank",
        "SELECT value FROM json_each('[1]')",
        "PRAGMA table_info(mentions)",
        "SELECT name FROM pragma_table_info('mentions')",
        "EXPLAIN QUERY PLAN SELECT * FROM mentions",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3) SELECT x FROM n",
        "VALUES (1)",
    ],
)
def test_it_lets_every_kind_of_question_through(bench: Bench, question: str) -> None:
    """Full-text search, JSON, the schema, plans."""
    bench.hear(post("1"))
    assert rows(bench.path, question)


def test_a_runaway_query_is_stopped(bench: Bench) -> None:
    """With the way to allow more."""
    with pytest.raises(StoreError, match=r"stopped after 0\.05 s; .*--timeout"), ask(bench.path, RUNAWAY, seconds=0.05):
        pass


def test_a_runaway_is_stopped_while_its_rows_are_read(bench: Bench) -> None:
    """The first row may come fast and the rest never."""
    endless = RUNAWAY.replace("count(*)", "x") + " WHERE x < 2 OR x < 0"
    with (
        pytest.raises(StoreError, match="stopped after"),
        ask(bench.path, endless, seconds=0.05) as result,
    ):
        list(result.rows)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("SELECT nonsense FROM mentions", "no such column: nonsense"),
        ("SELECT readonly, locked FROM mentions", "no such column: readonly"),
        ("SELEC 1", "syntax error"),
        ("SELECT ?", "Incorrect number of bindings"),
    ],
)
def test_a_wrong_statement_is_explained(bench: Bench, statement: str, said: str) -> None:
    """In one line, without a trace."""
    with pytest.raises(StoreError, match=said):
        rows(bench.path, statement)


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Asking leaves no file behind."""
    with pytest.raises(StoreError, match="There is no store at"):
        rows(tmp_path / "none.db", "SELECT 1")
    assert list(tmp_path.iterdir()) == []


def test_it_reads_while_a_write_is_going_on(bench: Bench) -> None:
    """What is not committed is not seen, and nobody waits."""
    with bench.store.write() as db:
        db.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")
        assert rows(bench.path, "SELECT * FROM meta") == []


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    """A text file, for example."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all, but long enough to be looked at" * 20, encoding="utf-8")
    with pytest.raises(StoreError, match="not a database"):
        rows(path, "SELECT * FROM mentions")


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """Said in one line, too."""
    with pytest.raises(StoreError, match="There is no store at"):
        rows(tmp_path, "SELECT 1")


def test_a_damaged_store_is_said_with_the_way_out(bench: Bench) -> None:
    """It is not the question that is wrong."""
    bench.hear(*(post(str(number), f"acme {number} " * 50) for number in range(50)))
    bench.store.close()
    content = bench.path.read_bytes()
    bench.path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError, match=r"malformed\. Restore a backup"):
        rows(bench.path, "SELECT * FROM mentions")


def test_a_user_without_the_directory_is_told_when_to_ask(bench: Bench) -> None:
    """SQLite calls it an attempt to write, which it was not."""
    error = sqlite3.OperationalError("attempt to write a readonly database")
    error.sqlite_errorname = "SQLITE_READONLY_DIRECTORY"
    with pytest.raises(StoreError, match="while the daemon runs"), ask(bench.path, "SELECT 1"):
        raise error


def test_a_caller_may_stop_reading_early(bench: Bench) -> None:
    """The connection is closed all the same."""
    with ask(bench.path, "SELECT 1 UNION SELECT 2") as result:
        assert next(result.rows) == (1,)
    with pytest.raises(sqlite3.ProgrammingError):
        next(result.rows)
