"""Stores as every revision of the schema left them, kept as SQL text beside the tests.

A new migration comes with its own: ``python -m tests.store.stored`` writes ``schemas/REVISION.sql`` for the newest.
A text of a released revision is never written again: no program of today can make it.
"""

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from loguru import logger

from listener.domain.errors import Unavailable
from listener.store import search
from listener.store.migrations import HEAD
from tests.scripted import DAY, HOUR, T0, Bench, author, brand, every_mention, opened, post

SCHEMAS = Path(__file__).with_name("schemas")
LONG = 'acme lost my parcel again and nobody answers the phone, furious \N{ANGRY FACE} it\'s "broken"'

Rows = dict[str, list[dict[str, Any]]]
Schema = dict[tuple[str, str], object]

BY_HAND = """
INSERT INTO meta VALUES ('made by', 'a test');
INSERT INTO spending VALUES (1, 'x:acme', '2026-11-25', 1.5, 1.25);
INSERT INTO thread_state VALUES (1, 1, 1, 'pile-on', 0.75, '[1]', '2026-11-25 12:00:00');
INSERT INTO silence VALUES (1, 'brand = "Acme"', 'sale', 'ann', '2026-11-25 12:00:00', '2026-11-26 12:00:00');
INSERT INTO sighting VALUES (1, 'acme-sucks.example', 1, 0.9, 'gripe', '["sucks"]', '2026-11-25 12:00:00');
INSERT INTO gripe_site VALUES (1, 1, 'https://acme-sucks.example/', 'watched', '2026-11-25 12:00:00');
INSERT INTO label VALUES (1, 1, 'complaint', 'yes', 'ann', '2026-11-25 12:00:00');
INSERT INTO tombstone VALUES (1, 'forum', 'p9', '', 'deleted', '2026-11-25 12:00:00');
UPDATE alert SET acknowledged_by = 'ann', acknowledged_at = '2026-11-25 13:00:00',
    resolved_by = 'bob', resolved_at = '2026-11-25 14:00:00', state = 'resolved' WHERE id = 1;
UPDATE judgement SET p_sarcasm = 0.1, p_suggestion = 0.2, p_relevance = 0.3, p_spam = 0.4 WHERE id = 1;
UPDATE mention SET retry_at = '2026-11-25 13:00:00' WHERE id = 1;
UPDATE mention SET withdrawn_at = '2026-11-25 13:00:00' WHERE id = 3;
UPDATE mention SET title_spans = '[[0, 4]]', is_history = 1, attempts = 2 WHERE id = 2;
UPDATE post SET community = 'parcels', parent_id = 'p1', root_id = 'p1', is_private = 1, is_history = 1,
    removed = 'hidden' WHERE id = 4;
UPDATE stream SET wait_until = '2026-11-25 13:00:00', cursor = '{"etag": "1"}' WHERE id = 1;
UPDATE stream SET state = 'parked', reason = 'gone' WHERE id = 2;
UPDATE coverage SET dropped = 1, dropped_why = 'older than the source' WHERE id = 1;
UPDATE alert SET cooldown_s = 60.0, held_back = 1 WHERE id = 1;
UPDATE alert_event SET by = 'ann' WHERE id = 1;
UPDATE delivery SET leased_until = '2026-11-25 13:00:00', error = 'refused', detail = '550' WHERE id = 1;
UPDATE delivery_event SET detail = '550' WHERE id = 1;
INSERT INTO tombstone VALUES (2, 'forum', '', 'ann', 'forgotten', '2026-11-25 12:00:00');
"""
"""What the line does not write yet, or wrote and took back."""


def store_of(revision: str, path: Path) -> Path:
    """Make a store at ``path`` as that revision left it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript((SCHEMAS / f"{revision}.sql").read_text(encoding="utf-8"))
    return path


def rows_of(path: Path) -> Rows:
    """Read every row of every table but the search index."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return {
            table: sorted((dict(row) for row in database.execute(f'SELECT * FROM "{table}"')), key=str)  # noqa: S608
            for table in _tables(database)
        }


def schema_of(path: Path) -> Schema:
    """Read a store's schema; the order of columns counts, that of constraints does not."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {(kind, name): _parts(sql) if kind == "table" else _flat(sql) for kind, name, sql in rows}


def fill(bench: Bench) -> None:
    """Let the line write into its store, and write by hand what it does not."""
    bench.listen_for(brand(), brand("Larch", "larch", accounts=("forum:larch",)))
    bench.follow(every_mention())
    rated: dict[str, Any] = {"rating": 4.5, "reach": 7, "replies": 1, "shares": 2, "likes": 3, "edited_at": T0 + HOUR}
    bench.tell(
        post("p1", LONG, url="https://forum.example/p1?x=1", title="Where is it?", lang_hint="en", **rated),
        post("p2", "acme is broken", parent_id="p1", root_id="p1", by=None),
        post("p3", "larch, and acme, are lovely; klingon", author=author("larch", name="Larch", followers=9)),
        post("p4", "nothing of the kind", media=("https://forum.example/a.png",), links=("https://acme.example/",)),
    )
    bench.tell(post("p2", "acme is unclear \N{EM DASH} edited"), at=T0 + HOUR)
    bench.poll(Unavailable("forum.example answered 503"), at=T0 + DAY)
    with closing(sqlite3.connect(bench.path)) as database:
        database.executescript(BY_HAND)


def text_of(path: Path) -> str:
    """Write a store down as SQL that makes it again; the search index is made from the posts."""
    with closing(sqlite3.connect(path)) as database:
        return "\n".join(f"{statement};" for statement in _statements(database)) + "\n"


def _statements(database: sqlite3.Connection) -> Iterator[str]:
    yield f"PRAGMA application_id = {database.execute('PRAGMA application_id').fetchone()[0]}"
    made = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    for table in _tables(database):
        yield made[table]
        columns = _columns(database, table)
        values = " || ', ' || ".join(f"quote({column})" for column in columns)
        for (row,) in database.execute(f'SELECT {values} FROM "{table}" ORDER BY {", ".join(columns)}'):  # noqa: S608
            yield f'INSERT INTO "{table}" VALUES ({row})'  # noqa: S608
    yield made["post_text"]
    yield "INSERT INTO post_text (post_text) VALUES ('rebuild')"
    yield from sorted(sql for sql in made.values() if not sql.startswith(("CREATE TABLE", "CREATE VIRTUAL TABLE")))


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in found if not search.is_table(name)]


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [f'"{row[1]}"' for row in database.execute(f'PRAGMA table_info("{table}")')]


def _parts(sql: str) -> tuple[tuple[str, ...], frozenset[str]]:
    body = _flat(sql).partition("(")[2].removesuffix(")")
    parts = [part.strip() for part in re.split(r",(?![^()]*\))", body)]
    return (
        tuple(part for part in parts if not part.startswith("CONSTRAINT")),
        frozenset(part for part in parts if part.startswith("CONSTRAINT")),
    )


def _flat(sql: str) -> str:
    return " ".join(sql.split())


def main() -> None:
    """Write the newest schema down, with something in every column of every table."""
    logger.remove()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as bench:
        fill(bench)
        (SCHEMAS / f"{HEAD}.sql").write_text(text_of(bench.path), encoding="utf-8")


if __name__ == "__main__":
    main()
