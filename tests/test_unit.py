"""The systemd units: that systemd takes them, that they fit the daemon, that the daemon can live within them."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from listener.cli.errors import CONFIGURATION
from listener.config.blocks import DaemonBlock
from tests.line.place import EVERYTHING, Place

FOLDER = Path(__file__).resolve().parents[1] / "systemd"
UNIT = FOLDER / "listener.service"

analyzed = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")


def setting(name: str) -> str:
    """Read one setting."""
    (value,) = re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)
    return str(value)


def installed(folder: Path) -> Path:
    """Lay the units out as they are once installed, with a program where they say."""
    for unit in FOLDER.glob("*.service"):
        (folder / unit.name).write_text(unit.read_text().replace("/opt/listener/bin/listener", "/bin/true"))
    return folder / UNIT.name


def ran(*command: object) -> str:
    """Run a tool of systemd's; returns all that it says."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@analyzed
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Without a warning, once the program is where the unit says."""
    unit = installed(tmp_path)
    assert ran("systemd-analyze", "verify", unit, tmp_path / "listener-failure@.service") == ""


@analyzed
def test_little_is_exposed(tmp_path: Path) -> None:
    """By systemd's own measure, of which 10 is a service that may do everything."""
    said = ran("systemd-analyze", "security", "--offline=true", "--no-pager", installed(tmp_path))
    (score,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert float(score) <= 2.0


@analyzed
@pytest.mark.parametrize(
    ("kept_from_it", "but"),
    [
        (("NoNewPrivileges", "AmbientCapabilities", "CapabilityBoundingSet"), set()),
        (("ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "UMask"), set()),
        (("MemoryDenyWriteExecute", "SystemCallArchitectures", "SystemCallFilter"), {"SystemCallFilter_resources"}),
    ],
    ids=["rights", "files", "code and calls"],
)
def test_what_is_promised_is_forbidden(tmp_path: Path, kept_from_it: tuple[str, ...], but: set[str]) -> None:
    """As systemd itself reads the unit: a measure that is low enough may yet leave one of them open."""
    said = ran("systemd-analyze", "security", "--offline=true", "--no-pager", "--json=short", installed(tmp_path))
    found = {row["json_field"]: row["set"] for row in json.loads(said)}
    asked = {name: done for name, done in found.items() if name.startswith(kept_from_it)}
    assert all(any(name.startswith(one) for name in asked) for one in kept_from_it)
    assert {name for name, done in asked.items() if not done} == but


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="no systemd-analyze: nor its siblings")
def test_systemd_makes_the_user(tmp_path: Path) -> None:
    """The one that the unit names."""
    said = ran("systemd-sysusers", "--dry-run", f"--root={tmp_path}", FOLDER / "listener.sysusers")
    assert f"Creating user '{setting('User')}'" in said


def test_the_configuration_is_the_groups_to_read() -> None:
    """The folder that the unit's program is pointed at, for the unit's group."""
    kind, path, mode, *owners = FOLDER.joinpath("listener.tmpfiles").read_text().splitlines()[1].split()
    assert (kind, mode, owners) == ("d", "0750", ["root", setting("Group")])
    assert f"{path}/config.toml" in setting("ExecStart")


def test_systemd_waits_longer_than_the_daemon() -> None:
    """The daemon ends by itself before it is killed."""
    assert timedelta(seconds=int(setting("TimeoutStopSec"))) > DaemonBlock().stop_within


def test_systemd_starts_again_what_can_mend_itself() -> None:
    """A dead loop is started again, a wrong configuration is not; nor does a reload that came too early end it all."""
    assert setting("Restart") == "on-failure"
    assert setting("RestartPreventExitStatus") == str(CONFIGURATION)
    assert setting("RestartForceExitStatus") == "SIGHUP"


def test_failing_for_long_is_told() -> None:
    """OnFailure comes when systemd gives up, so it must: as many starts as it allows fit into its interval."""
    assert setting("OnFailure") == "listener-failure@%n.service"
    assert (setting("StartLimitIntervalSec"), setting("RestartSec")) == ("1h", "30")
    assert int(setting("StartLimitBurst")) * 30 < 3600


def test_memory_is_left_in_no_file() -> None:
    """Not by a crash, nor by the watchdog, whose usual signal dumps it."""
    assert (setting("LimitCORE"), setting("WatchdogSignal")) == ("0", "SIGTERM")


def test_each_setting_is_explained() -> None:
    """By a comment above it, or above the one that it goes with."""
    explained = False
    for line in UNIT.read_text().splitlines():
        explained = line.startswith("#") or (explained and bool(line) and not line.startswith("["))
        if "=" in line and not line.startswith(("Description", "WantedBy", "#")):
            assert explained, line


@pytest.mark.weights
@pytest.mark.parametrize("forbidden", ["memory", pytest.param("memory and calls", marks=analyzed)])
def test_the_line_lives_within_the_unit(tmp_path: Path, forbidden: str) -> None:
    """Collected, judged by the real network, told: with no memory both written and run, and few system calls.

    What it leaves in its folder nobody else may read, nor change; and that folder is closed to all but its group.
    """
    place = Place(tmp_path / "state")
    place.folder.mkdir()
    place.folder.chmod(int(setting("StateDirectoryMode"), 8))
    place.configure(EVERYTHING.replace('name = "every"', 'name = "every"\nper = "author"'))
    place.post("acme lost my parcel and nobody answers, I am furious", "acme is lovely")
    given = set(place.folder.iterdir())
    environ = {"PATH": os.environ["PATH"], "HOME": "/var/lib/listener", "LANG": "C.UTF-8"}  # what systemd sets
    run = ["--config", str(place.file), "run", "--until-idle", "--alert-history", "--json"]
    command = [sys.executable, "-m", "tests.confined", str(UNIT), forbidden, *run]
    done = subprocess.run(command, cwd=FOLDER.parent, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert (counts["judged"], counts["abstained"], counts["deliveries"], counts["errors"]) == (2, 0, 2, 0)
    left = set(place.folder.rglob("*")) - given
    assert {path.name for path in left} >= {"var", "mentions.db", "mentions.db.lock", "told.jsonl"}
    assert {path for path in left if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)} == set()
    assert not place.folder.stat().st_mode & (stat.S_IWGRP | stat.S_IRWXO)
