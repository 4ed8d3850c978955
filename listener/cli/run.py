"""``listener run``: the daemon, or one full turn of the line."""

import os
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from listener.cli.context import Json, config_of, world

if TYPE_CHECKING:
    from listener.app.world import World
    from listener.config import Config


def run(
    ctx: typer.Context,
    *,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Poll all once, drain every stage, end.")] = False,
    alert_history: Annotated[
        bool, typer.Option("--alert-history", help="Alert on what was posted before its source was configured, too.")
    ] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log one JSON object a line.")] = False,
    json_: Json = False,
) -> None:
    """Listen: until stopped, or with --until-idle for one full turn (for cron)."""
    from listener.logs import set_up
    from listener.memory import seal, spare

    seal()
    spare()
    config = config_of(ctx)
    set_up(config.daemon.log_level, as_json=log_json)
    if until_idle:
        summary = one_turn(config, world(), alert_history=alert_history)
        _print(summary, json_=json_)
        return
    from listener.daemon import Daemon

    code = Daemon(config, world(), alert_history=alert_history, log_json=log_json).run()
    sys.stderr.flush()
    # threads that still wait for a slow site would hold up the end; what they bring was not committed
    os._exit(code)


def one_turn(config: "Config", outside: "World", *, alert_history: bool) -> dict[str, Any]:
    """Run one full turn and return what it added."""
    from listener.app.line import open_line
    from listener.cli.progress import progress
    from listener.daemon import run_until_idle
    from listener.store import tally
    from listener.store.lock import only_one

    began = time.monotonic()
    with (
        only_one(config.store_file),
        open_line(config, outside, alert_history=alert_history) as line,
        progress() as report,
    ):
        before, newest = tally.counts(line.store), tally.last_alert(line.store)
        errors = run_until_idle(line, outside, report)
        after = tally.counts(line.store)
        raised = tally.alerts_after(line.store, newest)
    added: dict[str, Any] = {name: after[name] - before[name] for name in after}
    return added | {"errors": errors, "seconds": round(time.monotonic() - began, 2), "alert_list": raised}


def _print(summary: dict[str, Any], *, json_: bool) -> None:
    from listener.cli.output import as_json

    if json_:
        as_json(summary)
        return
    said = ", ".join(f"{summary[name]} {name}" for name in summary if isinstance(summary[name], int))
    typer.echo(f"{said} in {summary['seconds']:.1f} s")
    for alert in summary["alert_list"]:
        typer.echo(f"alert {alert['alert_id']}  {alert['severity']:<8}  {alert['title']}")
