"""``listener alerts``: the concerns that stand, why, and taking them on."""

import getpass
import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from listener.cli.context import Json, store_of, world

app = typer.Typer(help="Alerts: list, show why, acknowledge, resolve.", rich_markup_mode=None)

By = Annotated[str, typer.Option("--by", help="Who does it; else the login name.")]


@app.callback(invoke_without_command=True)
def alerts(
    ctx: typer.Context,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Resolved ones, too.")] = False,
    json_: Json = False,
) -> None:
    """List the alerts that stand."""
    if ctx.invoked_subcommand is not None:
        return
    from listener.cli.output import listing
    from listener.store.console import rows

    query = "SELECT * FROM alerts WHERE ? OR state <> 'resolved' ORDER BY alert_id DESC"
    shown = ("alert_id", "severity", "state", "rule", "brand", "updated_at", "events", "deliveries", "title")
    listing(rows(store_of(ctx), query, [all_]), shown, json_=json_, empty="No alert stands.")


@app.command()
def show(ctx: typer.Context, number: int, *, json_: Json = False) -> None:
    """Say why an alert was raised: rule and version, posts and spans, scores and model, numbers, deliveries."""
    from listener.cli.output import as_json

    alert = _alert(ctx, number)
    if json_:
        as_json(alert)
    else:
        _print(alert)


@app.command()
def ack(ctx: typer.Context, number: int, *, by: By = "") -> None:
    """Say that you have taken an alert on."""
    from listener.store.alerts import acknowledge

    _change(ctx, number, by, acknowledge, "acknowledged")


@app.command()
def resolve(ctx: typer.Context, number: int, *, by: By = "") -> None:
    """Close an alert; the next event of its kind opens a new one."""
    from listener.store.alerts import resolve as close

    _change(ctx, number, by, close, "resolved")


def _change(ctx: typer.Context, number: int, by: str, change: Callable[..., None], word: str) -> None:
    from contextlib import closing

    from listener.store.engine import open_store

    now = world().now()
    who = by or getpass.getuser()
    with closing(open_store(f"sqlite:///{store_of(ctx)}", now=now)) as store, store.write() as db:
        change(db, number, who, now)
    typer.echo(f"Alert {number} is {word} by {who}.")


def _alert(ctx: typer.Context, number: int) -> dict[str, Any]:
    from listener.domain.errors import StoreError
    from listener.store.console import rows

    store = store_of(ctx)
    found = rows(store, "SELECT * FROM alert WHERE id = ?", [number])
    if not found:
        raise StoreError(f"There is no alert {number}; `listener alerts` lists them.")
    events = rows(
        store,
        """SELECT e.at, e.kind, e.message, e.by, e.mention_id, d.reason, d.numbers, r.version, m.spans, m.title_spans,
        v.platform, v.author, v.url, v.title, v.text, v.lang, v.sentiment, v.p_negative, v.p_neutral, v.p_positive,
        v.p_complaint, v.p_anger, v.p_sarcasm, v.p_suggestion, v.p_relevance, v.p_spam, v.abstained, v.model
        FROM alert_event AS e
        LEFT JOIN decision AS d ON d.id = e.decision_id
        LEFT JOIN rule AS r ON r.id = d.rule_id
        LEFT JOIN mention AS m ON m.id = e.mention_id
        LEFT JOIN mentions AS v ON v.mention_id = e.mention_id
        WHERE e.alert_id = ? ORDER BY e.id""",
        [number],
    )
    deliveries = rows(store, "SELECT * FROM deliveries WHERE alert_id = ? ORDER BY delivery_id", [number])
    settings = rows(
        store, "SELECT settings FROM rule WHERE name = ? AND version = ?", [found[0]["rule"], found[0]["rule_version"]]
    )
    return {
        **found[0],
        "rule_settings": json.loads(settings[0]["settings"]) if settings else None,
        "events_list": events,
        "deliveries": deliveries,
    }


def _print(alert: dict[str, Any]) -> None:
    from listener.notify.prose import counted

    said = counted(alert["events"], "event"), counted(alert["messages"], "message")
    typer.echo(f"Alert {alert['id']}: {alert['title']}")
    typer.echo(f"{alert['severity']}, {alert['state']}, opened {alert['opened_at']}, updated {alert['updated_at']} UTC")
    typer.echo(f"{', '.join(said)}, {alert['held_back']} held back for the next")
    typer.echo(f"rule {alert['rule']} version {alert['rule_version']}, key {alert['key']}")
    typer.echo(f"  {_values(alert['rule_settings'] or {})}")
    typer.echo(alert["reason"])
    for event in alert["events_list"]:
        _print_event(event)
    typer.echo("\ndeliveries")
    for delivery in alert["deliveries"]:
        typer.echo(
            f"  message {delivery['message']} on {delivery['channel']}: {delivery['state']} "
            f"after {counted(delivery['attempts'], 'try', 'tries')} {delivery['sent_at'] or delivery['error']}"
        )


def _print_event(event: dict[str, Any]) -> None:
    from listener.cli.story import judged, quoted
    from listener.notify.harmless import line

    if event["mention_id"] is None:
        typer.echo(f"\n{event['at']}  {event['kind']} by {event['by']}")
        return
    told = f"told in message {event['message']}" if event["message"] else "held back for the next message"
    typer.echo(f"\n{event['at']}  {event['kind']}, mention {event['mention_id']}, {told}")
    if event["text"] is None:
        typer.echo("  (withdrawn or deleted since)")
        return
    who = (event["platform"], event["author"], event["url"])
    typer.echo(f"  {line('  '.join(filter(None, who)), 2000)}")
    for text, spans in ((event["title"], event["title_spans"]), (event["text"], event["spans"])):
        if text:
            typer.echo(f"  | {quoted(text, spans, 700)}")
    typer.echo(f"  {judged(event)}")
    typer.echo(f"  {event['reason']}")
    typer.echo(f"  {_values(json.loads(event['numbers'] or '{}'))}")


def _values(values: dict[str, Any]) -> str:
    """Write values on one line, but for those that are not set."""
    return "  ".join(f"{name} {_value(value)}" for name, value in values.items() if value not in (None, [], ""))


def _value(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value)
        case float():
            return f"{value:.4g}"
        case _:
            return str(value)
