"""The log, on a real file."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from listener.domain.alert import Receipt
from listener.domain.errors import Deferred
from listener.notify.log import STDERR, Log, Options
from tests.notify import samples
from tests.notify.contract import KEY, NEXT, Bench, NotifierContract


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts.jsonl"


def _log(path: Path | str, **changes: Any) -> Log:
    return Log(Options(**{"name": "log", "path": str(path), **changes}))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


class TestContract(NotifierContract):
    """The log does what every channel does."""

    @pytest.fixture
    def bench(self, path: Path) -> Bench:
        def inbox() -> list[str]:
            return path.read_text().splitlines()

        return Bench(
            lambda **changes: _log(**{"path": path, **changes}), inbox, "none", {"path": path / "no" / "folder"}
        )


def test_one_object_a_line_with_values(path: Path) -> None:
    """Programs find numbers as numbers, times in UTC, the words that matched, and what the line joins."""
    _log(path).send(samples.follow_up(), NEXT, Receipt("before"))
    (line,) = _lines(path)
    assert (line["key"], line["previous"]) == (NEXT, "before")
    assert (line["alert"], line["number"], line["events"], line["held_back"]) == (42, 2, 19, 7)
    assert line["at"] == "2026-03-09T14:05:00+00:00"
    assert line["excerpts"][0]["matched"] == ["Quillnet", "router"]
    assert line["excerpts"][0]["text"].startswith("Third evening")
    assert (line["excerpts"][0]["reach"], line["excerpts"][0]["copies"]) == (12_400, 3)
    assert line["excerpts"][0]["posted_at"] == "2026-03-09T12:54:00+00:00"


def test_the_receipt_is_the_key(path: Path) -> None:
    """A reader drops a repeat by it."""
    log = _log(path)
    assert log.send(samples.message(), KEY, None) == log.send(samples.message(), KEY, None)
    assert [line["key"] for line in _lines(path)] == [KEY, KEY]


def test_half_a_line_of_a_crash_spoils_no_other(path: Path) -> None:
    """The next line begins on its own."""
    path.write_text('{"key": "hal')
    _log(path).send(samples.message(), KEY, None)
    assert json.loads(path.read_text().splitlines()[1])["key"] == KEY


def test_it_is_on_the_disk_before_the_receipt(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File and, where it is new, folder are synced."""
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(stat.S_ISDIR(os.fstat(fd).st_mode)))
    _log(path).send(samples.message(), KEY, None)
    _log(path).send(samples.message(), KEY, None)
    assert synced == [False, True, False]


def test_nobody_else_may_read_it(path: Path) -> None:
    """It quotes people."""
    _log(path).send(samples.message(), KEY, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Under systemd that is the journal."""
    _log(STDERR).send(samples.message(), KEY, None)
    assert json.loads(capsys.readouterr().err)["key"] == KEY


def test_a_full_disk_defers() -> None:
    """The message is not lost, and the cause is told."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with pytest.raises(Deferred, match="No space left"):
        _log("/dev/full").send(samples.message(), KEY, None)
