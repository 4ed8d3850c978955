"""Alerts in the store: raised once a key, grown by further events, told of with restraint, closed by people."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from listener.domain.alert import AlertState
from listener.domain.errors import StoreError
from listener.domain.rules.decision import Decision, JudgedMention, Rule
from listener.store import tables

ALERT = tables.table(tables.Alert)
EVENT = tables.table(tables.AlertEvent)
DECISION = tables.table(tables.Decision)
DELIVERY = tables.table(tables.Delivery)

STANDING = ALERT.c.state != AlertState.RESOLVED.value


def raise_or_grow(
    db: Connection,
    rule: Rule,
    key: str,
    mention: JudgedMention,
    decision: Decision,
    decision_id: int,
    now: datetime,
) -> None:
    """Open an alert, or let the one grow that stands for this rule and key. ``tell_waiting`` then speaks of it."""
    standing = db.execute(select(ALERT).where(STANDING & (ALERT.c.rule == rule.name) & (ALERT.c.key == key))).first()
    alert_id = standing.id if standing else _open(db, rule, key, mention.brand, decision, now)
    told_of = (EVENT.c.alert_id == alert_id) & EVENT.c.mention_id.in_(decision.evidence)
    known = set(db.execute(select(EVENT.c.mention_id).where(told_of)).scalars())
    fresh = [number for number in decision.evidence if number not in known]
    for number in fresh:
        kind = "grew" if standing or number != fresh[0] else "opened"
        cause = _decision_on(db, decision_id, number)
        db.execute(
            EVENT.insert().values(alert_id=alert_id, at=now, kind=kind, decision_id=cause, mention_id=number, message=0)
        )
    grown = {
        "events": ALERT.c.events + len(fresh),
        "held_back": ALERT.c.held_back + len(fresh),
        "title": decision.title,
        "reason": decision.reason,
        "updated_at": now,
    }
    db.execute(update(ALERT).where(ALERT.c.id == alert_id).values(**grown))


def tell_waiting(db: Connection, channels: frozenset[str], now: datetime) -> int:
    """Tell of every standing alert that has something new and whose cooldown has passed; a new one has none yet."""
    waiting = db.execute(select(ALERT).where(STANDING & (ALERT.c.held_back > 0) & (ALERT.c.quiet_until <= now))).all()
    for alert in waiting:
        _tell(db, alert, channels, now)
    return len(waiting)


def next_waiting(db: Connection) -> datetime | None:
    """Say when the next alert that holds something back may speak."""
    soonest = select(ALERT.c.quiet_until).where(STANDING & (ALERT.c.held_back > 0)).order_by(ALERT.c.quiet_until)
    found: datetime | None = db.execute(soonest.limit(1)).scalar()
    return found


def acknowledge(db: Connection, alert_id: int, by: str, now: datetime) -> None:
    """Note that somebody has taken the alert on. Raises StoreError if there is none or it is resolved."""
    _close_or_take(db, alert_id, AlertState.ACKNOWLEDGED, by, now)


def resolve(db: Connection, alert_id: int, by: str, now: datetime) -> None:
    """Close the alert; the next event of its key opens a new one. Raises StoreError as acknowledge does."""
    _close_or_take(db, alert_id, AlertState.RESOLVED, by, now)


def _close_or_take(db: Connection, alert_id: int, state: AlertState, by: str, now: datetime) -> None:
    alert = _alert(db, alert_id)
    if alert.state == state.value:
        return
    if alert.state == AlertState.RESOLVED:
        raise StoreError(
            f"Alert {alert_id} was resolved by {alert.resolved_by} at {alert.resolved_at:%Y-%m-%d %H:%M} UTC."
        )
    stamp = {f"{state.value}_by": by, f"{state.value}_at": now, "state": state.value, "updated_at": now}
    db.execute(update(ALERT).where(ALERT.c.id == alert_id).values(**stamp))
    db.execute(EVENT.insert().values(alert_id=alert_id, at=now, kind=state.value, by=by))


def _open(db: Connection, rule: Rule, key: str, brand: str, decision: Decision, now: datetime) -> int:
    alert = ALERT.insert().values(
        rule=rule.name,
        rule_version=rule.version,
        brand=brand,
        severity=rule.severity.value,
        channels=json.dumps(list(rule.channels)),
        cooldown_s=rule.cooldown.total_seconds(),
        key=key,
        opened_at=now,
        quiet_until=now,
        title=decision.title,
        reason=decision.reason,
        updated_at=now,
        events=0,
        held_back=0,
    )
    number: int = db.execute(alert.returning(ALERT.c.id)).scalar_one()
    return number


def _decision_on(db: Connection, decision_id: int, mention_id: int) -> int | None:
    """Find what the same rule decided on another mention under the same key."""
    this = DECISION.alias("this")
    same = (DECISION.c.rule_id == this.c.rule_id) & (DECISION.c.key == this.c.key) & (this.c.id == decision_id)
    found: int | None = db.execute(
        select(DECISION.c.id).join(this, same).where(DECISION.c.watermark == mention_id)
    ).scalar()
    return found


def _tell(db: Connection, alert: Row[Any], channels: Iterable[str], now: datetime) -> None:
    """Put the alert's next message, with all that no message told of yet, into the outbox of its channels."""
    message = alert.messages + 1
    spoken = {
        "messages": message,
        "held_back": 0,
        "quiet_until": now + timedelta(seconds=alert.cooldown_s),
        "updated_at": now,
    }
    db.execute(update(ALERT).where(ALERT.c.id == alert.id).values(**spoken))
    untold = (EVENT.c.alert_id == alert.id) & (EVENT.c.message == 0) & EVENT.c.mention_id.is_not(None)
    db.execute(update(EVENT).where(untold).values(message=message))
    for channel in json.loads(alert.channels):
        if channel in channels:
            outgoing = {"alert_id": alert.id, "channel": channel, "message": message, "created_at": now, "due_at": now}
            db.execute(DELIVERY.insert().values(key=f"alert-{alert.id}-{message}", **outgoing))


def _alert(db: Connection, alert_id: int) -> Row[Any]:
    alert = db.execute(select(ALERT).where(ALERT.c.id == alert_id)).first()
    if alert is None:
        raise StoreError(f"There is no alert {alert_id}; `listener alerts` lists them.")
    return alert
