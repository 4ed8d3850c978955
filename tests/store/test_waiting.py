"""What waits in the store, counted for whoever looks at the daemon from outside."""

from pathlib import Path

from listener.store.waiting import QUERY, Waiting, waiting
from tests.scripted import T0, Bench, every_mention, opened, post


def seen(bench: Bench) -> Waiting:
    """Count what waits."""
    return waiting(bench.store)


def test_what_waits_is_counted(tmp_path: Path) -> None:
    """A mention until it is judged, a message until it is sent; streams as long as they are listened to."""
    with opened(tmp_path) as bench:
        bench.follow(every_mention())
        bench.hear(post("1"))
        assert seen(bench) == Waiting(streams=2, mentions=1, messages=0)
        bench.assess.step(T0)
        bench.evaluate.step(T0)
        assert seen(bench) == Waiting(streams=2, mentions=0, messages=1)
        bench.deliver.step(T0)
        assert seen(bench) == Waiting(streams=2, mentions=0, messages=0)


def test_counting_reads_what_waits_alone(tmp_path: Path) -> None:
    """Not every mention and message there ever was: it is counted with every beat."""
    with opened(tmp_path) as bench:
        plan = "\n".join(row["detail"] for row in bench.sql(f"EXPLAIN QUERY PLAN {QUERY}"))
    assert "mention USING INDEX ix_mention_to_judge" in plan
    assert "delivery USING INDEX ix_delivery_due" in plan
