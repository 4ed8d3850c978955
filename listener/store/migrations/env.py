"""How Alembic reaches the store: one transaction, foreign keys off before it and checked at its end."""

import sqlite3

from alembic import context
from sqlalchemy import URL, Connection, create_engine, event
from sqlmodel import SQLModel

from listener.store import derived, search, tables  # noqa: F401 - fills the metadata

engine = create_engine(URL.create("sqlite", database=str(context.config.attributes["path"])))


@event.listens_for(engine, "connect")
def _connect(connection: sqlite3.Connection, _: object) -> None:
    # a batch that rebuilds a parent table would cascade into its children
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA secure_delete = ON")


@event.listens_for(engine, "begin")
def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _clear(connection: Connection) -> None:
    """Take views and triggers away: a rebuilt table loses its triggers, and a view of it forbids the rebuilding."""
    found = [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(derived.FOUND)]
    for statement in derived.drops(found):
        connection.exec_driver_sql(statement)


try:
    with engine.begin() as connection:
        _clear(connection)
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            include_name=lambda name, kind, _: kind != "table" or not search.is_table(name),
        )
        context.run_migrations()
        _clear(connection)
        for statement in derived.statements():
            connection.exec_driver_sql(statement)
        # the triggers were away: whatever a migration did to the texts is read again
        connection.exec_driver_sql("INSERT INTO post_text (post_text) VALUES ('rebuild')")
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"{len(broken)} rows would point at nothing, first in {broken[0][0]}")
finally:
    engine.dispose()
