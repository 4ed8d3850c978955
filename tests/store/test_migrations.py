"""Migrations: a store made today and one migrated to today are the same, and nothing is lost on the way."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine

from listener.domain.errors import StoreError
from listener.store import derived, engine, migrations, search, tables
from listener.store.engine import check, open_store
from tests.scripted import HOUR, T0, Bench, every_mention, post

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
ORPHANS = """
def upgrade() -> None:
    op.execute("DELETE FROM thread")
"""
Schema = dict[tuple[str, str], object]


def schema(path: Path) -> Schema:
    """Read a store's schema; the order of columns counts, that of constraints does not."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {(kind, name): _parts(sql) if kind == "table" else _flat(sql) for kind, name, sql in rows}


def _parts(sql: str) -> tuple[tuple[str, ...], frozenset[str]]:
    body = _flat(sql).partition("(")[2].removesuffix(")")
    parts = [part.strip() for part in re.split(r",(?![^()]*\))", body)]
    return (
        tuple(part for part in parts if not part.startswith("CONSTRAINT")),
        frozenset(part for part in parts if part.startswith("CONSTRAINT")),
    )


def _flat(sql: str) -> str:
    return " ".join(sql.split())


def counts(path: Path) -> dict[str, int]:
    """Count the rows of every table."""
    with closing(sqlite3.connect(path)) as database:
        names = [name for name in tables.METADATA.tables if not search.is_table(name)]
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608


@pytest.fixture
def filled(bench: Bench) -> Bench:
    """Fill a store with something in most tables."""
    bench.follow(every_mention())
    bench.tell(post("1", "acme " + " ".join(f"word{number}" for number in range(12))), post("2", by="bob"))
    return bench


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Make a program with one revision more, which does what the test asks."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, folder)
    head = migrations.HEAD
    header = '"""A later revision."""\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "9000"\n'
    (folder / "versions" / "9000_later.py").write_text(
        f'{header}down_revision = "{head}"\n{request.param}', encoding="utf-8"
    )
    monkeypatch.setattr(migrations, "__file__", str(folder / "__init__.py"))
    monkeypatch.setattr(migrations, "HEAD", "9000")
    monkeypatch.setattr(engine, "HEAD", "9000")
    monkeypatch.setattr(engine, "REVISIONS", (*migrations.REVISIONS, "9000"))


def reopen(bench: Bench) -> None:
    """Open the store as a start of the program does."""
    bench.store.close()
    open_store(f"sqlite:///{bench.path}", now=T0 + HOUR).close()


def test_a_fresh_store_is_the_same_as_a_migrated_one(bench: Bench, tmp_path: Path) -> None:
    """The tables of today and all revisions lead to one schema."""
    migrations.run(tmp_path / "migrated.db")
    assert schema(tmp_path / "migrated.db") == schema(bench.path)


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
    before = counts(filled.path)
    reopen(filled)
    assert counts(filled.path) == before
    assert before["mention"] == before["alert_event"] == 2


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_rebuilding_tables_keeps_views_and_triggers(filled: Bench, newer: None) -> None:
    """SQLite drops a table's triggers with it, always."""
    before = {key: sql for key, sql in schema(filled.path).items() if key[0] in {"view", "trigger"}}
    reopen(filled)
    assert {key: sql for key, sql in schema(filled.path).items() if key[0] in {"view", "trigger"}} == before
    assert len(before) > 10


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_a_migration_that_changes_texts_keeps_the_search_in_step(filled: Bench, newer: None) -> None:
    """The triggers are away meanwhile, so the index is made anew."""
    reopen(filled)
    assert filled.value("SELECT count(*) FROM post_text WHERE post_text MATCH 'seen'") == 2
    assert check(filled.path) == []


@pytest.mark.parametrize("newer", [REBUILDS], indirect=True)
def test_an_older_store_is_saved_before_it_is_migrated(filled: Bench, newer: None) -> None:
    """The copy stands beside it, with the time, and is what the store was."""
    before = schema(filled.path)
    reopen(filled)
    (saved,) = filled.path.parent.glob("*.before-*")
    assert saved.name == "mentions.db.before-9000-20261125T130000"
    assert schema(saved) == before
    assert filled.column("SELECT version_num FROM alembic_version") == ["9000"]


@pytest.mark.parametrize("newer", [BREAKS, ORPHANS], indirect=True, ids=["an error", "broken references"])
def test_a_failed_migration_changes_nothing(filled: Bench, newer: None) -> None:
    """The file is as it was, the backup stays, and the message names both."""
    before, rows = schema(filled.path), counts(filled.path)
    with pytest.raises(StoreError, match=r"failed and changed nothing: .*The backup is .*before-9000.*former version"):
        reopen(filled)
    assert (schema(filled.path), counts(filled.path)) == (before, rows)
    assert len(list(filled.path.parent.glob("*.before-*"))) == 1


@pytest.mark.parametrize("newer", [BREAKS], indirect=True)
def test_a_failed_migration_leaves_a_store_that_the_former_program_opens(
    filled: Bench, newer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going back is always possible."""
    with pytest.raises(StoreError):
        reopen(filled)
    monkeypatch.undo()
    reopen(filled)
    assert filled.value("SELECT count(*) FROM mentions") == 2


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
