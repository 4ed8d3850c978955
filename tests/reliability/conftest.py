"""What the tests of reliability share: a launcher, a newsroom, and a store that has heard something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.line.place import serving as serving_pages
from tests.notify.mailserver import Script
from tests.notify.mailserver import serving as serving_mail
from tests.reliability.launcher import Launcher
from tests.reliability.scenes import FORUM, LATE, PRESS, RUN, Newsroom


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """Give the helper that starts processes."""
    made = Launcher()
    yield made
    made.close()


@pytest.fixture(scope="session")
def tiny_judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give weights that are loaded at once."""
    from tests.models import tiny

    return tiny.save_onnx(tmp_path_factory.mktemp("judge"), tiny.network(), tiny.manifest())


@pytest.fixture(scope="session")
def newsroom(tiny_judge: Path) -> Iterator[Newsroom]:
    """Open what all scenes listen to and tell."""
    pages: dict[str, bytes] = {}
    script = Script()
    with serving_pages(pages) as base, serving_mail(script) as port:
        yield Newsroom(base, pages, script, port, tiny_judge)


@pytest.fixture(scope="session")
def heard(newsroom: Newsroom, launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which the line has run twice. It is to be copied, never used."""
    folder = tmp_path_factory.mktemp("heard")
    (folder / "config.toml").write_text(newsroom.configuration(), encoding="utf-8")
    for press in (PRESS, [*PRESS, *LATE]):
        newsroom.publish(press, FORUM)
        assert launcher.run(folder, *RUN) == 0
    return folder
