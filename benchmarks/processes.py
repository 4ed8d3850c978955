"""Processes that are measured from outside: started, waited for, weighed, ended."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

LISTENER = (sys.executable, "-m", "listener")
STORE = Path("var", "mentions.db")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took from its start to its end."""

    seconds: float
    cpu: float
    peak_mb: float


def timed(command: Sequence[str], folder: Path) -> Run:
    """Run a command to its end; what it prints is shown if it fails."""
    began = time.perf_counter()
    with (folder / "output.txt").open("w+b") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env=_environ())
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise RuntimeError(f"{command} ended with {process.returncode}: {output.read()[-2000:].decode()}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _environ() -> dict[str, str]:
    """Let what is started find the checkout from wherever it is started."""
    root = str(Path(__file__).resolve().parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))}


class Daemon:
    """A running ``listener run``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = (folder / "daemon.log").open("w+b")
        command = (*LISTENER, "--config", "config.toml", "run")
        self._process = subprocess.Popen(command, cwd=folder, stdout=self._log, stderr=self._log, env=_environ())

    def until(self, what: str, holds: Callable[[], bool], *, within: float) -> None:
        """Wait for something. Raises RuntimeError with the daemon's last words if it does not come."""
        end = time.monotonic() + within
        while not holds():
            if self._process.poll() is not None or time.monotonic() > end:
                self._log.seek(0)
                raise RuntimeError(f"{what}: not within {within:g} s: {self._log.read()[-2000:].decode()}")
            time.sleep(0.1)

    def ask(self, query: str) -> int:
        """Ask its store for one number; 0 while there is none."""
        try:
            with closing(sqlite3.connect(f"file:{self._folder / STORE}?mode=ro", uri=True)) as store:
                return int(store.execute(query).fetchone()[0] or 0)
        except sqlite3.OperationalError:
            return 0

    @property
    def memory_mb(self) -> float:
        """Resident memory now."""
        return self._status("VmRSS")

    @property
    def peak_mb(self) -> float:
        """The most resident memory so far."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        status = Path("/proc", str(self._process.pid), "status").read_text(encoding="utf-8")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(name))

    @property
    def cpu(self) -> float:
        """Processor seconds so far."""
        fields = Path("/proc", str(self._process.pid), "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def end(self) -> None:
        """Stop it."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


@contextmanager
def daemon(folder: Path, *, within: float = 60) -> Iterator[Daemon]:
    """Run the daemon of a folder's ``config.toml`` and wait until it knows its streams; stop it at the end."""
    running = Daemon(folder)
    try:
        running.until("the streams", lambda: running.ask("SELECT count(*) FROM stream") > 0, within=within)
        yield running
    finally:
        running.end()
