"""Searching stored posts with today's queries."""

from datetime import datetime

from listener.stages.collect import Listener
from listener.store.engine import Store
from listener.store.rematch import Rematching

BATCH = 500


def rematch(store: Store, listener: Listener, since: datetime | None, now: datetime) -> dict[str, int]:
    """Match every stored post found ``since`` again, in batches; returns what was searched, added, changed, withdrawn.

    What is found this way is history: it is judged, but nobody is alerted of it. What other words match now is judged
    again on those.
    """
    work = Rematching(store)
    work.sync_brands(listener.brands.values(), now)
    total = {"searched": 0, "added": 0, "changed": 0, "withdrawn": 0}
    last = 0
    while batch := work.after(last, since, BATCH):
        last = batch[-1].post_id
        heard = [(one.post_id, listener.hear(one.post, history=True)) for one in batch]
        total["searched"] += len(batch)
        for what, count in work.commit(heard, now).items():
            total[what] += count
    return total
