"""The systemd unit: that systemd takes it, and that it fits the daemon."""

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from listener.cli.errors import CONFIGURATION
from listener.config.blocks import DaemonBlock

UNIT = Path(__file__).resolve().parents[1] / "systemd" / "listener.service"


def setting(name: str) -> str:
    """Read one setting."""
    (value,) = re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)
    return str(value)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """Without a warning, once the program is where the unit says."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/listener/bin/listener", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_systemd_waits_longer_than_the_daemon() -> None:
    """The daemon ends by itself before it is killed."""
    assert timedelta(seconds=int(setting("TimeoutStopSec"))) > DaemonBlock().stop_within


def test_systemd_starts_again_what_can_mend_itself() -> None:
    """A dead loop is started again, a wrong configuration is not; nor does a reload that came too early end it all."""
    assert setting("Restart") == "on-failure"
    assert setting("RestartPreventExitStatus") == str(CONFIGURATION)
    assert setting("RestartForceExitStatus") == "SIGHUP"
