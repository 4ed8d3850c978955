"""How much waits in the store, for whoever looks at the daemon from outside."""

from dataclasses import dataclass

from sqlalchemy import text

from listener.store.engine import Store

QUERY = """
    SELECT (SELECT count(*) FROM stream WHERE state = 'active'),
           (SELECT count(*) FROM mention WHERE judged = 0 AND withdrawn_at IS NULL),
           (SELECT count(*) FROM delivery WHERE state = 'pending')
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Streams that are listened to, mentions to be judged, messages to be sent."""

    streams: int
    mentions: int
    messages: int


def waiting(store: Store) -> Waiting:
    """Count what waits. Raises StoreError where the store does not answer."""
    with store.read() as db:
        return Waiting(*db.execute(text(QUERY)).one())
