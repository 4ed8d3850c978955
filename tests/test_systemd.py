"""What systemd is told, on a real socket."""

import os
import time
from pathlib import Path

import pytest
from loguru import logger

from listener.systemd import Systemd
from tests.manager import managing


@pytest.mark.parametrize("abstract", [False, True])
def test_everything_it_says_is_heard(tmp_path: Path, *, abstract: bool) -> None:
    """In the protocol's words, on a socket with a file and on one without."""
    before = time.monotonic_ns() // 1000
    with managing(tmp_path, abstract=abstract) as manager:
        systemd = Systemd(manager.environ())
        systemd.ready("all is well")
        systemd.status("still well", alive=True)
        systemd.status("not so well", alive=False)
        systemd.reloading()
        systemd.stopping()
    at = manager.heard[3].pop("MONOTONIC_USEC")
    assert before <= int(at) <= time.monotonic_ns() // 1000
    assert manager.heard == [
        {"READY": "1", "STATUS": "all is well"},
        {"STATUS": "still well", "WATCHDOG": "1"},
        {"STATUS": "not so well"},
        {"RELOADING": "1"},
        {"STOPPING": "1", "STATUS": "stopping"},
    ]


def test_a_status_is_one_line(tmp_path: Path) -> None:
    """What an error says over several lines must not be taken for fields of ours."""
    with managing(tmp_path) as manager:
        Systemd(manager.environ()).status("it broke\nREADY=1", alive=False)
    assert manager.heard == [{"STATUS": "it broke READY=1"}]


def test_nobody_is_told_where_nobody_asked() -> None:
    """Run by hand it says nothing, and complains of nothing."""
    said: list[str] = []
    logger.add(said.append)
    systemd = Systemd({})
    systemd.ready("well")
    assert (systemd.listens, systemd.watchdog, said) == (False, None, [])


def test_a_manager_that_is_gone_is_no_reason_to_end(tmp_path: Path) -> None:
    """It is logged."""
    said: list[str] = []
    logger.add(said.append)
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("well")
    assert "could not be told" in said[0]


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("120000000", "", 120.0),
        ("1500000", "ours", 1.5),
        ("1500000", "1", None),  # meant for the process that started us
        ("0", "", None),
        ("", "", None),
        ("soon", "", None),
    ],
)
def test_the_watchdog_of_this_process_counts(usec: str, pid: str, seconds: float | None) -> None:
    """Only a number that is meant for us, in microseconds."""
    environ = {"WATCHDOG_USEC": usec, "WATCHDOG_PID": pid.replace("ours", str(os.getpid()))}
    assert Systemd(environ).watchdog == seconds
