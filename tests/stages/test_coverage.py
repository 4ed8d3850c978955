"""Coverage: for each stream, what was heard, what was not, and why."""

from datetime import UTC, datetime, timedelta

import pytest

from listener.domain.errors import Gone, RateLimited, Unavailable
from listener.domain.source import Dropped, Gap, Page
from tests.scripted import DAY, HOUR, MINUTE, T0, Bench, brand, post

LEDGER = """SELECT c.outcome, substr(c.since, 9, 8) AS since, substr(c.until, 9, 8) AS until, c.polls
FROM coverage AS c JOIN stream AS s ON s.id = c.stream_id WHERE s.source = 'feed' ORDER BY c.id"""


def test_polls_that_go_on_extend_one_row(bench: Bench) -> None:
    """Nothing changes, so nothing is added but time and numbers."""
    for minutes in (0, 15, 30):
        bench.poll(Page(), at=T0 + minutes * MINUTE)
    assert bench.sql(LEDGER) == [{"outcome": "ok", "since": "25 12:00", "until": "25 12:30", "polls": 3}]


def test_a_new_day_begins_a_new_row_where_the_last_ended(bench: Bench) -> None:
    """Rows join without a hole."""
    bench.poll(Page())
    bench.poll(Page(), at=T0 + 13 * HOUR)
    assert bench.sql(LEDGER) == [
        {"outcome": "ok", "since": "25 12:00", "until": "25 12:00", "polls": 1},
        {"outcome": "ok", "since": "25 12:00", "until": "26 01:00", "polls": 1},
    ]


def test_another_outcome_begins_a_new_row(bench: Bench) -> None:
    """The outage stands between what was heard, with its reason."""
    down = Unavailable("it is down")
    answers: list[Page | Exception] = [Page(), down, down, Page()]
    for hours, answer in enumerate(answers):
        bench.poll(answer, at=T0 + hours * HOUR)
    assert [(row["outcome"], row["since"], row["polls"]) for row in bench.sql(LEDGER)] == [
        ("ok", "25 12:00", 1),
        ("unavailable", "25 12:00", 2),
        ("ok", "25 14:00", 1),
    ]


def test_a_clock_that_was_set_back_begins_a_new_row(bench: Bench) -> None:
    """No row ends before it begins, and none forgets what it held."""
    for hours in (0, 1, -1):
        bench.listen_for(brand(), at=T0 + hours * HOUR)
        bench.poll(Unavailable("it is down"), at=T0 + hours * HOUR)
    assert bench.sql(LEDGER) == [
        {"outcome": "unavailable", "since": "25 12:00", "until": "25 13:00", "polls": 2},
        {"outcome": "unavailable", "since": "25 11:00", "until": "25 11:00", "polls": 1},
    ]


def test_a_gap_is_a_row_of_its_own(bench: Bench) -> None:
    """It says which interval was not heard, and why; the poll that found it is counted beside it."""
    bench.poll(Page())
    bench.poll(Page(gap=Gap(T0 + 10 * MINUTE, T0 + 50 * MINUTE, "500 posts were too many")), at=T0 + HOUR)
    assert bench.sql(LEDGER)[1:] == [
        {"outcome": "gap", "since": "25 12:10", "until": "25 12:50", "polls": 0},
        {"outcome": "ok", "since": "25 12:00", "until": "25 13:00", "polls": 1},
    ]


def test_a_gap_without_a_beginning_reaches_back_to_the_streams_own(bench: Bench) -> None:
    """``since`` None means from when the stream was configured, and never after the gap's end."""
    bench.poll(Page(gap=Gap(None, T0 + HOUR, "the file was cut")), at=T0 + 2 * HOUR)
    bench.poll(Page(gap=Gap(None, T0 - HOUR, "older than all")), at=T0 + 3 * HOUR)
    gaps = [(row["since"], row["until"]) for row in bench.sql(LEDGER) if row["outcome"] == "gap"]
    assert gaps == [("25 12:00", "25 13:00"), ("25 11:00", "25 11:00")]


def test_the_counters_add_up_to_what_was_fetched(bench: Bench) -> None:
    """Over days, outcomes and firehoses: the sum of the ledger is what the platform gave."""
    for hours in range(0, 60, 6):
        posts = [post(f"{hours}-{number}", "acme" if number % 2 else "nothing") for number in range(hours // 6)]
        bench.hear(*posts, at=T0 + hours * HOUR, source="hose", dropped=[Dropped("no date", 2)])
    total = "SELECT sum(fetched) AS fetched, sum(matched) AS matched, sum(dropped) AS dropped FROM coverage"
    assert bench.sql(total) == [{"fetched": 45, "matched": 20, "dropped": 20}]


def test_what_was_dropped_is_counted_by_its_reason(bench: Bench) -> None:
    """Nothing vanishes unsaid."""
    bench.poll(Page(dropped=[Dropped("no date", 2), Dropped("empty")]), Page(dropped=[Dropped("no date")]))
    assert bench.column("SELECT dropped_why FROM coverage WHERE dropped > 0") == ['{"no date": 3, "empty": 1}']


def test_a_blind_spot_is_shown_with_its_reason(bench: Bench) -> None:
    """Gaps and outages of the past, each with interval and why."""
    bench.poll(Page(gap=Gap(T0, T0 + MINUTE, "the stream was cut")), RateLimited("too many requests"))
    past = bench.sql("SELECT source, what, why FROM blind_spots WHERE NOT ongoing ORDER BY what")
    assert past == [
        {"source": "feed", "what": "gap", "why": "the stream was cut"},
        {"source": "feed", "what": "rate-limited", "why": "too many requests"},
    ]


def test_a_stream_that_fails_is_blind_until_it_is_heard(bench: Bench) -> None:
    """What goes on is marked as such, and ends with the next good poll."""
    now = "SELECT what, why FROM blind_spots WHERE ongoing AND source = 'feed' AND why NOT LIKE 'nothing%'"
    bench.poll(Unavailable("it is down"))
    assert bench.sql(now) == [{"what": "failing", "why": "it is down"}]
    bench.poll(Page(), at=T0 + HOUR)
    assert bench.sql(now) == []


def test_a_stream_that_is_gone_is_parked_and_says_so(bench: Bench) -> None:
    """It is no good poll, and is a blind spot from the last one on; making everything due does not wake it."""
    bench.poll(Page())
    bench.poll(Gone("the feed is gone for good"), at=T0 + HOUR)
    bench.collect.make_due(T0 + 2 * HOUR)
    assert [stream.source for stream in bench.collect._store.due(T0 + 2 * HOUR, 9)] == ["hose"]
    assert [row["outcome"] for row in bench.sql(LEDGER)] == ["ok", "gone"]
    assert bench.sql("SELECT since, what, why FROM blind_spots WHERE ongoing AND source = 'feed'") == [
        {"since": "2026-11-25 12:00:00", "what": "parked", "why": "the feed is gone for good"}
    ]


def test_a_parked_stream_is_looked_for_once_a_day_and_comes_back(bench: Bench) -> None:
    """A site may say by mistake that a feed is gone; no stream ends silently."""
    bench.poll(Gone("gone"))
    for answer, state in ((Gone("still gone"), "parked"), (Page(posts=[post("1")]), "active")):
        (due,) = bench.column("SELECT due_at FROM sources WHERE source = 'feed'")
        at = datetime.fromisoformat(due).replace(tzinfo=UTC)
        bench.connectors["feed"].pages["main"] = [answer]
        bench.collect.step(at - MINUTE)
        bench.collect.step(at)
        assert not bench.connectors["feed"].pages["main"]
        assert bench.column("SELECT state FROM sources WHERE source = 'feed'") == [state]
    assert at == T0 + 2 * DAY
    assert bench.sql("SELECT reason, failures, error FROM sources WHERE source = 'feed'") == [
        {"reason": "", "failures": 0, "error": ""}
    ]


@pytest.mark.parametrize("answer", [Page(), Unavailable("down"), Gone("gone")], ids=["good", "bad", "gone"])
def test_an_answer_that_comes_late_does_not_bring_a_removed_stream_back(bench: Bench, answer: Page | Exception) -> None:
    """The configuration changed while it was asked."""
    (stream,) = (one for one in bench.collect._store.due(T0, 9) if one.source == "feed")
    bench.connectors["feed"].names = []
    bench.collect.prepare(T0)
    bench.collect._put_away(stream, answer, T0)  # type: ignore[arg-type]
    assert bench.sql("SELECT state, reason FROM sources WHERE source = 'feed'") == [
        {"state": "removed", "reason": "no longer in the configuration"}
    ]


def test_a_stream_that_fails_for_days_is_still_tried_every_day(bench: Bench) -> None:
    """The circuit never stops silently."""
    at, tries = T0, []
    for _ in range(20):
        bench.connectors["feed"].pages["main"] = [Unavailable("it is down")]
        bench.collect.step(at)
        due = bench.collect._store.next_due()
        assert due is not None
        tries.append(due - at)
        with bench.store.write() as db:
            db.exec_driver_sql("UPDATE stream SET state = 'removed' WHERE source = 'hose'")
        at = due
    assert max(tries) <= timedelta(hours=24)
    assert bench.column("SELECT failures FROM sources WHERE source = 'feed'") == [20]
