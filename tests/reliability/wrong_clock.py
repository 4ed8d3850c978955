"""Run ``listener`` under a clock that can be set: the seconds in the file named first are added to it."""

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import time_machine

from listener.cli import main


def follow(file: Path, clock: time_machine.Traveller) -> None:
    """Set the clock whenever the file has come, and take the file away."""
    waiting = threading.Event()
    while not waiting.wait(0.05):
        if file.exists():
            clock.shift(float(file.read_text()))
            file.unlink()


if __name__ == "__main__":
    where = Path(sys.argv.pop(1))
    traveller = time_machine.travel(datetime.now(UTC), tick=True).start()
    threading.Thread(target=follow, args=(where, traveller), daemon=True).start()
    main()
