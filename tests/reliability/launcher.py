"""Starting ``listener`` a hundred times without waiting a hundred times for its imports.

A helper process loads the program once, with no thread running, and makes a copy of itself for every start. Each
copy is a process of its own with the real command line in it, and can be killed like any other. Neither it nor the
helper outlives the tests, should those be killed.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from tests.reliability.crash import Point, arm
from tests.reliability.twists import TWISTS

ROOT = Path(__file__).parents[2]
SAID = "said.txt"
"""Where in its folder a process leaves what it says."""

PR_SET_PDEATHSIG = 1

LOADED = (
    "css_inline", "jinja2", "xml.sax.expatreader",
    "listener.cli.commands", "listener.daemon", "connectors.rss", "listener.notify.mail", "models.onnx_judge",
)  # fmt: skip
"""What every process would load for itself, the libraries among it that a first mail or feed asks for."""


def said(folder: Path) -> str:
    """Return the last words of the processes that ran in a folder."""
    return (folder / SAID).read_text(encoding="utf-8")[-3000:]


@dataclass(frozen=True, slots=True)
class Order:
    """What to start: arguments of ``listener``, in which folder, to die where, and with which twists."""

    folder: str
    arguments: tuple[str, ...]
    points: tuple[str, ...] = ()
    twists: tuple[str, ...] = ()


class Running:
    """A process that was started; whatever is left of it at the end of a ``with`` is killed."""

    def __init__(self, pid: int, launcher: "Launcher") -> None:
        self.pid = pid
        self._launcher = launcher
        self._code: int | None = None

    def kill(self) -> int:
        """Kill it as nobody can prevent, and return its exit code: -9 if it was alive."""
        return self._end(signal.SIGKILL)

    def end(self) -> int:
        """Ask it to end, and return its exit code."""
        return self._end(signal.SIGTERM)

    def wait(self) -> int:
        """Wait for its end and return its exit code, negative for the signal that ended it."""
        if self._code is None:
            self._code = self._launcher.answer()
        return self._code

    def _end(self, how: signal.Signals) -> int:
        if self._code is None:
            # the launcher reaps it when it ends, and nobody else is given its number so soon
            with suppress(ProcessLookupError):
                os.kill(self.pid, how)
        return self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Launcher:
    """The helper process, as the tests see it. It starts one process at a time."""

    def __init__(self) -> None:
        # a library that starts threads when it is loaded would leave copies without them
        environ = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env=environ | {"OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, folder: Path, *arguments: str, die_at: Sequence[Point] = (), twists: Sequence[str] = ()) -> Running:
        """Start ``listener`` with the folder's configuration."""
        order = Order(str(folder), arguments, tuple(map(str, die_at)), tuple(twists))
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        return Running(self.answer(), self)

    def run(self, folder: Path, *arguments: str, die_at: Sequence[Point] = (), twists: Sequence[str] = ()) -> int:
        """Start ``listener`` and wait for its end; returns its exit code."""
        with self.start(folder, *arguments, die_at=die_at, twists=twists) as running:
            return running.wait()

    def answer(self) -> int:
        """Return the next number that the helper says."""
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Let the helper end."""
        self._process.communicate()


def serve() -> None:
    """Start what is asked for, line by line: say its number, then its exit code."""
    from models.language import detect

    _die_with_the_parent()
    for name in LOADED:
        __import__(name)
    detect("which language is this?")  # its model is loaded when it is first asked
    assert threading.active_count() == len(list(Path("/proc/self/task").iterdir())) == 1, "a copy has but one thread"
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(Order(**json.loads(line)))
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _die_with_the_parent() -> None:
    if sys.platform == "linux":  # others do not know of it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _become(order: Order) -> None:
    """Be ``listener`` from here on, and nothing after it."""
    code: Any = 1
    try:
        _die_with_the_parent()
        os.chdir(order.folder)
        said = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(said, 1)
        os.dup2(said, 2)
        for twist in order.twists:
            TWISTS[twist]()
        arm(map(Point.parse, order.points))
        code = _listener(["--config", f"{order.folder}/config.toml", *order.arguments])
    except BaseException:  # noqa: BLE001 - said where the process says all, and not one step up into the helper
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _listener(arguments: list[str]) -> int:
    from listener.cli import main

    sys.argv = ["listener", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    serve()
