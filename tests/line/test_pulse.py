"""Who is told that the daemon lives, and that nobody is told so when it does not."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from loguru import logger

from listener.app.heartbeat import Heartbeat, heartbeat_of
from listener.cli.errors import CONFIGURATION
from listener.config.blocks import DaemonBlock
from listener.daemon import warm
from listener.domain.errors import ConfigError, ListenerError
from listener.domain.secret import Secret
from listener.loops import BEAT, Loops
from listener.net.client import Client
from listener.pulse import Pulse
from listener.stages.assess import PROBE
from listener.store.engine import Store, open_store
from listener.systemd import Systemd
from models.manifest import WEIGHTS
from tests.line.place import EVERYTHING, Place, silent
from tests.line.test_daemon import LIMIT, daemon, slow_mail, until, write
from tests.manager import managing
from tests.scripted import T0, ScriptedJudge
from tests.test_loops import Counting
from tests.test_loops import until as eventually

BEATING = '[daemon]\nheartbeat = { env = "BEAT_URL" }\n'
SECRET = "/ping/8d1f3c52-hush"
HASTY = """
import listener.pulse
from listener.cli import main
listener.pulse.CALM = 0.1
main()
"""
"""A program that thinks of its heartbeat ten times a second."""


class Monitor(HTTPServer):
    """A monitoring service on loopback; answers as told and keeps the paths that were asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self.status = 200

    @property
    def url(self) -> str:
        """The secret URL."""
        return f"http://127.0.0.1:{self.server_port}{SECRET}"


class _Answer(BaseHTTPRequestHandler):
    server: Monitor

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    with Monitor() as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(EVERYTHING)
    (tmp_path / "posts.jsonl").touch()
    return tmp_path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/mentions.db", now=T0)
    yield opened
    opened.close()


@pytest.fixture
def loops() -> Iterator[Loops]:
    made = Loops(lambda: T0, lambda _error: None)
    yield made
    made.stop()
    assert made.ended(LIMIT)


def test_systemd_hears_of_the_whole_life(folder: Path) -> None:
    """Ready with a status, beats, a reload by its beginning and end, the last step, the end."""
    with managing(folder) as manager, daemon(folder, **manager.environ(watchdog=1.5)) as process:
        until("ready", lambda: manager.told("READY"), process)
        assert manager.heard[0] == {
            "READY": "1",
            "STATUS": "streams 1, mentions to judge 0, messages to send 0, last step none yet",
        }
        until("three beats", lambda: len(manager.told("WATCHDOG")) > 2, process)
        write(folder, 1, "acme lost my parcel")
        until("the last step", lambda: "last step deliver at " in manager.told("STATUS")[-1], process)
        (folder / "config.toml").write_text("nonsense")
        process.send_signal(signal.SIGHUP)
        until("the end of the reload", lambda: len(manager.told("READY")) == 2, process)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, said
    order = [name for heard in manager.heard for name in ("READY", "RELOADING", "STOPPING") if name in heard]
    assert order == ["READY", "RELOADING", "READY", "STOPPING"]


def test_a_stage_that_hangs_gets_no_more_beats(folder: Path) -> None:
    """A message that hangs for longer than a step may take: its stage is named, and the watchdog may bite."""
    with silent() as server:
        (folder / "config.toml").write_text(slow_mail(server.port) + '[daemon]\nstep_within = "2 s"\n')
        with managing(folder) as manager, daemon(folder, **manager.environ(watchdog=1.5)) as process:
            until("a beat", lambda: manager.told("WATCHDOG"), process)
            write(folder, 1, "acme lost my parcel")
            until("the delivery", lambda: server.held, process)
            named = "deliver ended no step within 2 s"
            until("its name", lambda: manager.told("STATUS").count(named) > 3, process)
            first = next(at for at, heard in enumerate(manager.heard) if heard["STATUS"] == named)
            assert not any("WATCHDOG" in heard for heard in manager.heard[first:])


def test_a_daemon_whose_judge_is_damaged_is_never_ready(folder: Path) -> None:
    """It ends with the reason before it says that it listens."""
    shutil.copytree(WEIGHTS, folder / "weights")
    for network in (folder / "weights").glob("*.onnx"):
        network.write_bytes(b"broken")
    (folder / "config.toml").write_text(EVERYTHING + '[judge]\nmodel = "./weights"\n')
    command = [sys.executable, "-m", "listener", "--config", str(folder / "config.toml"), "run"]
    with managing(folder) as manager:
        environ = os.environ | manager.environ()
        ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert ended.returncode == CONFIGURATION, ended.stderr
    assert not manager.heard


def test_a_judge_is_asked_before_anybody_is_told() -> None:
    """One that cannot judge a plain sentence is refused, by name of what it said."""
    judge = ScriptedJudge()
    assert warm(judge).asked == [PROBE.text]  # type: ignore[attr-defined]
    judge.broken = True
    with pytest.raises(ListenerError, match=r"plain sentence \(RuntimeError: the judge broke\)"):
        warm(judge)


def test_a_store_that_does_not_answer_gets_no_beat(tmp_path: Path, store: Store, loops: Loops) -> None:
    """Though every stage still moves."""
    with managing(tmp_path) as manager:
        pulse = Pulse(loops, Systemd(manager.environ()))
        pulse.watch(store, DaemonBlock(), None)
        pulse.beat()
        database = sqlite3.connect(store.path)
        database.execute("ALTER TABLE delivery RENAME TO astray")
        database.close()
        pulse.beat()
        pulse.ready()
    well, ill, ready = manager.heard
    assert well["WATCHDOG"] == "1"
    assert ("WATCHDOG" in ill, "no such table" in ill["STATUS"]) == (False, True)
    assert "no such table" in ready["STATUS"]


def test_the_heartbeat_is_sent_while_all_live(
    tmp_path: Path, store: Store, loops: Loops, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once they have for as long as a step may take, and not when a stage hangs."""
    monkeypatch.setattr("listener.pulse.CALM", 0.0)
    place, stage = Place(tmp_path, environ={"BEAT_URL": monitor.url}), Counting()
    config = place.configure(EVERYTHING + BEATING + 'step_within = "1 s"\n')
    with heartbeat_of(config, place.world) as heartbeat:
        began, pulse = time.monotonic(), Pulse(loops, Systemd({}))
        pulse.watch(store, config.daemon, heartbeat)
        loops.drive([stage])

        def called() -> bool:
            pulse.call()
            return bool(monitor.asked)

        assert not called()
        eventually(called)
        assert (monitor.asked, time.monotonic() - began >= 1) == ([SECRET], True)
        stage.go.clear()
        eventually(lambda: loops.stuck(BEAT))
        pulse.call()
        stage.go.set()
    assert monitor.asked == [SECRET]


def test_a_daemon_sends_heartbeats(folder: Path, monitor: Monitor) -> None:
    """Once it has run for as long as a step may take; its URL is in no line that it writes."""
    (folder / "config.toml").write_text(EVERYTHING + BEATING + 'log_level = "debug"\nstep_within = "2 s"\n')
    monitor.status = 500
    with daemon(folder, "-c", HASTY, BEAT_URL=monitor.url) as process:
        until("the heartbeat", lambda: monitor.asked, process)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    assert SECRET not in said


def test_a_daemon_that_dies_young_sends_no_heartbeat(folder: Path, monitor: Monitor) -> None:
    """However often it is started again: a monitoring service that heard of each start would call it well."""
    (folder / "config.toml").write_text(EVERYTHING + BEATING)
    with managing(folder) as manager:
        for _ in range(2):
            manager.heard.clear()
            with daemon(folder, "-c", HASTY, BEAT_URL=monitor.url, **manager.environ(watchdog=0.5)) as process:
                until("some beats", lambda: len(manager.told("WATCHDOG")) > 5, process)
                process.send_signal(signal.SIGKILL)
                process.wait()
    assert monitor.asked == []


@pytest.mark.parametrize("url", ["", "http://127.0.0.2:1/ping/hush", "http://10.0.0.1/ping/hush", "ping-hush", "{}"])
def test_a_heartbeat_that_fails_is_logged_and_no_more(tmp_path: Path, monitor: Monitor, url: str) -> None:
    """Whatever is wrong: no URL, nobody there, not allowed there, none at all, a service that knows no such URL."""
    said: list[str] = []
    logger.add(said.append, format="{message} {extra}")
    monitor.status = 404
    place = Place(tmp_path, environ={"BEAT_URL": url.format(monitor.url)})
    with heartbeat_of(place.configure(EVERYTHING + BEATING), place.world) as heartbeat:
        assert heartbeat is not None
        heartbeat.send()
    (line,) = said
    assert "did not arrive" in line
    assert "hush" not in line


def test_whatever_else_fails_it_is_not_fatal(tmp_path: Path) -> None:
    """And foreign words, which may hold the URL, are not logged."""
    said: list[str] = []
    logger.add(said.append, format="{message} {extra}")

    def reveal(_secret: Secret) -> str:
        raise RuntimeError("hush")

    with Client("listenerd/0") as client:
        Heartbeat(Secret(env="BEAT_URL"), reveal, client).send()
    (line,) = said
    assert ("RuntimeError" in line, "hush" in line) == (True, False)


def test_its_url_is_a_secret(tmp_path: Path) -> None:
    """`listener check` looks for it, and written into the file it is refused."""
    place = Place(tmp_path)
    assert [path for path, _ in place.configure(EVERYTHING + BEATING).secrets()] == ["daemon.heartbeat"]
    with pytest.raises(ConfigError, match="say where it is kept") as refused:
        place.configure(EVERYTHING + '[daemon]\nheartbeat = "https://ping.example/hush"\n')
    assert "hush" not in str(refused.value)


def test_without_one_there_is_none(tmp_path: Path) -> None:
    """The daemon of who configured no heartbeat asks nobody."""
    place = Place(tmp_path)
    with heartbeat_of(place.configure(EVERYTHING), place.world) as heartbeat:
        assert heartbeat is None
