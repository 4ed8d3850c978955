"""Memory: of the real daemon while it collects, judges and evaluates many mentions that came at once.

Posts are recorded texts from one file of JSON Lines, all of which match; one rule tells of angry complaints, another
counts within an hour. What is measured is resident memory, when a half and when all of them were judged.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command, material
from benchmarks.processes import Daemon, daemon

CONFIG = """
[[brand]]
name = "Acme"
query = "acme"
[[source]]
name = "posts"
connector = "jsonl"
path = "posts.jsonl"
[[channel]]
name = "log"
type = "log"
path = "told.jsonl"
[[rule]]
name = "angry"
type = "mention"
complaint = true
min_anger = 0.6
channels = ["log"]
[[rule]]
name = "storm"
type = "frequency"
sentiment = ["negative"]
count = 10
authors = 5
within = "1 h"
channels = ["log"]
"""
EVALUATED = "SELECT count(*) FROM mention WHERE evaluated"


@dataclass(frozen=True)
class Figures:
    """Resident memory in MB."""

    mentions: int
    seconds: float
    per_second: float
    start_mb: float
    half_mb: float
    end_mb: float
    peak_mb: float
    growth_mb: float


def main() -> None:
    """Measure and print."""
    parser = command.parser("memory", "Memory of the daemon after many mentions.")
    parser.add_argument("--mentions", type=int, default=10_000)
    asked = parser.parse_args()
    command.say("memory", measure(material.texts(asked.data, asked.mentions), asked.folder), asked)


def measure(texts: list[str], within: Path) -> Figures:
    """Run the daemon until every text is judged and evaluated."""
    with command.workplace(within) as folder:
        many = len(texts)
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        (folder / "posts.jsonl").touch()
        with daemon(folder) as running:
            start, began = running.memory_mb, time.perf_counter()
            material.write_posts(folder / "posts.jsonl", (f"acme: {text}" for text in texts))
            half, end = (_when(running, count, many) for count in (many // 2, many))
            seconds = time.perf_counter() - began
            peak = running.peak_mb
    return Figures(
        mentions=many,
        seconds=round(seconds, 1),
        per_second=round(many / seconds, 1),
        start_mb=round(start, 1),
        half_mb=round(half, 1),
        end_mb=round(end, 1),
        peak_mb=round(peak, 1),
        growth_mb=round(end - half, 1),
    )


def _when(running: Daemon, count: int, many: int) -> float:
    running.until(f"{count} mentions", lambda: running.ask(EVALUATED) >= count, within=60 + many / 10)
    return running.memory_mb


if __name__ == "__main__":
    main()
