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

from tests.line.place import BRAND, EVERY_MENTION, EVERYTHING, HEAD, LOG, silent

LIMIT = 60.0

BOUND = '[daemon]\nstop_within = "1 s"\n'


def slow_mail(port: int) -> str:
    """Write a configuration whose only channel is a mail server on 127.0.0.2."""
    mail = f"""
[[channel]]
name = "log"
type = "mail"
host = "127.0.0.2"
port = {port}
sender = "listener@example.com"
to = ["team@example.com"]
"""
    return EVERYTHING.replace(LOG, mail)


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
def daemon(folder: Path, *program: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``listener run`` in a folder, with more variables; whatever is left of it is killed at the end."""
    command = [sys.executable, *(program or ("-m", "listener")), "--config", str(folder / "config.toml"), "run"]
    process = subprocess.Popen(command, cwd=folder, env=os.environ | environ, stderr=subprocess.PIPE, text=True)
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
    """Exit 75 and the number of the process that holds the store; that one goes on."""
    with daemon(folder) as process:
        second = subprocess.run(process.args, cwd=folder, capture_output=True, text=True, timeout=LIMIT, check=False)
        assert (second.returncode, str(process.pid) in second.stderr) == (75, True)
        write(folder, 1, "acme lost my parcel")
        until("the alert", lambda: told(folder) == 1, process)


def test_a_good_new_configuration_is_taken_and_a_bad_one_is_not(folder: Path) -> None:
    """SIGHUP with mistakes names each and keeps the old configuration in force; with a good file the new one."""
    with daemon(folder) as process:
        assert process.stderr
        (folder / "config.toml").write_text(EVERYTHING + "[[brand]]\nnaem = 'x'\n[[channel]]\ntype = 'pigeon'\n")
        process.send_signal(signal.SIGHUP)
        refusal = next(line for line in process.stderr if "the old one stays" in line)
        assert ("naem" in refusal, "pigeon" in refusal) == (True, True)
        write(folder, 1, "acme lost my parcel")
        until("the alert under the old configuration", lambda: told(folder) == 1, process)
        larch = '[[brand]]\nname = "Larch"\nquery = "larch"\n[daemon]\nlog_level = "debug"\n'
        (folder / "config.toml").write_text(EVERYTHING + larch)
        process.send_signal(signal.SIGHUP)
        until("the new brand", lambda: ask(folder, "SELECT count(*) FROM brand") == 2, process)
        write(folder, 2, "larch is no better")
        until("the alert on the new brand", lambda: told(folder) == 2, process)
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
    assert "polled" in said


def test_a_new_configuration_waits_for_one_step_not_for_all_work(folder: Path) -> None:
    """While a long file is still being read the new brand is listened for already."""
    at, many = datetime.now(UTC).isoformat(), 100_000
    lines = [json.dumps({"native_id": f"n{number}", "text": "hello", "created_at": at}) for number in range(many)]
    with daemon(folder) as process:
        (folder / "posts.jsonl").write_text("\n".join(lines) + "\n")
        until("the first posts", lambda: ask(folder, "SELECT count(*) FROM post") > 0, process)
        (folder / "config.toml").write_text(EVERYTHING + '[[brand]]\nname = "Larch"\nquery = "larch"\n')
        process.send_signal(signal.SIGHUP)
        until("the new brand", lambda: ask(folder, "SELECT count(*) FROM brand") == 2, process)
        assert ask(folder, "SELECT count(*) FROM post") < many


def test_a_site_is_not_asked_twice_at_once_over_a_new_configuration(folder: Path) -> None:
    """What the former line still waits for is waited for; then the site is asked again, and what it says is kept."""
    with silent() as server:
        feed = f'[[source]]\nname = "press"\nconnector = "rss"\nurls = ["http://{server}/feed"]\n'
        (folder / "config.toml").write_text(HEAD + BRAND + LOG + EVERY_MENTION + feed)
        with daemon(folder) as process:
            until("the request", lambda: server.held, process)
            (folder / "config.toml").write_text(EVERYTHING + feed)
            process.send_signal(signal.SIGHUP)
            until("the new source", lambda: streams(folder) == 2, process)
            write(folder, 1, "acme lost my parcel")
            until("the alert under the new configuration", lambda: told(folder) == 1, process)
            assert len(server.held) == 1
            server.held[0].close()
            until("the second request", lambda: len(server.held) == 2, process)


def test_what_does_not_end_is_left_when_the_time_is_up(folder: Path) -> None:
    """A mail server that keeps us waiting for too long: exit 0; the message stays, and the next daemon sends it."""
    with silent() as server:
        (folder / "config.toml").write_text(slow_mail(server.port) + BOUND)
        with daemon(folder) as process:
            write(folder, 1, "acme lost my parcel")
            until("the delivery", lambda: server.held, process)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, said
    assert "did not end in time" in said
    assert ask(folder, "SELECT count(*) FROM delivery WHERE state <> 'sent'") == 1
    (folder / "config.toml").write_text(EVERYTHING)
    with daemon(folder) as process:
        until("the alert", lambda: told(folder) == 1, process)


def test_a_slow_site_does_not_hold_up_the_end(folder: Path) -> None:
    """What it would have brought was not committed, and is asked for again."""
    with silent() as server:
        feed = f'[[source]]\nname = "press"\nconnector = "rss"\nurls = ["http://{server}/feed"]\n'
        (folder / "config.toml").write_text(HEAD + 'timeout = "10 min"\n' + BRAND + feed)
        with daemon(folder) as process:
            until("the request", lambda: server.held, process)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=LIMIT)
    assert (process.returncode, "stopped" in said) == (0, True), said


def test_asked_twice_it_ends_hard(folder: Path) -> None:
    """Who asks again does not want to wait: exit 1 before the time is up."""
    with silent() as server:
        (folder / "config.toml").write_text(slow_mail(server.port) + BOUND.replace("1 s", "10 min"))
        with daemon(folder) as process:
            write(folder, 1, "acme lost my parcel")
            until("the delivery", lambda: server.held, process)
            end = time.monotonic() + LIMIT
            while process.poll() is None and time.monotonic() < end:
                process.send_signal(signal.SIGTERM)
                time.sleep(0.05)
            assert process.poll() == 1


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


def test_a_dead_loop_says_why_though_another_hangs(folder: Path) -> None:
    """Even where the time is up before all work has ended."""
    with silent() as server:
        (folder / "config.toml").write_text(slow_mail(server.port) + BOUND)
        with daemon(folder) as process:
            write(folder, 1, "acme lost my parcel")
            until("the delivery", lambda: server.held, process)
            database = sqlite3.connect(folder / "var" / "mentions.db", timeout=10)
            database.execute("ALTER TABLE stream RENAME TO astray")
            database.close()
            _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert "no such table" in said.partition("a loop died")[2]


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
