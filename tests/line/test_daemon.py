"""The daemon as a process: signals, reload, one a store, an end that is noticed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.line.place import EVERYTHING, LOG

LIMIT = 60.0


def write(folder: Path, number: int, text: str) -> None:
    """Append a post of this minute to the file that the source reads."""
    at = datetime.now(UTC) + timedelta(seconds=5)
    with (folder / "posts.jsonl").open("a") as file:
        file.write(json.dumps({"native_id": f"n{number}", "text": text, "created_at": at.isoformat()}) + "\n")


def until(what: str, holds: object, process: subprocess.Popen[str]) -> None:
    """Wait for something; fails with the process's words if it ends or takes too long."""
    end = time.monotonic() + LIMIT
    while not holds():  # type: ignore[operator]
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            pytest.fail(f"{what} did not happen: {process.communicate()[1][-2000:]}")
        time.sleep(0.05)


@contextmanager
def daemon(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run ``listener run`` in a folder; whatever is left of it is killed at the end."""
    command = [sys.executable, "-m", "listener", "--config", str(folder / "config.toml"), "run"]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    os.set_blocking(process.stderr.fileno(), True)  # type: ignore[union-attr]
    try:
        until("the store", lambda: streams(folder) == 1, process)
        yield process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()  # type: ignore[union-attr]


def ask(folder: Path, query: str) -> int:
    """Count in the daemon's store; 0 while there is none."""
    try:
        database = sqlite3.connect(f"file:{folder}/var/mentions.db?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return 0
    try:
        return int(database.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        database.close()


def streams(folder: Path) -> int:
    return ask(folder, "SELECT count(*) FROM stream")


def told(folder: Path) -> int:
    path = folder / "told.jsonl"
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(EVERYTHING)
    (tmp_path / "posts.jsonl").touch()
    return tmp_path


def test_it_listens_and_ends_well_when_told_to(folder: Path) -> None:
    """A post written while it runs is told; SIGTERM ends it with 0 and says so."""
    with daemon(folder) as process:
        write(folder, 1, "acme lost my parcel")
        until("the alert", lambda: told(folder) == 1, process)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, said
    assert "stopped" in said


def test_a_second_daemon_is_asked_to_come_later(folder: Path) -> None:
    """Exit 75 and the number of the process that holds the store."""
    with daemon(folder) as process:
        second = subprocess.run(process.args, cwd=folder, capture_output=True, text=True, timeout=LIMIT, check=False)
        assert (second.returncode, str(process.pid) in second.stderr) == (75, True)


def test_a_good_new_configuration_is_taken_and_a_bad_one_is_not(folder: Path) -> None:
    """SIGHUP with a mistake keeps the old configuration in force; with a good file the new one."""
    with daemon(folder) as process:
        (folder / "config.toml").write_text(EVERYTHING + "[[brand]]\nnaem = 'x'\n")
        process.send_signal(signal.SIGHUP)
        write(folder, 1, "acme lost my parcel")
        until("the alert under the old configuration", lambda: told(folder) == 1, process)
        (folder / "config.toml").write_text(EVERYTHING + '[[brand]]\nname = "Larch"\nquery = "larch"\n')
        process.send_signal(signal.SIGHUP)
        until("the new brand", lambda: ask(folder, "SELECT count(*) FROM brand") == 2, process)
        write(folder, 2, "larch is no better")
        until("the alert on the new brand", lambda: told(folder) == 2, process)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=LIMIT)
    assert "the old one stays" in said
    assert "is in force" in said


def test_a_dead_loop_ends_the_process_with_its_reason(folder: Path) -> None:
    """A daemon that cannot work is not to look as if it did."""
    with daemon(folder) as process:
        database = sqlite3.connect(folder / "var" / "mentions.db", timeout=10)
        database.execute("ALTER TABLE mention RENAME TO astray")
        database.close()
        _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert "a loop died" in said
    assert "no such table" in said


def test_a_killed_daemon_loses_nothing(folder: Path) -> None:
    """After kill -9 the next one goes on: every post once, every alert told at least once."""
    with daemon(folder) as process:
        write(folder, 1, "acme lost my parcel")
        until("the post", lambda: ask(folder, "SELECT count(*) FROM post") == 1, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with daemon(folder) as process:
        write(folder, 2, "acme lost mine as well")
        until("both posts", lambda: ask(folder, "SELECT count(*) FROM judgement") == 2, process)
        until("the alert", lambda: told(folder) >= 1, process)
    assert ask(folder, "SELECT count(*) FROM post") == 2
    assert ask(folder, "SELECT count(*) FROM alert") == 1


def test_what_cannot_be_delivered_stays_in_the_outbox(folder: Path) -> None:
    """A channel that fails keeps its message, and the reason is in the store."""
    away = LOG.replace('path = "told.jsonl"', 'path = "missing/told.jsonl"')
    (folder / "config.toml").write_text(EVERYTHING.replace(LOG, away))
    (folder / "missing").touch()  # a file where the folder should be
    with daemon(folder) as process:
        write(folder, 1, "acme lost my parcel")
        failed = "SELECT count(*) FROM delivery WHERE attempts > 0 AND error <> ''"
        until("the attempt", lambda: ask(folder, failed) == 1, process)
        assert ask(folder, "SELECT count(*) FROM delivery WHERE state = 'pending'") == 1
