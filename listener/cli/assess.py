"""``listener assess``: what the judge says of texts."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from listener.cli.context import judge_for

if TYPE_CHECKING:
    from listener.domain.brand import Brand
    from listener.domain.judgement import Judge, Judgement, Passage
    from listener.domain.query import Query

BATCH = 256
"""Lines read ahead: enough for batches of like length, little enough to stream."""


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
    if jsonl:
        for given, judgement in _judged(judge, brands, map(_read, filter(str.strip, sys.stdin))):
            sys.stdout.write(json.dumps(as_object(given.get("id"), judgement), ensure_ascii=False) + "\n")
            sys.stdout.flush()
        return
    lines: Iterable[str] = texts if texts is not None else (line.rstrip("\n") for line in sys.stdin)
    rows = ({"id": number, "text": text, "brand": brand} for number, text in enumerate(lines, 1))
    for given, judgement in _judged(judge, brands, rows):
        typer.echo(json.dumps(as_object(given["id"], judgement)) if json_ else in_words(given["text"], judgement))


def _read(line: str) -> dict[str, Any]:
    """Read a line; one that is no object with a text is judged as an empty text, and so abstained from."""
    try:
        given = json.loads(line)
    except ValueError:
        given = None
    return given if isinstance(given, dict) else {"id": None}


def _judged(
    judge: "Judge", brands: "dict[str, Brand]", rows: Iterable[dict[str, Any]]
) -> "Iterator[tuple[dict[str, Any], Judgement]]":
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        passages = [_passage(brands, given) for given in batch]
        yield from zip(batch, judge.judge(passages), strict=True)


def _passage(brands: "dict[str, Brand]", given: dict[str, Any]) -> "Passage":
    """A configured brand brings its query, any other name is looked for as it is written."""
    from listener.domain.judgement import Passage
    from listener.domain.match import Document, matches

    text, name = str(given.get("text") or ""), str(given.get("brand") or "")
    brand = brands.get(name)
    if brand is not None:
        found = matches(brand.query.query, Document(text=text))
        return Passage(text, name, found.spans if found else (), accounts=brand.handles)
    query = _query_of(name)
    found = matches(query, Document(text=text)) if query else None
    return Passage(text, name, found.spans if found else ())


def _query_of(name: str) -> "Query | None":
    """Look for a name as a phrase; a name that no query can be made of is simply not found."""
    from listener.domain.query import QueryError, parse

    try:
        return parse(name if name[:1] in "@#$" else '"' + name.replace('"', " ") + '"')
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
