"""Search: the index is in step with the texts, and takes whatever people type."""

import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from listener.store.engine import check
from listener.store.search import SCHEMA, words
from tests.scripted import HOUR, T0, Bench, post

FIND = "SELECT p.native_id FROM post_text JOIN post AS p ON p.id = post_text.rowid WHERE post_text MATCH ? ORDER BY 1"


def test_new_edited_and_deleted_posts_are_in_step(bench: Bench) -> None:
    """What is written is found, what is gone is not."""
    bench.hear(post("1", "acme router"), post("2", "acme kettle"))
    bench.hear(post("1", "acme toaster"), at=T0 + HOUR)
    with bench.store.write() as db:
        db.exec_driver_sql("DELETE FROM mention WHERE post_id = 2")
        db.exec_driver_sql("DELETE FROM post WHERE id = 2")
    assert [bench.column(FIND, word) for word in ("router", "kettle", "toaster")] == [[], [], ["1"]]


def test_writing_over_a_post_keeps_the_index_sound(bench: Bench) -> None:
    """``ON CONFLICT DO UPDATE`` fires the triggers that ``INSERT OR REPLACE`` skips."""
    bench.hear(post("1", "acme router"))
    columns = ", ".join(bench.column("SELECT name FROM pragma_table_info('post')"))
    with bench.store.write() as db:
        db.exec_driver_sql(
            f"INSERT INTO post ({columns}) SELECT {columns} FROM post WHERE true "  # noqa: S608
            "ON CONFLICT (platform, native_id) DO UPDATE SET text = 'acme kettle'"
        )
    assert check(bench.path) == []
    assert [bench.column(FIND, word) for word in ("router", "kettle")] == [[], ["1"]]


def test_replacing_a_post_by_hand_is_found_by_the_check(bench: Bench) -> None:
    """The trap that the store avoids."""
    bench.hear(post("1", "acme router"))
    bench.store.close()
    with closing(sqlite3.connect(bench.path)) as database:
        columns = ", ".join(row[1] for row in database.execute("PRAGMA table_info(post)"))
        picked = columns.replace("text", "'acme kettle'", 1)
        database.execute(f"INSERT OR REPLACE INTO post ({columns}) SELECT {picked} FROM post")  # noqa: S608
        database.commit()
    assert "search index" in check(bench.path)[0]


def test_accents_and_case_do_not_count(bench: Bench) -> None:
    """People type as they like."""
    bench.hear(post("1", "acme Café"))
    assert bench.column(FIND, words("CAFE")) == ["1"]


def test_typed_text_is_no_query_language(bench: Bench) -> None:
    """``C++`` and ``foo-bar`` are words."""
    bench.hear(post("1", "acme C++ foo-bar"), post("2", 'acme says "no"'))
    assert [bench.column(FIND, words(typed)) for typed in ("C++", "foo-bar", 'says "no"', "acme AND NOT")] == [
        ["1"],
        ["1"],
        ["2"],
        [],
    ]


@given(st.text().filter(str.strip))
def test_nothing_that_is_typed_breaks_the_search(typed: str) -> None:
    """Any text is a question."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, title, text)")
        for statement in SCHEMA:
            database.execute(statement)
        database.execute("SELECT * FROM post_text WHERE post_text MATCH ?", (words(typed.replace("\0", "")) or '""',))
