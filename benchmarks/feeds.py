"""Feeds: entries a second from the wire into the store, beside feedparser on the same feeds and doing no more.

The line fetches over HTTP from another process, decodes, parses, makes plain text, matches and stores. Its peer, in a
process that knows nothing of ours, fetches and parses as it is called by most; for scale, it parses bytes that lie in
memory too, by default and without sanitiser and link resolver, which is how the line calls it. Times are processor time
on one core, the median of some rounds in which all take turns: of the best, who is done soonest finds the quietest
moment.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from loguru import logger
from sqlalchemy import text

from benchmarks import command, material, servers
from benchmarks.collect import NoJudge
from listener.app.configured import load_config
from listener.app.line import open_line
from listener.app.world import World
from listener.memory import settle
from listener.store import tally
from listener.store.engine import Store


@dataclass(frozen=True)
class Figures:
    """What was measured. ``entries`` as feedparser counts them; ``posts`` are those that are told apart."""

    feeds: int
    entries: int
    posts: int
    per_cpu_second: int
    of_feedparser: float
    of_parsing: float
    of_lean: float


def main() -> None:
    """Measure and print."""
    parser = command.parser("feeds", "Entries a second from feeds into the store.")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    logger.remove()
    command.say("feeds", measure(material.feeds(asked.fixtures), asked.rounds, asked.folder), asked)


def measure(files: Sequence[Path], rounds: int, within: Path) -> Figures:
    """Measure all candidates in the same rounds."""
    heats: list[tuple[dict[str, Any], float]] = []
    posts = 0
    with servers.files(files[0].parent) as base, command.one_core():
        urls = list(material.addresses(base, files))
        for _ in range(rounds):
            posts, seconds = _collect(urls, within)
            heats.append((_feedparser(urls), seconds))
    entries = heats[0][0]["entries"]
    line = median(seconds for _, seconds in heats)
    beside = {how: round(median(alone[how] for alone, _ in heats) / line, 3) for how in ("fetched", "parsed", "lean")}
    return Figures(
        feeds=len(files),
        entries=entries,
        posts=posts,
        per_cpu_second=round(entries / line),
        of_feedparser=beside["fetched"],
        of_parsing=beside["parsed"],
        of_lean=beside["lean"],
    )


def _feedparser(urls: Sequence[str]) -> dict[str, Any]:
    """Let feedparser read the feeds in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.peers.parse", *urls]
    answer: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer


def _collect(urls: Sequence[str], within: Path) -> tuple[int, float]:
    """Poll every feed once with the real stage; returns the posts in the store and the processor's seconds."""
    world = World()
    with command.workplace(within) as folder:
        file = folder / "config.toml"
        file.write_text(material.listening(urls) + material.brands(), encoding="utf-8")
        with open_line(load_config(file, world), world, judge=NoJudge()) as line:
            line.collect.prepare(world.now())
            settle()  # as the daemon does
            began = time.process_time()
            while (due := line.collect.step(world.now()).due) is not None and due <= world.now():
                pass  # a long feed is asked for the rest at once
            seconds = time.process_time() - began
            _checked(line.store, len(urls))
            return tally.counts(line.store)["posts"], seconds


def _checked(store: Store, feeds: int) -> None:
    """Raise RuntimeError unless every feed was heard to its end: what is left out would count as done."""
    with store.read() as db:
        heard = db.execute(text("SELECT count(*) FROM stream WHERE caught_up AND failures = 0")).scalar_one()
    if heard != feeds:
        raise RuntimeError(f"{heard} of {feeds} feeds were heard to their end")


if __name__ == "__main__":
    main()
