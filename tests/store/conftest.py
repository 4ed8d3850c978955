"""What the tests of the store share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.store import engine, migrations
from tests.scripted import Bench, opened


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Open a bench that listens for Acme, with one channel and no rule."""
    with opened(tmp_path) as made:
        yield made


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
