"""Idling: processor time of the real daemon between news, with many feeds of which some are always due.

Each feed is polled once. Then their next polls are laid evenly over a quarter of an hour, as they lie after a while,
and the daemon is watched for some time: whatever is due then is asked and answers that nothing has changed.
"""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command, material
from benchmarks.processes import STORE, daemon
from benchmarks.servers import files

ENTRIES = 10
QUARTER = 900
"""Seconds between two polls of one feed by default."""


@dataclass(frozen=True)
class Figures:
    """What was measured, in so many seconds."""

    feeds: int
    seconds: float
    polls: int
    cpu_percent: float
    memory_mb: float


def main() -> None:
    """Measure and print."""
    parser = command.parser("idle", "Processor time of the daemon with many feeds and no news.")
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    texts = material.texts(asked.data, asked.feeds * ENTRIES)
    command.say("idle", measure(texts, asked.seconds, asked.folder), asked)


def measure(texts: list[str], seconds: float, within: Path) -> Figures:
    """Poll all once, spread them, watch."""
    with command.workplace(within) as folder:
        served = folder / "served"
        served.mkdir()
        written = [_write(served / f"{at}.rss", texts[at : at + ENTRIES]) for at in range(0, len(texts), ENTRIES)]
        with files(served) as base:
            asked = material.listening(material.addresses(base, written))
            (folder / "config.toml").write_text(asked + material.brands(), encoding="utf-8")
            with daemon(folder) as running:
                polled = "SELECT count(*) FROM stream WHERE last_ok_at IS NOT NULL"
                running.until("the polls", lambda: running.ask(polled) == len(written), within=60 + len(written))
                running.until(
                    "the judge",
                    lambda: running.ask("SELECT count(*) FROM mention WHERE NOT evaluated") == 0,
                    within=300,
                )
                _spread(folder / STORE)
                polls = running.ask("SELECT sum(polls) FROM coverage")
                began, cpu = time.perf_counter(), running.cpu
                time.sleep(seconds)
                lasted, cpu = time.perf_counter() - began, running.cpu - cpu
                polls, memory = running.ask("SELECT sum(polls) FROM coverage") - polls, running.memory_mb
    return Figures(len(written), round(lasted, 1), polls, round(100 * cpu / lasted, 2), round(memory, 1))


def _write(path: Path, texts: list[str]) -> Path:
    items = "".join(
        f"<item><guid>urn:bench:{path.stem}:{number}</guid><title>Post {number}</title>"
        f"<description><![CDATA[{text}]]></description></item>"
        for number, text in enumerate(texts)
    )
    path.write_text(f'<rss version="2.0"><channel><title>{path.stem}</title>{items}</channel></rss>', encoding="utf-8")
    return path


def _spread(store: Path) -> None:
    with closing(sqlite3.connect(store, timeout=30)) as database, database:
        (many,) = database.execute("SELECT count(*) FROM stream").fetchone()
        later = "'+' || (id * ? / ?) || ' seconds'"
        database.execute(f"UPDATE stream SET due_at = datetime('now', {later})", (QUARTER, many))  # noqa: S608 - ours


if __name__ == "__main__":
    main()
