"""Rematch: what was heard before is searched with the queries of today."""

from listener.stages.rematch import rematch
from tests.scripted import DAY, HOUR, T0, Bench, brand, every_mention, post

LATER = T0 + DAY


def search(bench: Bench, **since: object) -> dict[str, int]:
    """Search everything again."""
    return rematch(bench.store, bench.listener, since.get("since"), LATER)  # type: ignore[arg-type]


def test_a_new_brand_is_found_in_what_was_heard(bench: Bench) -> None:
    """Bounded sources keep what did not match for this."""
    bench.hear(post("1", "bolt is broken"), post("2", "nothing"))
    bench.listen_for(brand(), brand("Bolt", "bolt"), at=LATER)
    assert search(bench) == {"searched": 2, "added": 1, "withdrawn": 0}
    assert bench.sql("SELECT brand, text FROM mentions") == [{"brand": "Bolt", "text": "bolt is broken"}]


def test_what_is_found_so_is_history(bench: Bench) -> None:
    """It is judged, and nobody is alerted of it."""
    bench.follow(every_mention())
    bench.hear(post("1", "bolt is broken"))
    bench.listen_for(brand("Bolt", "bolt"), at=LATER)
    search(bench)
    bench.run(LATER)
    assert bench.sql("SELECT is_history, complaint FROM mentions") == [{"is_history": 1, "complaint": 1}]
    assert bench.sent() == []


def test_searching_again_changes_nothing(bench: Bench) -> None:
    """What stands is neither judged nor told again."""
    bench.follow(every_mention())
    bench.tell(post("1"))
    before = bench.sql("SELECT * FROM mention")
    assert search(bench) == {"searched": 1, "added": 0, "withdrawn": 0}
    assert bench.sql("SELECT * FROM mention") == before


def test_what_a_narrower_query_does_not_match_is_withdrawn(bench: Bench) -> None:
    """And comes back with the wider one."""
    bench.tell(post("1"))
    bench.listen_for(brand(query="acme AND router"), at=LATER)
    assert search(bench)["withdrawn"] == 1
    assert bench.sql("SELECT * FROM mentions") == []
    bench.listen_for(brand(), at=LATER)
    assert search(bench)["added"] == 1
    assert bench.column("SELECT mention_id FROM mentions") == [1]


def test_a_former_brand_keeps_its_mentions(bench: Bench) -> None:
    """Its query is gone, so nothing can be said against them."""
    bench.hear(post("1"))
    bench.listen_for(brand("Bolt", "bolt"), at=LATER)
    assert search(bench)["withdrawn"] == 0
    assert bench.column("SELECT brand FROM mentions") == ["Acme"]


def test_the_search_can_begin_at_a_time(bench: Bench) -> None:
    """By when a post was found."""
    for hour in range(3):
        bench.hear(post(str(hour), f"bolt {hour}"), at=T0 + hour * HOUR)
    bench.listen_for(brand("Bolt", "bolt"), at=LATER)
    assert search(bench, since=T0 + HOUR)["searched"] == 2


def test_what_was_taken_down_is_not_searched(bench: Bench) -> None:
    """Neither deleted nor hidden posts come back by a new query."""
    bench.hear(post("1", "bolt"))
    with bench.store.write() as db:
        db.exec_driver_sql("UPDATE post SET removed = 'hidden'")
    bench.listen_for(brand("Bolt", "bolt"), at=LATER)
    assert search(bench)["searched"] == 0
