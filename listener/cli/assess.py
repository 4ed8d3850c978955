"""``listener assess``: what the judge says of texts."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from listener.cli.context import judge_for

if TYPE_CHECKING:
    from listener.domain.brand import Brand
    from listener.domain.judgement import Judge, Judgement, Passage
    from listener.domain.match import BrandQuery

    Finder = Callable[[str, str], Passage]

CHUNK = 1 << 16
"""Bytes read ahead: enough for batches of like length, little enough to stream."""

BAD = 'line {number} is no JSON object whose "text", and "brand" where it has one, are strings'


def assess(
    ctx: typer.Context,
    texts: Annotated[list[str] | None, typer.Argument(help="Texts; none: lines of standard input.")] = None,
    *,
    brand: Annotated[str, typer.Option("--brand", "-b", help="The brand toward which is judged.")] = "",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id", "text", "brand"?} a line, answer a line each.')
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print a JSON object for each text.")] = False,
) -> None:
    """Judge texts: language, sentiment toward the brand, complaint, anger, with their probabilities."""
    judge, brands = judge_for(ctx)
    find = finder(brands)
    if jsonl:
        for answer in answers(judge, find, cast("BufferedReader", sys.stdin.buffer), brand):
            sys.stdout.write(answer)
            sys.stdout.flush()
        return
    number = 0
    for some in [texts] if texts is not None else _typed():
        for text, judgement in zip(some, judge.judge([find(text, brand) for text in some]), strict=True):
            number += 1
            typer.echo(json.dumps(as_object(number, judgement)) if json_ else in_words(text, judgement))


def answers(judge: "Judge", find: "Finder", asked: "BufferedReader", brand: str = "") -> Iterator[str]:
    """Answer lines of JSON in their order; a line that cannot be read is answered with the reason.

    Memory holds one chunk, or the longest line.
    """
    number = 0
    for lines in arriving(asked):
        questions = [_Question.of(number, line, brand) for number, line in enumerate(lines, number + 1) if line.strip()]
        number += len(lines)
        judged = iter(judge.judge([find(one.text, one.brand) for one in questions if not one.fault]))
        yield "".join(
            json.dumps(as_object(one.id, _unread(judge, one.fault) if one.fault else next(judged))) + "\n"
            for one in questions
        )


def arriving(stream: "BufferedReader") -> Iterator[list[bytes]]:
    """Yield the lines that have come, as soon as one has; whoever writes waits for no more than that."""
    begun: list[bytes] = []
    while chunk := stream.read1(CHUNK):
        first, *more = chunk.split(b"\n")
        begun.append(first)
        if more:
            yield [b"".join(begun), *more[:-1]]
            begun = [more[-1]]
    if last := b"".join(begun):
        yield [last]


def _typed() -> Iterator[list[str]]:
    for lines in arriving(cast("BufferedReader", sys.stdin.buffer)):
        yield [line.decode(errors="replace").rstrip("\r") for line in lines]


@dataclass(frozen=True, slots=True)
class _Question:
    """A line that was read, or what is wrong with it."""

    id: Any
    text: str = ""
    brand: str = ""
    fault: str = ""

    @classmethod
    def of(cls, number: int, line: bytes, brand: str) -> "_Question":
        """Read a line; one that names no brand is judged toward ``brand``."""
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            return cls(None, fault=BAD.format(number=number))
        text, named = given.get("text"), given.get("brand") or brand
        if not isinstance(text, str) or not isinstance(named, str):
            return cls(given.get("id"), fault=BAD.format(number=number))
        return cls(given.get("id"), text, named)


def _unread(judge: "Judge", fault: str) -> "Judgement":
    from listener.domain.judgement import Judgement

    return Judgement(judge.model_id, "und", abstained=fault)


def finder(brands: "Mapping[str, Brand]") -> "Finder":
    """Return what makes a passage of a text and the name of a brand.

    A configured brand is found by its query, context and exclusions; any other name as it is written.
    """
    from listener.domain.judgement import Passage
    from listener.domain.match import Document, Matcher

    @lru_cache(1024)
    def matcher(name: str) -> Matcher:
        query = brands[name].query if name in brands else _query_of(name)
        return Matcher([query] if query else [])

    def find(text: str, name: str) -> Passage:
        found = matcher(name).match(Document(text=text)).get(name)
        return Passage(text, name, found.spans if found else ())

    return find


def _query_of(name: str) -> "BrandQuery | None":
    """Look for a name as a phrase; a name that no query can be made of is simply not found."""
    from listener.domain.match import BrandQuery
    from listener.domain.query import QueryError, parse

    try:
        return BrandQuery(name, parse(name if name[:1] in "@#$" else '"' + name.replace('"', " ") + '"'))
    except QueryError:
        return None


def as_object(number: Any, judgement: "Judgement") -> dict[str, Any]:
    """A judgement as the promised JSON object."""
    sentiment = judgement.sentiment
    heads = {head: judgement.heads.get(head) for head in ("complaint", "anger", *judgement.heads)}
    labels: dict[str, Any] = {"sentiment": judgement.sentiment.label if judgement.sentiment else None}
    labels |= {head: None if value is None else value >= 0.5 for head, value in heads.items()}
    return {
        "id": number,
        "language": judgement.language,
        "sentiment": None
        if sentiment is None
        else {"negative": sentiment.negative, "neutral": sentiment.neutral, "positive": sentiment.positive},
        **heads,
        "labels": labels,
        "abstained": judgement.abstained,
        "model": judgement.model,
    }


def in_words(text: str, judgement: "Judgement") -> str:
    """A judgement as a line for people."""
    from listener.notify.prose import judged

    return f"{judged(judgement)}  |  {' '.join(text.split())[:100]}"
