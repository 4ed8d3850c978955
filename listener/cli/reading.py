"""The commands that read: status, sources, mentions, threads."""

from typing import Annotated, Any

import typer

from listener.cli.context import Json, store_of

mentions_app = typer.Typer(help="What was said, newest first.", rich_markup_mode=None)
threads_app = typer.Typer(help="Conversations in which brands were named, newest first.", rich_markup_mode=None)

Brand = Annotated[str, typer.Option("--brand", "-b", help="Only this brand.")]
Limit = Annotated[int, typer.Option("--limit", "-n", help="At most so many.", min=1)]


def sources(ctx: typer.Context, *, json_: Json = False) -> None:
    """Show every stream: when it was last heard, what it brought, what is wrong with it."""
    from listener.cli.output import listing
    from listener.store.console import rows

    found = rows(store_of(ctx), "SELECT * FROM sources WHERE state <> 'removed' ORDER BY source, stream")
    shown = ("source", "stream", "state", "last_ok_at", "due_at", "fetched", "matched", "failures", "error")
    listing(found, shown, json_=json_, empty="No stream yet: `listener run` names them.")


def status(ctx: typer.Context, *, json_: Json = False) -> None:
    """Say how the line stands: what waits, what is blind, which alerts are open, what could not be delivered."""
    from listener.cli.output import as_json, listing

    found = _standing(ctx)
    if json_:
        as_json(found)
        return
    typer.echo("  ".join(f"{name} {count}" for name, count in found["counts"].items()))
    if found["judge_down"]:
        typer.echo(f"\nthe judge is down, mentions wait for it; it failed last at {found['judge_down']}")
    for title, columns in (
        ("open alerts", ("alert_id", "severity", "state", "updated_at", "title")),
        ("dead deliveries", ("delivery_id", "alert_id", "channel", "error")),
        ("blind now", ("source", "stream", "since", "what", "why")),
    ):
        typer.echo(f"\n{title}")
        listing(found[title.replace(" ", "_")], columns, json_=False, empty="  none")


def _standing(ctx: typer.Context) -> dict[str, Any]:
    from listener.store.console import rows

    store = store_of(ctx)
    counts = rows(
        store,
        """WITH waits AS (SELECT m.judged FROM mention AS m JOIN post AS p ON p.id = m.post_id
            WHERE (m.judged = 0 OR m.evaluated = 0) AND m.withdrawn_at IS NULL AND p.removed = '')
        SELECT (SELECT count(*) FROM post) AS posts, (SELECT count(*) FROM mentions) AS mentions,
        (SELECT count(*) FROM waits WHERE NOT judged) AS to_judge,
        (SELECT count(*) FROM waits WHERE judged) AS to_evaluate,
        (SELECT count(*) FROM delivery WHERE state = 'pending') AS to_deliver""",
    )[0]
    down = rows(store, "SELECT value FROM meta WHERE key = 'judge_down'")
    return {
        "counts": counts,
        "judge_down": down[0]["value"] if down else None,
        "open_alerts": rows(store, "SELECT * FROM alerts WHERE state <> 'resolved' ORDER BY updated_at DESC LIMIT 50"),
        "dead_deliveries": rows(
            store, "SELECT * FROM deliveries WHERE state = 'dead' ORDER BY delivery_id DESC LIMIT 50"
        ),
        "blind_now": rows(store, "SELECT * FROM blind_spots WHERE ongoing = 1 ORDER BY since LIMIT 50"),
    }


@mentions_app.callback(invoke_without_command=True)
def mentions(ctx: typer.Context, *, brand: Brand = "", limit: Limit = 20, json_: Json = False) -> None:
    """List what was said, newest first."""
    if ctx.invoked_subcommand is None:
        shown = ("mention_id", "posted_at", "brand", "platform", "author", "sentiment", "complaint", "title", "text")
        _list(ctx, "mentions", "mention_id", shown, brand=brand, limit=limit, json_=json_)


@mentions_app.command("show")
def mention(ctx: typer.Context, number: int, *, json_: Json = False) -> None:
    """Show a mention whole: text, matched words, judgement with its numbers, decisions."""
    from listener.cli.output import as_json
    from listener.cli.story import print_mention
    from listener.domain.errors import StoreError
    from listener.store.console import rows

    store = store_of(ctx)
    found = rows(store, "SELECT * FROM mentions WHERE mention_id = ?", [number])
    if not found:
        raise StoreError(f"There is no mention {number}; `listener mentions` lists them.")
    marks = rows(store, "SELECT spans, title_spans FROM mention WHERE id = ?", [number])[0]
    decided = rows(
        store,
        """SELECT r.name AS rule, r.version, d.fires, d.reason, d.numbers, d.decided_at
        FROM decision AS d JOIN rule AS r ON r.id = d.rule_id WHERE d.mention_id = ? ORDER BY d.id""",
        [number],
    )
    whole = {**found[0], **marks, "decisions": decided}
    if json_:
        as_json(whole)
    else:
        print_mention(whole)


@threads_app.callback(invoke_without_command=True)
def threads(ctx: typer.Context, *, brand: Brand = "", limit: Limit = 20, json_: Json = False) -> None:
    """List the conversations in which brands were named, newest first."""
    if ctx.invoked_subcommand is None:
        shown = ("thread_id", "last_at", "brand", "platform", "posts", "authors", "complaining_authors", "title")
        _list(ctx, "threads", "last_at", shown, brand=brand, limit=limit, json_=json_)


@threads_app.command("show")
def thread(ctx: typer.Context, number: int, *, json_: Json = False) -> None:
    """Show a thread with the mentions in it."""
    from listener.cli.output import as_json, listing
    from listener.domain.errors import StoreError
    from listener.store.console import rows

    store = store_of(ctx)
    found = rows(store, "SELECT * FROM threads WHERE thread_id = ?", [number])
    if not found:
        raise StoreError(f"There is no thread {number} with a mention; `listener threads` lists them.")
    inside = rows(store, "SELECT * FROM mentions WHERE thread_id = ? ORDER BY posted_at", [number])
    if json_:
        as_json({"thread": found, "mentions": inside})
        return
    for one in found:
        for name, value in one.items():
            typer.echo(f"{name:<20} {'' if value is None else value}")
        typer.echo("")
    shown = ("mention_id", "posted_at", "author", "sentiment", "complaint", "text")
    listing(inside, shown, json_=False, empty="")


def _list(
    ctx: typer.Context, view: str, order: str, shown: tuple[str, ...], *, brand: str, limit: int, json_: bool
) -> None:
    from listener.cli.output import listing
    from listener.store.console import rows

    # view and order come from this module alone
    query = f"SELECT * FROM {view} WHERE ? IN ('', brand) ORDER BY {order} DESC LIMIT ?"  # noqa: S608
    listing(rows(store_of(ctx), query, [brand, limit]), shown, json_=json_, empty=f"No {view} yet.")
