"""Counting what is in the store, for the summaries of a run."""

from collections.abc import Mapping

from sqlalchemy import text

from listener.store.engine import Store

_COUNTS: Mapping[str, str] = {
    "posts": "SELECT count(*) FROM post",
    "mentions": "SELECT count(*) FROM mentions",
    "judged": "SELECT count(*) FROM mentions WHERE model IS NOT NULL",
    "abstained": "SELECT count(*) FROM mentions WHERE abstained IS NOT NULL",
    "stories": "SELECT count(DISTINCT story_id) FROM mentions",
    "threads": "SELECT count(*) FROM thread",
    "alerts": "SELECT count(*) FROM alert",
    "deliveries": "SELECT count(*) FROM delivery WHERE state = 'sent'",
    "gaps": "SELECT count(*) FROM coverage WHERE outcome = 'gap'",
}


def counts(store: Store) -> dict[str, int]:
    """Count everything by the word that the summaries use."""
    with store.read() as db:
        return {name: int(db.execute(text(query)).scalar_one()) for name, query in _COUNTS.items()}


def last_alert(store: Store) -> int:
    """The number of the newest alert, 0 if there is none."""
    with store.read() as db:
        return int(db.execute(text("SELECT coalesce(max(id), 0) FROM alert")).scalar_one())


def alerts_after(store: Store, number: int) -> list[dict[str, object]]:
    """Return the alerts raised after the one of this number, as their view shows them."""
    with store.read() as db:
        found = db.execute(text("SELECT * FROM alerts WHERE alert_id > :number ORDER BY alert_id"), {"number": number})
        return [dict(row) for row in found.mappings()]
