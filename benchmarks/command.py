"""How every benchmark is called: where the recorded material lies, and figures as a table or as JSON."""

import json
import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bars import table

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"
"""Recorded material: in a folder beside the checkout, never in it."""
FOLDER = CHECKOUT / "build" / "bench"
"""Where stores lie while they are measured: on a disk, as a temporary folder in memory would flatter them."""


def parser(name: str, what: str) -> ArgumentParser:
    """Make the parser that all share; a benchmark adds the size of its input."""
    made = ArgumentParser(prog=f"python -m benchmarks.{name}", description=what)
    made.add_argument("--data", type=Path, default=SHARED / "data", help="folder with semeval17_sentiment/")
    made.add_argument("--fixtures", type=Path, default=SHARED / "fixtures", help="folder with feeds/ and domains/")
    made.add_argument("--folder", type=Path, default=FOLDER, help="on the disk that is to bear the stores")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


@contextmanager
def workplace(within: Path) -> Iterator[Path]:
    """Make a folder for one measurement in the one that was asked for; it is gone afterwards."""
    within.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="listener-bench-", dir=within.resolve()) as name:
        yield Path(name)


@contextmanager
def one_core() -> Iterator[None]:
    """Hold this thread, and what it starts, to one core: two threads of one core inflate each other's time."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def say(name: str, figures: "DataclassInstance", asked: Namespace) -> None:
    """Print what was measured."""
    found = asdict(figures)
    sys.stdout.write((json.dumps(found) if asked.json else table({name: found})) + "\n")
