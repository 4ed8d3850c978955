"""Migrations by Alembic. Append only: a revision that was released is never edited.

A new one comes with the store it makes, as later ones find it: ``python -m tests.store.stored`` writes it down.

| revision | what |
|---|---|
| 0001 | the first tables |
"""

from pathlib import Path

REVISIONS = ("0001",)
HEAD = REVISIONS[-1]


def run(path: Path) -> None:
    """Migrate the store at ``path`` to HEAD in one transaction, then check every reference."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["path"] = path
    command.upgrade(config, HEAD)
