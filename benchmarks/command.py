"""How every benchmark is called: where the recorded material lies, and figures as a table or as JSON."""

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bars import table

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Recorded material: in a folder beside the checkout, never in it."""


def parser(name: str, what: str) -> ArgumentParser:
    """Make the parser that all share; a benchmark adds the size of its input."""
    made = ArgumentParser(prog=f"python -m benchmarks.{name}", description=what)
    made.add_argument("--data", type=Path, default=SHARED / "data", help="folder with semeval17_sentiment/")
    made.add_argument("--fixtures", type=Path, default=SHARED / "fixtures", help="folder with feeds/ and domains/")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def say(name: str, figures: "DataclassInstance", asked: Namespace) -> None:
    """Print what was measured."""
    found = asdict(figures)
    sys.stdout.write((json.dumps(found) if asked.json else table({name: found})) + "\n")
