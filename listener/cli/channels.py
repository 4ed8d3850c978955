"""``listener channels``: trying a channel before it is needed."""

from datetime import datetime
from typing import TYPE_CHECKING

import typer

from listener.cli.context import Json, config_of, world

if TYPE_CHECKING:
    from listener.config import Config
    from listener.domain.alert import IdempotencyKey, Message

app = typer.Typer(help="Channels: list them, try one.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def channels(ctx: typer.Context, *, json_: Json = False) -> None:
    """List the configured channels."""
    if ctx.invoked_subcommand is not None:
        return
    from listener.cli.output import listing

    found = [{"name": one.name, "type": one.type, "enabled": one.enabled} for one in config_of(ctx).channels]
    listing(found, ("name", "type", "enabled"), json_=json_, empty="No channel is configured.")


@app.command("test")
def try_out(ctx: typer.Context, name: str) -> None:
    """Send a marked test alert through one channel, enabled or not."""
    from listener.app.parts import channel_of
    from listener.domain.errors import ConfigError

    config, outside = config_of(ctx), world()
    configured = next((one for one in config.channels if one.name == name), None)
    if configured is None:
        known = ", ".join(one.name for one in config.channels) or "none"
        raise ConfigError(f'There is no channel "{name}"; there are: {known}.')
    message, key = drill(config, outside.now())
    receipt = channel_of(configured, config, outside).send(message, key, None)
    typer.echo(f"{name} took the test message ({receipt.reference or 'no reference'}). {receipt.detail}".strip())


def drill(config: "Config", now: datetime) -> "tuple[Message, IdempotencyKey]":
    """Make a test alert of the first brand, like a real one but for its mark."""
    from listener.domain.alert import AlertState, Excerpt, IdempotencyKey, Message, Severity
    from listener.domain.judgement import Judgement, Sentiment
    from listener.domain.text import Span

    brand = config.brands[0].name
    text = f"{brand} was down all morning and nobody answers the phone. (Nobody wrote this: it is a test.)"
    judgement = Judgement("test", "en", Sentiment(0.91, 0.07, 0.02), {"complaint": 0.88, "anger": 0.35})
    excerpt = Excerpt(
        text=text,
        marks=(Span(0, len(brand)),),
        title="",
        author="nobody",
        reach=1200,
        platform="test",
        community="",
        url="",
        posted_at=now,
        judgement=judgement,
    )
    message = Message(
        alert_id=0,
        number=1,
        rule="channels test",
        brand=brand,
        severity=Severity.INFO,
        state=AlertState.OPEN,
        title=f"{brand}: a test of this channel",
        reason="Somebody ran `listener channels test`. Nothing has happened, nothing is to be done.",
        excerpts=(excerpt,),
        events=1,
        held_back=0,
        opened_at=now,
        at=now,
        acknowledge="listener alerts",
        resolve="listener alerts",
        timezone=config.daemon.timezone,
        test=True,
    )
    return message, IdempotencyKey(f"test-{now:%Y%m%dT%H%M%S%f}")
