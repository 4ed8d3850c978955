"""Full-text search over what people wrote: FTS5, kept in step by triggers."""

import sqlite3

TABLE = """CREATE VIRTUAL TABLE post_text USING fts5(
    title, text, content = 'post', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
)"""

TRIGGERS = (
    """CREATE TRIGGER post_text_added AFTER INSERT ON post BEGIN
    INSERT INTO post_text (rowid, title, text) VALUES (new.id, new.title, new.text);
END""",
    """CREATE TRIGGER post_text_changed AFTER UPDATE OF title, text ON post BEGIN
    INSERT INTO post_text (post_text, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
    INSERT INTO post_text (rowid, title, text) VALUES (new.id, new.title, new.text);
END""",
    """CREATE TRIGGER post_text_removed AFTER DELETE ON post BEGIN
    INSERT INTO post_text (post_text, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END""",
)

SCHEMA = (TABLE, *TRIGGERS)


def is_table(name: str | None) -> bool:
    """Say whether a table belongs to the index: FTS5 keeps four beside the one that is asked."""
    return name is not None and name.startswith("post_text")


def faults(database: sqlite3.Connection) -> list[str]:
    """Say whether the index differs from the texts; ``PRAGMA integrity_check`` does not see this."""
    try:
        database.execute("INSERT INTO post_text (post_text, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        return [f"the search index does not fit the posts ({error})"]
    return []


def words(text: str) -> str:
    """Quote what a person typed for MATCH, whose own language chokes on ``C++`` and ``foo-bar``."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in text.split())
