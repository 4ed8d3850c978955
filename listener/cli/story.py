"""One mention or alert, told whole to a person on a terminal."""

import json
from typing import Any

import typer

from listener.domain.text import Span
from listener.notify.excerpt import snippet
from listener.notify.harmless import line

HEAD = ("mention_id", "brand", "platform", "community", "author", "posted_at", "found_at", "url", "via", "story_id")
LABELS = ("complaint", "anger", "sarcasm", "suggestion", "relevance", "spam")


def print_mention(mention: dict[str, Any]) -> None:
    """Print a row of the view ``mentions`` with its marks and decisions."""
    for name in HEAD:
        typer.echo(f"{name:<12} {_shown(mention[name])}")
    typer.echo()
    for text, spans in ((mention["title"], mention["title_spans"]), (mention["text"], mention["spans"])):
        if text:
            typer.echo(quoted(text, spans, len(text)))
    typer.echo()
    typer.echo(f"{'judgement':<12} {judged(mention)}")
    for decision in mention["decisions"]:
        verb = "fired" if decision["fires"] else "met its conditions, did not fire"
        typer.echo(f"{'rule':<12} {decision['rule']} ({decision['version']}) {verb}: {decision['reason']}")


def quoted(text: str, spans: str, limit: int) -> str:
    """Quote what is around the matched words, these between »«; a stranger's text must not command the terminal."""
    pieces = snippet(text, [Span(*span) for span in json.loads(spans)], limit)
    return "".join(f"»{piece.text}«" if piece.marked else piece.text for piece in pieces)


def judged(mention: dict[str, Any]) -> str:
    """Say a judgement with all its numbers."""
    if mention["model"] is None:
        return "not judged yet"
    sure = [
        f"{name} {mention[f'p_{name}']:.2f}"
        for name in ("negative", "neutral", "positive", *LABELS)
        if mention[f"p_{name}"] is not None
    ]
    said = mention["sentiment"] or ""
    abstained = f"abstained ({mention['abstained']})" if mention["abstained"] else said
    return f"{abstained}  {'  '.join(sure)}  language {mention['lang']}  model {mention['model']}"


def _shown(value: object) -> str:
    return "" if value is None else line(str(value), 2000)
