"""``listener query``: trying a query before it is trusted."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from listener.domain.query import Query

app = typer.Typer(help="Queries: explain what one matches.", rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@app.command("test")
def try_out(
    query: Annotated[str, typer.Argument(help="The query.")] = "",
    texts: Annotated[list[str] | None, typer.Argument(help="Texts; none: lines of standard input.")] = None,
    *,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id", "query", "text"} a line, answer a line each.')
    ] = False,
) -> None:
    """Explain what a query matches in texts, and what it does not."""
    if jsonl:
        for line in sys.stdin.buffer:
            if line.strip():
                sys.stdout.write(json.dumps(answer(line)) + "\n")
                sys.stdout.flush()
        return
    from listener.domain.match import Document, explain

    parsed = _parsed(query)
    for text in texts if texts is not None else (line.decode(errors="replace") for line in sys.stdin.buffer):
        document = Document(text=text.rstrip("\r\n"))
        for told in explain(parsed, document).lines():
            typer.echo(told)


def _parsed(query: str) -> "Query":
    """Parse, or point at the mistake."""
    from listener.config.mistakes import Mistake
    from listener.domain.errors import ConfigError
    from listener.domain.query import QueryError, parse

    try:
        return parse(query)
    except QueryError as error:
        before = query[: error.position].rpartition("\n")[2]
        after = query[error.position :].partition("\n")[0]
        raise ConfigError(str(Mistake(error.message, excerpt=before + after, caret=len(before)))) from error


def answer(line: str | bytes) -> dict[str, Any]:
    """Answer one line of ``--jsonl``; a bad line gets an error, and never stops the rest."""
    from listener.domain.match import Document, matches
    from listener.domain.query import QueryError, parse

    given: dict[str, Any] = {}
    try:
        given = json.loads(line)
        found = matches(parse(given["query"]), Document(text=given["text"]))
    except QueryError as error:
        return _said(given.get("id"), error={"message": error.message, "position": error.position})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        number = given.get("id") if isinstance(given, dict) else None
        return _said(number, error={"message": f"not a line of id, query and text: {error}", "position": 0})
    spans = [[span.start, span.end] for span in found.spans] if found else []
    return _said(given.get("id"), match=found is not None, spans=spans)


def _said(
    number: Any, *, match: bool = False, spans: list[list[int]] | None = None, error: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"id": number, "match": match, "spans": spans or [], "error": error}
