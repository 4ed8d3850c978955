"""Progress of long work: a line that moves on a terminal, silence in pipes."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress() -> Iterator[Callable[[str, int], None]]:
    """Give a function that is told a stage's name and what it just did."""
    if not sys.stderr.isatty():
        yield lambda _name, _done: None
        return
    from rich.console import Console

    done: Counter[str] = Counter()
    with Console(stderr=True).status("listening …") as status:

        def report(name: str, count: int) -> None:
            done[name] += count
            status.update("  ".join(f"{stage} {total}" for stage, total in done.items()))

        yield report
