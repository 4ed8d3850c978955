"""Matching: posts a second against many queries at once, beside a bare automaton and beside few queries.

Texts are posts of `semeval17_sentiment`; each query asks for a company of two public lists by its name, and by its
domain or its ticker. The bare automaton looks for the same names, domains and tickers in the same folded texts, and
does nothing with what it finds. Times are processor time, the best of some rounds in which the candidates take turns.
"""

import csv
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import ahocorasick

from benchmarks import command
from listener.domain.match import BrandQuery, Document, Matcher
from listener.domain.query import parse
from listener.domain.text import fold

MANY, FEW = 1000, 10


@dataclass(frozen=True)
class Figures:
    """What was measured. ``of_bare``: speed against the bare automaton; ``to_few``: cost against few queries."""

    posts: int
    matched: float
    bare_per_second: float
    few_per_second: float
    many_per_second: float
    of_bare: float
    to_few: float


def main() -> None:
    """Measure and print."""
    parser = command.parser("matching", "Posts a second against many queries at once.")
    parser.add_argument("--posts", type=int, help="only the first so many; brands are named more often later on")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    texts = _texts(asked.data / "semeval17_sentiment" / "train.jsonl", asked.posts)
    command.say("matching", measure(texts, _names(asked.fixtures / "domains"), asked.rounds), asked)


def measure(texts: list[str], names: list[tuple[str, str]], rounds: int) -> Figures:
    """Measure all candidates in the same rounds."""
    documents = [Document(text) for text in texts]
    folded = [fold(text).text for text in texts]
    brands = [BrandQuery(str(number), parse(f'"{name}" OR {other}')) for number, (name, other) in enumerate(names)]
    many, few, bare = Matcher(brands), Matcher(brands[:: MANY // FEW]), _bare(names)
    matched = sum(bool(many.match(document)) for document in documents)
    alone, ten, thousand = _best(
        rounds,
        lambda: _drain(found for text in folded for found in bare.iter(text)),
        lambda: _drain(few.match(document) for document in documents),
        lambda: _drain(many.match(document) for document in documents),
    )
    return Figures(
        posts=len(texts),
        matched=round(matched / len(texts), 4),
        bare_per_second=round(len(texts) / alone),
        few_per_second=round(len(texts) / ten),
        many_per_second=round(len(texts) / thousand),
        of_bare=round(alone / thousand, 3),
        to_few=round(thousand / ten, 2),
    )


def _texts(file: Path, posts: int | None) -> list[str]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in islice(lines, posts)]


def _names(folder: Path) -> list[tuple[str, str]]:
    """Give each company's name with its domain or its ticker."""
    names = []
    for file, column, mark in (("brands_500.csv", "domain", ""), ("brands_sp500.csv", "ticker", "$")):
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            names += [(row["company"], mark + row[column]) for row in csv.DictReader(lines)]
    return names[:MANY]


def _bare(names: list[tuple[str, str]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for literal in {fold(literal).text for pair in names for literal in pair}:
        automaton.add_word(literal, literal)
    automaton.make_automaton()
    return automaton


def _best(rounds: int, *candidates: Callable[[], None]) -> list[float]:
    best = [float("inf")] * len(candidates)
    for _ in range(rounds):
        for number, candidate in enumerate(candidates):
            started = time.process_time()
            candidate()
            best[number] = min(best[number], time.process_time() - started)
    return best


def _drain(results: Iterable[object]) -> None:
    for _ in results:
        pass


if __name__ == "__main__":
    main()
