"""The benchmarks run on a tiny input and give the figures that they promise; how quick anything is, is not asked."""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bars import BARS, Bar, table
from benchmarks.whole import WORDS

ROOT = Path(__file__).resolve().parents[1]
SMALL: dict[str, Sequence[str]] = {
    "matching": ("--rounds", "1"),
    "collect": ("--posts", "40", "--rounds", "1"),
    "feeds": ("--rounds", "1"),
    "judge": ("--texts", "8", "--rounds", "1"),
    "latency": ("--alerts", "2"),
    "memory": ("--mentions", "40"),
    "idle": ("--feeds", "3", "--seconds", "0.5"),
    "starts": ("--runs", "1"),
    "whole": (),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Sequence[str]:
    """Make what stands for the recorded material; returns the options that name it."""
    data, fixtures = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("fixtures")
    for folder in (data / "semeval17_sentiment", fixtures / "domains", fixtures / "feeds" / "real"):
        folder.mkdir(parents=True)
    texts = [json.dumps({"text": f"Apple lost my parcel number {number} and Nike did not"}) for number in range(40)]
    (data / "semeval17_sentiment" / "train.jsonl").write_text("\n".join(texts))
    (fixtures / "domains" / "brands_500.csv").write_text("company,domain\nApple,apple.com\nNike,nike.com\n")
    (fixtures / "domains" / "brands_sp500.csv").write_text("company,ticker\nFord,F\n")
    items = "".join(f"<item><guid>urn:x:{word}</guid><title>{word} is late again</title></item>" for word in WORDS)
    feed = f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    (fixtures / "feeds" / "real" / "news.rss").write_text(feed)
    return "--data", str(data), "--fixtures", str(fixtures)


def run(folder: Path, *arguments: str) -> dict[str, Any]:
    """Run a module of the benchmarks, with its stores in a folder, and return what it measured."""
    command = [sys.executable, "-m", *arguments, "--folder", str(folder), "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        try:
            said, complaints = process.communicate()
        except BaseException:  # its time may be up: what it started ends with it
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 0, complaints
    found: dict[str, Any] = json.loads(said)
    return found


@pytest.mark.parametrize("name", BARS)
def test_a_benchmark_measures_all_that_is_in_the_table(name: str, recorded: Sequence[str], tmp_path: Path) -> None:
    """Every figure of the table is a number, and those that count or take time are not nothing; no store is left."""
    figures = run(tmp_path, f"benchmarks.{name}", *SMALL[name], *recorded)
    assert list(tmp_path.iterdir()) == []
    measured = {bar.key: figures[bar.key] for bar in BARS[name]}
    assert all(math.isfinite(value) for value in measured.values())
    assert all(value > 0 for key, value in measured.items() if key not in {"growth_mb", "polls", "cpu_percent"})
    assert all(bar.says in table({name: figures}) for bar in BARS[name])


def test_all_in_one_run(recorded: Sequence[str], tmp_path: Path) -> None:
    """The module itself runs those that are named, where it is told to, and gives the figures of each by its name."""
    found = run(tmp_path / "disk", "benchmarks", "--only", "feeds", *recorded)
    assert (tmp_path / "disk").is_dir()
    assert {name: figures["entries"] for name, figures in found.items()} == {"feeds": len(WORDS)}


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (Bar("a", "speed", "x", at_least=3), 3.0, "at least 3  ok"),
        (Bar("a", "speed", "x", at_least=3), 2.99, "at least 3  MISSED"),
        (Bar("a", "memory", "MB", at_most=400), 400, "at most 400  ok"),
        (Bar("a", "memory", "MB", at_most=400), 401, "at most 400  MISSED"),
        (Bar("a", "mails"), 7, "7"),
    ],
)
def test_the_table_says_what_missed_its_limit(
    bar: Bar, value: float, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit is kept at its very value; a figure without one is only told."""
    monkeypatch.setitem(BARS, "made-up", (bar,))
    assert table({"made-up": {"a": value}}).endswith(verdict)


def test_the_table_holds_notes_and_variants() -> None:
    """``memory, long`` is measured by the bars of ``memory``; a note stands under its figures."""
    figures = {bar.key: 1 for bar in BARS["memory"]} | {"note": "on a slow machine"}
    written = table({"memory, long": figures}).splitlines()
    assert len(written) == 1 + len(BARS["memory"]) + 1
    assert written[-1] == "memory, long on a slow machine"
