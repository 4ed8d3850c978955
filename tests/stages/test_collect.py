"""COLLECT: posts are kept once, edited in place, and a poll is put away whole or not at all."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from listener.domain.errors import StoreError
from listener.domain.source import Cursor, Gap, Page
from listener.store import coverage, streams
from tests.scripted import DAY, HOUR, MINUTE, T0, Bench, author, brand, every_mention, post

ROWS = "SELECT (SELECT count(*) FROM post), (SELECT count(*) FROM mention), (SELECT count(*) FROM story)"


def test_a_post_that_is_read_again_adds_nothing(bench: Bench) -> None:
    """Repeats are harmless: nothing is kept, counted or judged twice."""
    bench.tell(post("1"))
    before = bench.sql("SELECT * FROM mention")
    bench.hear(post("1"), at=T0 + HOUR)
    assert bench.sql("SELECT * FROM mention") == before
    assert bench.value("SELECT count(*) FROM post") == 1
    assert bench.column("SELECT fresh FROM sources WHERE source = 'feed'") == [1]


def test_two_versions_in_one_page_are_one_post(bench: Bench) -> None:
    """Of two versions within a page the later one stands."""
    bench.hear(post("1", "acme is broken"), post("1", "acme works again"))
    assert bench.column("SELECT text FROM mentions") == ["acme works again"]


def test_the_same_number_on_another_platform_is_another_post(bench: Bench) -> None:
    """Identity is platform and native id together."""
    bench.hear(post("1"), replace(post("1"), platform="other"))
    assert bench.value("SELECT count(*) FROM post") == 2


def test_an_edit_changes_the_post_in_place(bench: Bench) -> None:
    """An edit is no second mention."""
    bench.tell(post("1", "acme is broken"))
    bench.hear(post("1", "acme is fixed, I love it"), at=T0 + HOUR)
    assert bench.sql("SELECT mention_id, text FROM mentions") == [{"mention_id": 1, "text": "acme is fixed, I love it"}]
    assert bench.value("SELECT edited_at FROM post") == "2026-11-25 13:00:00"


def test_an_edit_is_judged_and_evaluated_again(bench: Bench) -> None:
    """What was judged was another text."""
    bench.follow(every_mention(complaint=True))
    bench.tell(post("1", "acme is fine"))
    bench.tell(post("1", "acme is broken"), at=T0 + HOUR)
    assert bench.column("SELECT complaint FROM mentions") == [1]
    assert bench.value("SELECT count(*) FROM alerts") == 1


def test_an_edited_mention_has_no_judgement_until_it_is_judged_again(bench: Bench) -> None:
    """The judgement of a former text does not pass for one of the present text."""
    bench.tell(post("1", "acme is broken"))
    bench.hear(post("1", "acme is lovely"), at=T0 + HOUR)
    assert bench.sql("SELECT complaint, p_complaint, model FROM mentions") == [
        {"complaint": None, "p_complaint": None, "model": None}
    ]


def test_an_edit_that_no_longer_names_the_brand_withdraws_the_mention(bench: Bench) -> None:
    """The mention leaves the views, and the post stays."""
    bench.tell(post("1", "acme is broken"))
    bench.hear(post("1", "something is broken"), at=T0 + HOUR)
    assert bench.sql("SELECT * FROM mentions") == []
    assert bench.value("SELECT withdrawn_at FROM mention") == "2026-11-25 13:00:00"
    assert bench.value("SELECT text FROM post") == "something is broken"


def test_an_edit_back_brings_the_mention_back(bench: Bench) -> None:
    """It is the same mention, to be judged anew."""
    for hour, text in enumerate(("acme is broken", "it is broken", "acme is broken again")):
        bench.hear(post("1", text), at=T0 + hour * HOUR)
    assert bench.sql("SELECT mention_id, text FROM mentions") == [{"mention_id": 1, "text": "acme is broken again"}]
    assert bench.value("SELECT judged FROM mention") == 0


def test_an_edit_moves_the_mention_to_the_story_of_its_new_text(bench: Bench) -> None:
    """A story holds texts that are one and the same, after an edit too."""
    copied = "acme recalls two million coffee makers because of a fire hazard in their plugs"
    bench.hear(post("1", copied), post("2", "acme opens a shop in the old harbour of Hamburg next week"))
    bench.hear(post("2", copied), at=T0 + HOUR)
    assert bench.column("SELECT DISTINCT story_id FROM mentions") == [1]


def test_counts_are_refreshed(bench: Bench) -> None:
    """Likes and replies grow without making an edit; what the platform leaves out stays as it was."""
    bench.hear(post("1", likes=1, replies=4))
    bench.hear(post("1", likes=90), at=T0 + HOUR)
    assert bench.sql("SELECT likes, replies, edited_at FROM post") == [{"likes": 90, "replies": 4, "edited_at": None}]


def test_a_bounded_source_keeps_what_does_not_match(bench: Bench) -> None:
    """A new brand can be searched in what was heard before."""
    bench.hear(post("1", "nothing of interest"))
    assert bench.column("SELECT text FROM post") == ["nothing of interest"]
    assert bench.value("SELECT count(*) FROM mention") == 0


def test_a_firehose_keeps_only_what_matches(bench: Bench) -> None:
    """What did not match is counted, not kept."""
    bench.hear(post("1", "nothing of interest"), post("2"), source="hose")
    assert bench.column("SELECT native_id FROM post") == ["2"]
    assert bench.sql("SELECT fetched, fresh, matched FROM sources WHERE source = 'hose'") == [
        {"fetched": 2, "fresh": 1, "matched": 1}
    ]


def test_one_post_may_mention_two_brands(bench: Bench) -> None:
    """It is one post with two mentions of one story."""
    bench.listen_for(brand(), brand("Bolt", "bolt"))
    bench.hear(post("1", "acme is better than bolt"))
    assert bench.column("SELECT brand FROM mentions ORDER BY brand") == ["Acme", "Bolt"]
    assert bench.value("SELECT count(*) FROM stories") == 2


def test_what_the_company_writes_itself_is_marked(bench: Bench) -> None:
    """Own accounts are configured, never inferred."""
    bench.listen_for(brand(accounts=("forum:@acme_help",)))
    bench.hear(post("1", by="Acme_Help"), post("2"))
    assert bench.column("SELECT is_own FROM mentions ORDER BY mention_id") == [1, 0]


@pytest.mark.parametrize(
    ("created", "history"),
    [(T0 - MINUTE, 1), (T0, 0), (T0 + MINUTE, 0)],
    ids=["before", "at the second", "after"],
)
def test_history_is_what_was_published_before_its_stream_was_configured(
    bench: Bench, created: datetime, history: int
) -> None:
    """All else is news, however late it is heard."""
    bench.hear(post("1", created_at=created), at=T0 + 9 * DAY)
    assert bench.column("SELECT is_history FROM mentions") == [history]


def test_undated_posts_are_history_until_the_first_sweep_has_ended(bench: Bench) -> None:
    """The first sweep ends with the first page that says so."""
    for number, more in ((1, True), (2, False), (3, False)):
        bench.hear(post(str(number), created_at=None), at=T0 + number * HOUR, more=more)
    assert bench.column("SELECT is_history FROM mentions ORDER BY mention_id") == [1, 1, 0]


def test_an_undated_post_is_dated_when_it_was_found(bench: Bench) -> None:
    """A post always has a time in the store."""
    bench.hear(post("1", created_at=None), at=T0 + HOUR)
    assert bench.column("SELECT posted_at FROM mentions") == ["2026-11-25 13:00:00"]


def test_replies_join_their_thread_in_any_order(bench: Bench) -> None:
    """The root names the thread, whenever it comes."""
    reply = post("2", root_id="1", parent_id="1", created_at=T0 + HOUR)
    bench.hear(reply, at=T0 + HOUR)
    bench.hear(post("1", title="Acme?", url="https://forum.example/1"), at=T0 + 2 * HOUR)
    assert bench.sql("SELECT title, url, posts, first_at, last_at FROM threads") == [
        {
            "title": "Acme?",
            "url": "https://forum.example/1",
            "posts": 2,
            "first_at": "2026-11-25 12:00:00",
            "last_at": "2026-11-25 13:00:00",
        }
    ]


def test_authors_are_kept_once_with_their_newest_name(bench: Bench) -> None:
    """An author is one row, however many posts and names."""
    bench.hear(post("1", author=author("ann", name="Ann", followers=3)))
    bench.hear(post("2", author=author("ann", name="Ann Other", followers=9)), at=T0 + HOUR)
    assert bench.sql("SELECT name, followers FROM author") == [{"name": "Ann Other", "followers": 9}]


@pytest.mark.parametrize("fails", [(coverage, "extend"), (streams, "move")], ids=["coverage", "cursor"])
def test_a_poll_that_cannot_be_put_away_leaves_everything_as_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, fails: tuple[object, str]
) -> None:
    """Posts, coverage and cursor commit together or not at all."""
    bench.hear(post("1"), cursor=Cursor("one"))
    before = [bench.sql(f"SELECT * FROM {table}") for table in ("post", "mention", "coverage", "stream", "thread")]  # noqa: S608

    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(*fails, fail)
    bench.connectors["feed"].pages["main"] = [Page(posts=[post("2")], cursor=Cursor("two"))]
    with pytest.raises(StoreError):
        bench.collect.step(T0 + HOUR)
    after = [bench.sql(f"SELECT * FROM {table}") for table in ("post", "mention", "coverage", "stream", "thread")]  # noqa: S608
    assert after == before


@pytest.mark.parametrize(
    "bad",
    [{"text": "acme \ud83d"}, {"likes": 10**30}, {"created_at": T0.replace(tzinfo=None)}],
    ids=["half a surrogate", "a number too big", "a naive time"],
)
def test_a_post_that_cannot_be_stored_is_an_error_of_its_stream(bench: Bench, bad: dict[str, Any]) -> None:
    """A connector that breaks its contract stops neither the daemon nor the other streams."""
    bench.connectors["hose"].pages["main"] = [Page(posts=[post("2")])]
    bench.hear(post("1", **bad), cursor=Cursor("past it"))
    assert bench.column("SELECT native_id FROM post") == ["2"]
    (stream,) = bench.sql("SELECT failures, cursor, error FROM stream WHERE source = 'feed'")
    assert (stream["failures"], stream["cursor"]) == (1, None)
    assert "could not be stored" in stream["error"]


def test_a_connector_that_raises_anything_is_an_error_of_its_stream(bench: Bench) -> None:
    """Whatever escapes a connector is recorded and pushed back."""
    bench.poll(KeyError("oops"))
    assert bench.column("SELECT error FROM sources WHERE source = 'feed'") == [
        "the connector failed unexpectedly: KeyError; please report it"
    ]


def test_the_cursor_is_handed_back(bench: Bench) -> None:
    """The next fetch reads on from the last one; a page without a cursor keeps the old."""
    for hour, page in enumerate((Page(cursor=Cursor("one")), Page(), Page())):
        bench.poll(page, at=T0 + hour * HOUR)
    assert bench.connectors["feed"].cursors == [None, "one", "one"]


def test_a_failure_keeps_the_cursor(bench: Bench) -> None:
    """What was not read is asked for again."""
    bench.poll(Page(cursor=Cursor("one")))
    bench.poll(RuntimeError(), at=T0 + HOUR)
    assert bench.column("SELECT cursor FROM stream WHERE source = 'feed'") == ["one"]


def test_more_than_a_chunk_is_kept_in_one_poll(bench: Bench) -> None:
    """SQLite takes only so many values a statement."""
    bench.hear(*(post(str(number), f"acme {number}") for number in range(900)), gap=Gap(None, T0, "restart"))
    assert bench.value("SELECT count(*) FROM mentions") == 900
    assert bench.value("SELECT fetched FROM sources WHERE source = 'feed'") == 900
