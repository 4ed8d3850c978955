"""Killed at any named point, the next start goes on: all is stored, judged and alerted once, and told at least once."""

import shutil
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from listener.store.engine import check
from tests.reliability.crash import CUTS, Point, When, openers, writers
from tests.reliability.evidence import Holding, holding
from tests.reliability.launcher import Launcher, said
from tests.reliability.scenes import CLOSE, FETCH, FORUM, LATE, MIGRATE, PRESS, SCENES, SEND, Newsroom, Scene

CASES = [(scene, point) for scene in SCENES for point in scene.cuts()]

READ_ALONE = {
    f"listener.store.{name}"
    for name in (
        "console:ask", "engine:Store.__init__", "engine:Store.fold", "engine:_raw", "engine:_revision_of",
        "engine:check",
    )
}  # fmt: skip
"""What opens the file and changes no row."""

TOLD_BUT_NOT_NOTED = {Point(SEND, When.AFTER), Point(CLOSE, When.BEFORE), Point(CLOSE, When.INSIDE)}
"""Where the mail server has a message and the store does not know."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a scene: the store, and the mails taken by their Message-ID."""

    holding: Holding
    mails: Counter[str]


class Theatre:
    """Where scenes are played, one after the other."""

    def __init__(self, newsroom: Newsroom, launcher: Launcher, heard: Path) -> None:
        self._newsroom = newsroom
        self._launcher = launcher
        self._heard = heard
        self._uninterrupted: dict[str, Ending] = {}

    def set_up(self, scene: Scene, folder: Path) -> None:
        """Make a folder for the scene, and publish and prepare what it begins with."""
        folder.mkdir()
        if scene.fresh:
            (folder / "config.toml").write_text(self._newsroom.configuration(), encoding="utf-8")
        else:
            shutil.copytree(self._heard, folder, dirs_exist_ok=True)
        self._newsroom.publish([*PRESS, *LATE], FORUM)
        self._newsroom.mail.data = "250 OK"
        self._newsroom.mail.taken.clear()
        scene.prepare(folder, self._newsroom)

    def play(self, scene: Scene, folder: Path, *die_at: Point) -> int:
        """Play the scene, to its end or to a point in it; returns the exit code."""
        return self._launcher.run(folder, *scene.arguments, die_at=die_at, twists=scene.twists)

    def ending(self, folder: Path) -> Ending:
        """Say what has come of the scene that was played last."""
        mails = (str(mail["Message-ID"]) for mail in self._newsroom.mail.mails())
        return Ending(holding(folder / "var" / "mentions.db"), Counter(mails))

    def uninterrupted(self, scene: Scene, folder: Path) -> Ending:
        """Say what comes of the scene where nobody is killed, for nobody comes where he must not."""
        if scene.name not in self._uninterrupted:
            self.set_up(scene, folder)
            before = None if scene.fresh else self.ending(folder)
            assert self.play(scene, folder, *scene.forbidden()) == 0, said(folder)
            self._uninterrupted[scene.name] = self.ending(folder)
            assert self._uninterrupted[scene.name] != before, "nothing happens in this scene"
        return self._uninterrupted[scene.name]


@pytest.fixture(scope="session")
def theatre(newsroom: Newsroom, launcher: Launcher, heard: Path) -> Theatre:
    """Open the place where scenes are played."""
    return Theatre(newsroom, launcher, heard)


def named(case: object) -> str:
    """Name a case by what happens in it."""
    return case.name if isinstance(case, Scene) else str(case).rpartition(":")[2]


@pytest.mark.parametrize(("scene", "point"), CASES, ids=named)
def test_cut_short_at_any_point_it_ends_as_if_it_had_not_been(
    scene: Scene, point: Point, theatre: Theatre, tmp_path: Path
) -> None:
    """The same posts, mentions, judgements and alerts; every message told, at most one of them twice."""
    whole = theatre.uninterrupted(scene, tmp_path / "whole")
    folder = tmp_path / "cut"
    theatre.set_up(scene, folder)
    assert theatre.play(scene, folder, point) == -signal.SIGKILL, said(folder)
    assert theatre.play(scene, folder) == 0, said(folder)
    cut = theatre.ending(folder)
    assert cut.holding == whole.holding
    assert cut.mails.keys() == whole.mails.keys()
    doubled = point in TOLD_BUT_NOT_NOTED and bool(whole.mails)
    assert cut.mails.total() - len(cut.mails) == doubled
    assert check(folder / "var" / "mentions.db") == []


@pytest.mark.parametrize("when", CUTS)
def test_a_backup_that_is_cut_short_does_not_pass_for_one(
    when: When, heard: Path, launcher: Launcher, tmp_path: Path
) -> None:
    """It has its name when it is whole, and can be made again where it is not."""
    folder = shutil.copytree(heard, tmp_path / "cut")
    copy, point = folder / "copy.db", Point("listener.store.engine:backup", when)
    assert launcher.run(folder, "db", "backup", "copy.db", die_at=[point]) == -signal.SIGKILL, said(folder)
    assert copy.exists() == (when is When.AFTER)
    assert copy.exists() or launcher.run(folder, "db", "backup", "copy.db") == 0, said(folder)
    assert holding(copy) == holding(folder / "var" / "mentions.db")
    assert check(copy) == []


def test_a_first_run_has_all_in_it(theatre: Theatre, tmp_path: Path) -> None:
    """Or the comparison would be one of nothing with nothing."""
    whole = theatre.uninterrupted(SCENES[0], tmp_path / "whole")
    found = {name: len(rows) for name, rows in whole.holding.items()}
    assert found["post"] == 5
    assert found["mention"] == found["judgement"] == 4
    assert found["alert"] == found["delivery"] == whole.mails.total() == 4


def test_every_place_that_writes_is_a_place_to_be_killed_at() -> None:
    """Whoever adds one to the product adds it to a scene."""
    places = {where for scene in SCENES for where in scene.where} - {FETCH, SEND, MIGRATE}
    assert places == writers() | (openers() - READ_ALONE)
