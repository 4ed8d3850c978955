"""Calling commands as the shell does, without a new process."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from listener.cli import main
from tests.line.place import Place


class Said(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Listener = Callable[..., Said]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Give a folder with nothing in it yet."""
    return Place(tmp_path)


@pytest.fixture
def listener(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Listener:
    """Give a function that runs ``listener`` with the place's configuration and returns what it did."""

    def call(*arguments: str, typed: str = "") -> Said:
        import io

        monkeypatch.setattr("sys.argv", ["listener", "--config", str(place.file), *arguments])
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8"))
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return Said(code, *capsys.readouterr())

    return call
