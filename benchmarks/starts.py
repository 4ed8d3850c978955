"""Starting: what a person waits for before a command does anything, beside the bare interpreter."""

import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command, material
from benchmarks.processes import LISTENER, timed


@dataclass(frozen=True)
class Figures:
    """Median seconds by the clock, from the call to the end."""

    python: float
    help: float
    sql: float
    assess: float


def main() -> None:
    """Measure and print."""
    parser = command.parser("starts", "How long commands take to start.")
    parser.add_argument("--runs", type=int, default=9)
    asked = parser.parse_args()
    command.say("starts", measure(material.texts(asked.data, 50), asked.runs, asked.folder), asked)


def measure(texts: list[str], runs: int, within: Path) -> Figures:
    """Run every command some times, in turn, over a small store."""
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "help": [*LISTENER, "--help"],
        "sql": [*LISTENER, "sql", "SELECT count(*) FROM mentions"],
        "assess": [*LISTENER, "assess", "--brand", "Acme", "I love the new Acme phone"],
    }
    with command.workplace(within) as folder:
        (folder / "config.toml").write_text(material.POSTS + material.brands(), encoding="utf-8")
        material.write_posts(folder / "posts.jsonl", texts)
        timed([*LISTENER, "run", "--until-idle"], folder)
        taken = [{name: timed(one, folder).seconds for name, one in commands.items()} for _ in range(runs)]
    return Figures(**{name: round(statistics.median(turn[name] for turn in taken), 3) for name in commands})


if __name__ == "__main__":
    main()
