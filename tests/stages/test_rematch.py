"""Rematch: what was heard before is searched with the queries of today."""

from listener.stages.rematch import rematch
from tests.scripted import DAY, HOUR, T0, Bench, brand, drain, every_mention, post

LATER = T0 + DAY


def search(bench: Bench, **since: object) -> dict[str, int]:
    """Search everything again."""
    return rematch(bench.store, bench.listener, since.get("since"), LATER)  # type: ignore[arg-type]


def test_a_new_brand_is_found_in_what_was_heard(bench: Bench) -> None:
    """Bounded sources keep what did not match for this."""
    bench.hear(post("1", "bolt is broken"), post("2", "nothing"))
    bench.listen_for(brand(), brand("Bolt", "bolt"), at=LATER)
    assert search(bench) == {"searched": 2, "added": 1, "changed": 0, "withdrawn": 0}
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
    assert search(bench) == {"searched": 1, "added": 0, "changed": 0, "withdrawn": 0}
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


def test_what_comes_back_is_history(bench: Bench) -> None:
    """A rule that came meanwhile tells nobody of it."""
    bench.tell(post("1"))
    bench.listen_for(brand(query="acme AND router"), at=LATER)
    search(bench)
    bench.listen_for(brand(), at=LATER)
    search(bench)
    bench.follow(every_mention())
    bench.run(LATER)
    assert (bench.column("SELECT is_history FROM mentions"), bench.sent()) == ([1], [])


def test_what_other_words_match_now_is_judged_on_those(bench: Bench) -> None:
    """The spans are those of today's query."""
    bench.tell(post("1", "the acme router is broken"))
    bench.listen_for(brand(query="router"), at=LATER)
    assert search(bench) == {"searched": 1, "added": 0, "changed": 1, "withdrawn": 0}
    assert bench.sql("SELECT spans, judged FROM mention") == [{"spans": "[[9, 15]]", "judged": 0}]
    bench.run(LATER)
    assert bench.column("SELECT complaint FROM mentions") == [1]
    assert len(bench.judge.asked) == 2
    assert search(bench)["changed"] == 0


def test_what_is_judged_again_is_told_to_nobody(bench: Bench) -> None:
    """Neither by a rule that told of it nor by one that came meanwhile; it stays evidence for both."""
    bench.follow(every_mention())
    bench.tell(post("1", "the acme router is broken"))
    bench.listen_for(brand(query="router"), at=LATER)
    search(bench)
    bench.follow(every_mention(), every_mention(name="new"))
    bench.run(LATER)
    assert len(bench.sent()) == 1
    assert bench.column("SELECT stands FROM decision") == [1]


def test_what_was_not_evaluated_yet_is_still_news(bench: Bench) -> None:
    """A search between two stages of the line loses no alert."""
    bench.follow(every_mention())
    bench.hear(post("1", "the acme router is broken"))
    drain(bench.assess, T0)
    bench.listen_for(brand(query="router"), at=T0)
    search(bench)
    bench.run(LATER)
    assert len(bench.sent()) == 1


def test_an_account_that_was_added_makes_its_posts_our_own(bench: Bench) -> None:
    """Own is what the configuration of today says."""
    bench.tell(post("1", by="acme_help"))
    bench.listen_for(brand(accounts=("forum:acme_help",)), at=LATER)
    assert search(bench)["changed"] == 1
    assert bench.column("SELECT is_own FROM mentions") == [1]


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
