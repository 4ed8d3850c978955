"""Migrations: a store made today and one migrated to today are the same, and nothing is lost on the way."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine

from listener.domain.errors import StoreError, StoreInUse
from listener.store import derived, migrations, search, tables
from listener.store.engine import check, open_store
from listener.store.lock import only_one
from tests.scripted import HOUR, MINUTE, T0, Bench
from tests.store.stored import Rows, fill, rows_of, schema_of
from tests.test_loops import until

ONE = migrations.HEAD
"""The schema of today, before which a test puts a newer one."""

REBUILDS = """
def upgrade() -> None:
    with op.batch_alter_table("post", recreate="always") as batch:
        batch.add_column(sa.Column("mood", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("alert", recreate="always") as batch:
        batch.drop_constraint(op.f("ck_alert_state"), type_="check")
    op.execute("UPDATE post SET text = text || ' (seen)'")
"""
BREAKS = """
def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer()))
    op.execute("DELETE FROM alert_event")
    op.execute("SELECT nonsense")
"""
DIES = """
def upgrade() -> None:
    import os, signal
    op.execute("DELETE FROM alert_event")
    with op.batch_alter_table("post", recreate="always") as batch:
        batch.add_column(sa.Column("mood", sa.String(), nullable=False, server_default=""))
    os.kill(os.getpid(), signal.SIGKILL)
"""
WAITS = """
def upgrade() -> None:
    import time
    from pathlib import Path
    place = Path(op.get_bind().engine.url.database).parent
    (place / "begun").touch()
    while not (place / "go").exists():
        time.sleep(0.01)
"""
OPENS = """
import sys
from datetime import datetime
from listener.store import engine, migrations
migrations.__file__ = sys.argv[2]
migrations.HEAD = engine.HEAD = "9000"
engine.REVISIONS = (*migrations.REVISIONS, "9000")
engine.open_store(f"sqlite:///{sys.argv[1]}", now=datetime.fromisoformat(sys.argv[3])).close()
"""
FULL = """
def upgrade() -> None:
    pages = op.get_bind().exec_driver_sql("PRAGMA page_count").scalar_one()
    op.execute(f"PRAGMA max_page_count = {pages + 5}")
    op.execute("UPDATE post SET text = hex(randomblob(1000000))")
"""
ORPHANS = """
def upgrade() -> None:
    op.execute("DELETE FROM thread")
"""


@pytest.fixture
def filled(bench: Bench) -> Bench:
    """Fill a store with something in every table."""
    fill(bench)
    return bench


def reopen(bench: Bench, minutes: int = 0) -> None:
    """Open the store as a start of the program does, an hour and some minutes later."""
    bench.store.close()
    open_store(f"sqlite:///{bench.path}", now=T0 + HOUR + minutes * MINUTE).close()


def opening(bench: Bench) -> list[str]:
    """Give the command line of a process that opens the store."""
    return [sys.executable, "-c", OPENS, str(bench.path), str(migrations.__file__), T0.isoformat()]


def without_texts(rows: Rows) -> Rows:
    """Leave out what the rebuilding revision changes: the posts' texts and moods, and the revision itself."""
    changed = {"text", "mood", "version_num"}
    return {table: [{k: v for k, v in row.items() if k not in changed} for row in rows[table]] for table in rows}


def test_a_fresh_store_is_the_same_as_a_migrated_one(bench: Bench, tmp_path: Path) -> None:
    """The tables of today and all revisions lead to one schema."""
    migrations.run(tmp_path / "migrated.db")
    assert schema_of(tmp_path / "migrated.db") == schema_of(bench.path)


def test_a_comparison_with_the_tables_proposes_nothing(tmp_path: Path) -> None:
    """No revision was forgotten; the search index is none of Alembic's business."""
    path = tmp_path / "migrated.db"
    migrations.run(path)
    made = create_engine(f"sqlite:///{path}")
    with made.connect() as db:
        options = {"include_name": lambda name, kind, _: kind != "table" or not search.is_table(name)}
        found = compare_metadata(MigrationContext.configure(db, opts=options), tables.METADATA)
    made.dispose()
    assert found == []


def test_the_revisions_are_listed_in_order() -> None:
    """The list that tells older from newer has every file, the last one is the head."""
    files = sorted(path.name[:4] for path in (Path(migrations.__file__).parent / "versions").glob("[0-9]*.py"))
    assert list(migrations.REVISIONS) == files
    assert migrations.REVISIONS[-1] == migrations.HEAD
    assert all(f"| {revision} |" in (migrations.__doc__ or "") for revision in files)


def test_every_constraint_has_a_name() -> None:
    """One without cannot be dropped by a later revision."""
    constraints = [
        (table.name, constraint) for table in tables.METADATA.tables.values() for constraint in table.constraints
    ]
    assert len(constraints) > 60
    assert [table for table, constraint in constraints if not constraint.name] == []
    checks = [str(constraint.name) for _, constraint in constraints if isinstance(constraint, CheckConstraint)]
    assert all(name.startswith("ck_") for name in checks)


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_rebuilding_tables_loses_no_row(filled: Bench, newer: None) -> None:
    """A batch on a parent would delete its children where foreign keys are on."""
    before = without_texts(rows_of(filled.path))
    reopen(filled)
    assert without_texts(rows_of(filled.path)) == before
    assert all(before.values())


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_rebuilding_tables_keeps_views_and_triggers(filled: Bench, newer: None) -> None:
    """SQLite drops a table's triggers with it, always."""
    before = {key: sql for key, sql in schema_of(filled.path).items() if key[0] in {"view", "trigger"}}
    reopen(filled)
    assert {key: sql for key, sql in schema_of(filled.path).items() if key[0] in {"view", "trigger"}} == before
    assert len(before) > 10


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_a_migration_that_changes_texts_keeps_the_search_in_step(filled: Bench, newer: None) -> None:
    """The triggers are away meanwhile, so the index is made anew."""
    reopen(filled)
    assert filled.value("SELECT count(*) FROM post_text WHERE post_text MATCH 'seen'") == 4
    assert check(filled.path) == []


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_an_older_store_is_saved_before_it_is_migrated(filled: Bench, newer: None) -> None:
    """The copy stands beside it, with the time, and is what the store was."""
    before = schema_of(filled.path)
    reopen(filled)
    (saved,) = filled.path.parent.glob("*.before-*")
    assert saved.name == "mentions.db.before-9000-20261125T130000"
    assert schema_of(saved) == before
    assert filled.column("SELECT version_num FROM alembic_version") == ["9000"]


@pytest.mark.parametrize(
    "newer", [BREAKS, FULL, ORPHANS], indirect=True, ids=["an error", "disk full", "broken references"]
)
def test_a_failed_migration_changes_nothing(filled: Bench, newer: None) -> None:
    """The file is as it was to the last row, the backup stays, and the message says how to go back."""
    before = schema_of(filled.path), rows_of(filled.path)
    with pytest.raises(StoreError, match=r"changed nothing: .*install the version that ran before") as failed:
        reopen(filled)
    (saved,) = filled.path.parent.glob("*.before-9000-*")
    assert f"cp {saved} {filled.path}" in str(failed.value)
    assert (schema_of(filled.path), rows_of(filled.path)) == before
    assert (schema_of(saved), rows_of(saved)) == before


@pytest.mark.parametrize("newer", [BREAKS], indirect=True)
def test_a_failed_migration_leaves_a_store_that_the_former_program_opens(
    filled: Bench, newer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going back is always possible."""
    with pytest.raises(StoreError):
        reopen(filled)
    monkeypatch.undo()
    before = filled.value("SELECT count(*) FROM mentions")
    reopen(filled)
    assert filled.value("SELECT count(*) FROM mentions") == before > 1


@pytest.mark.parametrize("newer", [BREAKS], indirect=True)
def test_a_migration_that_fails_again_keeps_one_backup_of_one_state(filled: Bench, newer: None) -> None:
    """A unit that restarts would else fill the disk; what was stored in between makes another."""
    saved = []
    for minutes in range(3):
        with pytest.raises(StoreError):
            reopen(filled, minutes)
        saved.append([path.name[-6:] for path in filled.path.parent.glob("*.before-*")])
    assert saved == [["130000"], ["130100"], ["130200"]]
    with closing(sqlite3.connect(filled.path)) as database:
        database.executescript("INSERT INTO meta VALUES ('one', 'more')")
    with pytest.raises(StoreError):
        reopen(filled, 3)
    assert len(list(filled.path.parent.glob("*.before-*"))) == 2


@pytest.mark.parametrize("newer", [DIES], indirect=True)
def test_a_migration_that_is_killed_changes_nothing(filled: Bench, newer: None) -> None:
    """By kill -9, in the middle of it: the store is as it was, and the backup stands whole beside it."""
    filled.store.close()
    before = schema_of(filled.path), rows_of(filled.path)
    assert subprocess.run(opening(filled), check=False, timeout=60).returncode == -signal.SIGKILL
    (saved,) = filled.path.parent.glob("*.before-9000-*")
    assert (schema_of(saved), rows_of(saved)) == before
    assert (schema_of(filled.path), rows_of(filled.path)) == before
    assert check(filled.path) == []


@pytest.mark.parametrize("newer", [WAITS], indirect=True)
def test_whoever_comes_while_a_store_is_migrated_is_asked_to_come_later(filled: Bench, newer: None) -> None:
    """A second migration would take the first one's backup for what a dead one left behind."""
    filled.store.close()
    before, folder = rows_of(filled.path), filled.path.parent
    with subprocess.Popen(opening(filled)) as first:
        try:
            until((folder / "begun").exists)
            with pytest.raises(StoreInUse, match=rf"process {first.pid}: .* schema {ONE} has to be migrated to 9000"):
                reopen(filled, 1)
            assert first.poll() is None
        finally:
            (folder / "go").touch()
    assert first.returncode == 0
    (saved,) = folder.glob("*.before-*")
    assert rows_of(saved) == before
    reopen(filled, 2)
    assert filled.column("SELECT version_num FROM alembic_version") == ["9000"]


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_nobody_migrates_a_store_beneath_a_daemon(filled: Bench, newer: None) -> None:
    """One of the former version would write on as if nothing had changed; who runs alone migrates what it holds."""
    url = f"sqlite:///{filled.path}"
    filled.store.close()
    with only_one(filled.path):
        with pytest.raises(StoreInUse, match=f"by process {os.getpid()}: "):
            open_store(url, now=T0)
        assert filled.column("SELECT version_num FROM alembic_version") == [ONE]
        assert list(filled.path.parent.glob("*.before-*")) == []
        open_store(url, now=T0, held=True).close()
    assert filled.column("SELECT version_num FROM alembic_version") == ["9000"]


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_half_a_backup_of_a_killed_start_is_taken_away(filled: Bench, newer: None) -> None:
    """It is as large as the store, and nobody would ever use it."""
    (filled.path.parent / "mentions.db.before-9000-20261125T120000.part").write_bytes(b"half")
    reopen(filled)
    assert [path.name[-6:] for path in filled.path.parent.glob("*.before-*")] == ["130000"]


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_the_former_program_says_how_to_go_back(filled: Bench, newer: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a migration that went well, the command in the message brings the backup back, and it works as said."""
    before = rows_of(filled.path)
    reopen(filled)
    monkeypatch.undo()
    with pytest.raises(StoreError, match=r"newer listenerd \(schema 9000\)") as refused:
        reopen(filled)
    (command,) = re.findall("stop listener and run: (.*)", str(refused.value))
    subprocess.run(["sh", "-c", command], check=True)
    reopen(filled)
    assert rows_of(filled.path) == before


def test_an_up_to_date_store_is_opened_without_a_backup(filled: Bench) -> None:
    """Starting costs nothing."""
    reopen(filled)
    assert list(filled.path.parent.glob("*.before-*")) == []


@pytest.mark.parametrize(
    "change",
    ["DROP VIEW mentions", "DROP TRIGGER post_text_added", "CREATE VIEW stale AS SELECT 1"],
)
def test_views_and_triggers_are_made_anew_where_they_are_not_of_today(bench: Bench, change: str) -> None:
    """A program may change a view without any migration."""
    with bench.store.write() as db:
        db.exec_driver_sql(change)
    reopen(bench)
    with closing(sqlite3.connect(bench.path)) as database:
        assert derived.is_current(database.execute(derived.FOUND))
