"""All benchmarks in one run, each in a process of its own: ``make bench``.

    python -m benchmarks [--long] [--only NAME …] [--checkpoint DIR] [--data DIR] [--fixtures DIR]
                         [--folder DIR] [--json]

One after the other; the machine should do nothing else meanwhile.
"""

import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks import command
from benchmarks.bars import BARS, table

LONG = ("memory", "--mentions", "100000")
"""Takes a quarter of an hour."""


def main() -> None:
    """Run, and print one table."""
    parser = command.parser("", "What the product costs, beside named peers and limits.")
    parser.add_argument("--only", nargs="+", choices=BARS, metavar="NAME", help=f"of {', '.join(BARS)}")
    parser.add_argument("--long", action="store_true", help="the memory after 100,000 mentions, too")
    parser.add_argument("--checkpoint", help="folder with the network.pt of the weights that ship")
    asked = parser.parse_args()
    found = {}
    for name, call in _calls(asked):
        sys.stderr.write(f"{name} …\n")
        found[name] = _measured(call, asked)
        if not asked.json:
            sys.stdout.write(table({name: found[name]}, head=len(found) == 1) + "\n")
            sys.stdout.flush()
    if asked.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")


def _calls(asked: Namespace) -> Iterator[tuple[str, tuple[str, ...]]]:
    given = ("--checkpoint", asked.checkpoint) if asked.checkpoint else ()
    for name in asked.only or BARS:
        yield name, (name, *(given if name in {"judge", "whole"} else ()))
    if asked.long:
        yield "memory, long", LONG


def _measured(call: tuple[str, ...], asked: Namespace) -> Mapping[str, Any]:
    name, *options = call
    where = ["--data", str(asked.data), "--fixtures", str(asked.fixtures), "--folder", str(asked.folder)]
    line = [sys.executable, "-m", f"benchmarks.{name}", "--json", *where, *options]
    done = subprocess.run(line, stdout=subprocess.PIPE, check=True, text=True)
    figures: Mapping[str, Any] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    main()
