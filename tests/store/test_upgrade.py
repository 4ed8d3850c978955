"""Upgrades: a store of every earlier schema becomes one of today, with every row kept."""

from contextlib import closing
from pathlib import Path

import pytest

from listener.store import migrations
from listener.store.console import rows
from listener.store.engine import check, open_store
from tests.scripted import T0, Bench
from tests.store.stored import SCHEMAS, Rows, rows_of, schema_of, store_of

EVERY = """
def upgrade() -> None:
    tables = sa.inspect(op.get_bind()).get_table_names()
    for table in tables:
        if not table.startswith(("post_text", "alembic")):
            with op.batch_alter_table(table, recreate="always") as batch:
                batch.add_column(sa.Column("later", sa.String(), nullable=False, server_default="yes"))
"""
"""Makes every table anew, which is how SQLite alters one."""


@pytest.fixture(params=migrations.REVISIONS)
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Make a store as an earlier program left it."""
    return store_of(request.param, tmp_path / "mentions.db")


def kept(before: Rows, path: Path) -> Rows:
    """Read the rows of a store, in the columns that an earlier one had."""
    now = rows_of(path)
    return {
        table: sorted(({name: row[name] for name in earlier[0]} for row in now[table]), key=str)
        for table, earlier in before.items()
    }


def test_every_schema_is_stored() -> None:
    """A migration comes with its store: ``python -m tests.store.stored`` writes it before the first release of it."""
    assert sorted(path.stem for path in SCHEMAS.glob("*.sql")) == sorted(migrations.REVISIONS)


def test_the_newest_stored_schema_is_the_one_of_today(bench: Bench, tmp_path: Path) -> None:
    """Else it was changed after ``python -m tests.store.stored``. Views and triggers are made anew at every start."""
    stored = schema_of(store_of(migrations.HEAD, tmp_path / "stored.db"))
    today = schema_of(bench.path)
    assert {key: sql for key, sql in stored.items() if key[0] in {"table", "index"}} == {
        key: sql for key, sql in today.items() if key[0] in {"table", "index"}
    }


def test_a_stored_schema_has_something_in_every_column(old: Path) -> None:
    """A column that is empty everywhere could be lost unseen."""
    empty = (None, "", 0, b"", "[]", "{}")
    found = {
        f"{table}.{name}"
        for table, lines in rows_of(old).items()
        for name in (lines or [{"": None}])[0]
        if all(line[name] in empty for line in lines)
    }
    assert found == set()


def test_an_earlier_store_is_migrated_with_every_row_kept(old: Path) -> None:
    """Row by row, value by value; and all that reads it works."""
    before = rows_of(old)
    before.pop("alembic_version")
    with closing(open_store(f"sqlite:///{old}", now=T0)):
        assert kept(before, old) == before
        assert check(old) == []
        views = [row["name"] for row in rows(old, "SELECT name FROM sqlite_master WHERE type = 'view'")]
        assert len(views) == 9
        assert [view for view in views if not rows(old, f"SELECT count(*) AS n FROM {view}")] == []  # noqa: S608
        assert rows(
            old,
            "SELECT post_id FROM mention JOIN post_text ON post_text.rowid = post_id WHERE post_text MATCH 'parcel'",
        )


@pytest.mark.parametrize("newer", [EVERY], indirect=True)
def test_an_earlier_store_survives_a_migration_of_every_table(old: Path, newer: None) -> None:
    """As the next one may be: each table made anew, with a column more."""
    before = rows_of(old)
    before.pop("alembic_version")
    open_store(f"sqlite:///{old}", now=T0).close()
    after = rows_of(old)
    assert kept(before, old) == before
    assert {row["later"] for table in before for row in after[table]} == {"yes"}
    assert check(old) == []
