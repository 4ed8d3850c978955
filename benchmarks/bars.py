"""What every figure is called and what it has to reach, and the table of them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a benchmark, by its key there; with neither limit it is told for comparison."""

    key: str
    says: str
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def limit(self) -> str:
        """The limit in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:,g}"
        return f"at most {self.at_most:,g}" if self.at_most is not None else ""

    def holds(self, value: float) -> bool:
        """Say whether a figure is on the right side of its limit."""
        low = float("-inf") if self.at_least is None else self.at_least
        high = float("inf") if self.at_most is None else self.at_most
        return low <= value <= high


BARS: Mapping[str, Sequence[Bar]] = {
    "matching": (
        Bar("of_bare", "1,000 queries: speed beside a bare automaton's", "x", at_least=0.2),
        Bar("to_few", "1,000 queries: cost beside that of 10", "x", at_most=3),
        Bar("many_per_second", "1,000 queries", "posts/s", at_least=20_000),
        Bar("matched", "share of the posts that matched"),
    ),
    "collect": (
        Bar("per_second", "from JSON Lines into the store", "posts/s", at_least=5_000),
        Bar("per_cpu_second", "the same, for a second of processor time", "posts/s"),
        Bar("matched", "share of the posts that matched"),
        Bar("of_bare", "speed beside bare SQLite inserts of the same rows", "x"),
        Bar("all_matched_per_second", "where every post matches", "posts/s"),
    ),
    "feeds": (
        Bar("of_feedparser", "fetched, read, stored: speed beside feedparser.parse(url) alone", "x", at_least=0.8),
        Bar("of_parsing", "speed beside feedparser reading from memory", "x"),
        Bar("of_lean", "the same, without sanitiser and link resolver", "x"),
        Bar("per_cpu_second", "entries for a second of processor time", "posts/s"),
    ),
    "judge": (
        Bar("of_pipeline", "speed beside transformers.pipeline at its best batch size", "x", at_least=3),
        Bar("per_second", "judged", "posts/s"),
        Bar("pipeline_per_second", "transformers.pipeline at its best batch size", "posts/s"),
        Bar("pipeline_batch", "that batch size"),
        Bar("pipeline_singly_per_second", "transformers.pipeline as it is called by default", "posts/s"),
    ),
    "latency": (
        Bar("p50", "feed answered until the mail is in: median", "s"),
        Bar("p95", "feed answered until the mail is in: 95 of 100", "s", at_most=2),
    ),
    "memory": (
        Bar("end_mb", "memory when all mentions were judged", "MB", at_most=400),
        Bar("peak_mb", "memory at its highest", "MB", at_most=400),
        Bar("growth_mb", "grown in the second half", "MB", at_most=20),
        Bar("mentions", "mentions"),
        Bar("per_second", "collected, judged, evaluated", "posts/s"),
    ),
    "idle": (
        Bar("cpu_percent", "processor time, with 500 feeds asked every 15 minutes", "%", at_most=1),
        Bar("polls", "polls meanwhile", at_least=1),
        Bar("memory_mb", "memory", "MB"),
    ),
    "starts": (
        Bar("help", "listener --help", "s", at_most=0.4),
        Bar("sql", "listener sql", "s", at_most=0.5),
        Bar("assess", "listener assess", "s", at_most=1.5),
        Bar("python", "the interpreter alone", "s"),
    ),
    "whole": (
        Bar("of_script", "whole process: speed beside the script's", "x"),
        Bar("listener_per_second", "listener run --until-idle", "posts/s"),
        Bar("script_per_second", "feedparser + transformers.pipeline + smtplib", "posts/s"),
        Bar("listener_mb", "listener: memory at its highest", "MB"),
        Bar("script_mb", "script: memory at its highest", "MB"),
        Bar("listener_mails", "listener: mails"),
        Bar("script_mails", "script: mails"),
    ),
}


def table(found: Mapping[str, Mapping[str, Any]], *, head: bool = True) -> str:
    """Write figures, by benchmark and key, as a table for people; ``head``: with the names of its columns."""
    lines = [f"{'':12} {'figure':64} {'measured':>16}  limit"] if head else []
    for name, figures in found.items():
        for bar in bars_of(name):
            value = figures[bar.key]
            verdict = "" if not bar.limit else "  ok" if bar.holds(value) else "  MISSED"
            lines.append(f"{name:12} {bar.says:64} {_written(value, bar.unit):>16}  {bar.limit}{verdict}".rstrip())
        lines += [f"{name:12} {note}" for note in filter(None, [figures.get("note")])]
    return "\n".join(lines)


def bars_of(name: str) -> Sequence[Bar]:
    """Return the bars of a benchmark, or of a variant of it: ``memory, long``."""
    return BARS[name.partition(",")[0]]


def _written(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}".strip()
