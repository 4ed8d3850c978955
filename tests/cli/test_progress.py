"""Progress of long work: on a terminal alone."""

import os
import pty
import subprocess
import sys

CODE = (
    "from listener.cli.progress import progress\nwith progress() as report: report('collect', 2); report('collect', 3)"
)


def said(stderr: int) -> int:
    """Report some progress in a process whose error output is ``stderr``."""
    environ = {**os.environ, "TERM": "xterm"}
    return subprocess.run([sys.executable, "-c", CODE], stderr=stderr, env=environ, check=True).returncode


def test_a_terminal_shows_how_far_each_stage_is() -> None:
    """One line that moves."""
    reading, writing = pty.openpty()
    said(writing)
    os.close(writing)
    assert "collect 5" in os.read(reading, 65536).decode()
    os.close(reading)


def test_a_pipe_is_left_alone() -> None:
    """What reads our errors gets errors only."""
    reading, writing = os.pipe()
    said(writing)
    os.close(writing)
    assert os.read(reading, 65536) == b""
    os.close(reading)
