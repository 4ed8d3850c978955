"""Collecting: posts a second from JSON Lines into the store, without the judge, beside bare SQLite inserts.

The bare inserts put the same rows of the same three tables into an empty store, as many a transaction, from a list
that lies ready: nothing is read, matched or compared. Its indices and its text search are the store's own.
"""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from benchmarks import command, material
from benchmarks.processes import STORE
from listener.app.configured import load_config
from listener.app.line import open_line
from listener.app.world import World
from listener.domain.judgement import Judgement, Passage
from listener.domain.source import Budget
from listener.store.engine import open_store

TABLES = ("author", "thread", "post")


@dataclass(frozen=True)
class Figures:
    """What was measured; ``of_bare`` by the clock."""

    posts: int
    matched: float
    per_second: int
    per_cpu_second: int
    all_matched_per_second: int
    bare_per_second: int
    of_bare: float


def main() -> None:
    """Measure and print."""
    parser = command.parser("collect", "Posts a second from JSON Lines into the store.")
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    logger.remove()
    command.say("collect", measure(material.texts(asked.data, asked.posts), asked.rounds, asked.folder), asked)


def measure(texts: Sequence[str], rounds: int, within: Path) -> Figures:
    """Measure all candidates in the same rounds; the best of each counts."""
    every = [f"{material.BRANDS[number % len(material.BRANDS)]}: {text}" for number, text in enumerate(texts)]
    ordinary, loud, bare = [], [], []
    for _ in range(rounds):
        with command.workplace(within) as folder:
            ordinary.append(_collect(folder / "ordinary", texts))
            loud.append(_collect(folder / "loud", every[: len(every) // 4]))
            bare.append(_insert(folder / "ordinary" / STORE, folder / "bare.db"))
            matched = _count(folder / "ordinary" / STORE, "mention")
    seconds, cpu = (min(taken) for taken in zip(*ordinary, strict=True))
    return Figures(
        posts=len(texts),
        matched=round(matched / len(texts), 4),
        per_second=round(len(texts) / seconds),
        per_cpu_second=round(len(texts) / cpu),
        all_matched_per_second=round(len(every) // 4 / min(loud)[0]),
        bare_per_second=round(len(texts) / min(bare)),
        of_bare=round(min(bare) / seconds, 3),
    )


class NoJudge:
    """Stands where a judge would: nothing is asked of it here."""

    model_id = "none"

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Never called."""
        raise NotImplementedError


def _collect(folder: Path, texts: Sequence[str]) -> tuple[float, float]:
    """Collect a file of posts with the real stage; returns the seconds on the clock and of the processor."""
    folder.mkdir()
    (folder / "config.toml").write_text(material.POSTS + material.brands(), encoding="utf-8")
    material.write_posts(folder / "posts.jsonl", texts)
    world = World()
    with open_line(load_config(folder / "config.toml", world), world, judge=NoJudge()) as line:
        line.collect.prepare(world.now())
        began, cpu = time.perf_counter(), time.process_time()
        while _count(line.store.path, "post") < len(texts):
            progress = line.collect.step(world.now())
            if not progress.done and progress.due:
                time.sleep(max(0.0, (progress.due - world.now()).total_seconds()))
        return time.perf_counter() - began, time.process_time() - cpu


def _count(store: Path, table: str) -> int:
    with closing(sqlite3.connect(store)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own names


def _insert(source: Path, target: Path) -> float:
    """Put the rows of one store into a new one; returns the seconds on the clock."""
    open_store(f"sqlite:///{target}", now=World().now()).close()
    with closing(sqlite3.connect(source)) as full, closing(sqlite3.connect(target, isolation_level=None)) as empty:
        rows = {table: full.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}  # noqa: S608 - our own
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            empty.execute(f"PRAGMA {pragma}")
        began = time.perf_counter()
        for start in range(0, len(rows["post"]), Budget().posts):
            empty.execute("BEGIN IMMEDIATE")
            for table in TABLES:
                some = rows[table][start : start + Budget().posts]
                places = ", ".join("?" * len(rows[table][0]))
                empty.executemany(f"INSERT INTO {table} VALUES ({places})", some)  # noqa: S608 - our own names
            empty.execute("COMMIT")
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
