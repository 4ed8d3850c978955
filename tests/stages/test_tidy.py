"""TIDY: what is older than the operator wants to keep goes, and does not come back as news."""

from listener.stages.tidy import Tidy
from listener.store.engine import check
from listener.store.tidy import BITE, Tidying
from tests.scripted import DAY, HOUR, MINUTE, T0, Bench, drain, every_mention, post

LATER = T0 + 31 * DAY


def keeping(bench: Bench, days: int) -> Tidy:
    """Make a stage that keeps posts so long, and unmatched ones for 30 days."""
    return Tidy(Tidying(bench.store), keep_unmatched=30 * DAY, keep=days * DAY)


def test_unmatched_posts_go_after_their_time(bench: Bench) -> None:
    """Not a moment before."""
    bench.hear(post("1", "nothing"))
    assert drain(bench.tidy, T0 + 30 * DAY) == 0
    assert drain(bench.tidy, LATER) == 1
    assert bench.sql("SELECT * FROM post") == []


def test_mentions_stay_unless_told_otherwise(bench: Bench) -> None:
    """Withdrawn ones too: they are the record."""
    bench.hear(post("1"), post("2"))
    bench.hear(post("2", "no name"), at=T0 + HOUR)
    drain(bench.tidy, LATER)
    assert bench.value("SELECT count(*) FROM mention") == 2


def test_mentions_go_with_all_that_hangs_on_them(bench: Bench) -> None:
    """Judgements, decisions, stories, threads, authors and the search index."""
    bench.follow(every_mention())
    bench.tell(post("1", "acme " + " ".join(f"word{number}" for number in range(20))))
    drain(keeping(bench, 30), LATER)
    tables = ("post", "mention", "judgement", "decision", "story", "story_band", "thread", "author")
    assert {table: bench.value(f"SELECT count(*) FROM {table}") for table in tables} == dict.fromkeys(tables, 0)  # noqa: S608
    assert bench.sql("SELECT rowid FROM post_text WHERE post_text MATCH 'acme'") == []
    assert check(bench.path) == []


def test_what_others_still_hold_stays(bench: Bench) -> None:
    """A story, thread or author lives as long as one post does."""
    bench.hear(post("1"))
    bench.hear(post("2", root_id="1"), at=T0 + 5 * DAY)
    drain(keeping(bench, 30), LATER)
    held = "SELECT (SELECT count(*) FROM story) + (SELECT count(*) FROM thread) + (SELECT count(*) FROM author)"
    assert (bench.column("SELECT native_id FROM post"), bench.value(held)) == (["2"], 3)


def test_alerts_outlive_their_mentions(bench: Bench) -> None:
    """What happened and who was told stays on record."""
    bench.follow(every_mention())
    bench.tell(post("1"))
    drain(keeping(bench, 30), LATER)
    assert bench.sql("SELECT events, deliveries FROM alerts") == [{"events": 1, "deliveries": 1}]


def test_what_was_let_go_does_not_come_back_as_news(bench: Bench) -> None:
    """A feed may list an entry for years; nobody is told of it twice."""
    bench.follow(every_mention())
    bench.tell(post("1"))
    drain(keeping(bench, 30), LATER)
    bench.tell(post("1"), at=LATER + HOUR)
    assert (len(bench.sent()), bench.sql("SELECT * FROM mentions")) == (1, [])


def test_it_works_in_small_bites(bench: Bench) -> None:
    """No other stage waits long for the write lock."""
    bench.hear(*(post(str(number), "nothing") for number in range(BITE + 1)))
    assert [bench.tidy.step(LATER).done for _ in range(3)] == [BITE, 1, 0]


def test_an_idle_stage_looks_once_an_hour(bench: Bench) -> None:
    """Old posts are never urgent."""
    bench.hear(post("1", "nothing"))
    drain(bench.tidy, T0 + 30 * DAY - MINUTE)
    assert drain(bench.tidy, T0 + 30 * DAY + 10 * MINUTE) == 0
    assert drain(bench.tidy, T0 + 30 * DAY + 59 * MINUTE) == 1


def test_looking_for_old_posts_waits_for_no_writer(bench: Bench) -> None:
    """And holds none up: it reads through all that is kept."""
    bench.hear(post("1"))
    with bench.store.write():
        assert Tidying(bench.store).drop_unmatched(LATER) == 0


def test_an_idle_stage_empties_the_log(bench: Bench) -> None:
    """What was deleted stands there no longer, and the disk does not fill."""
    bench.hear(post("1"))
    log = bench.path.with_name("mentions.db-wal")
    before = log.stat().st_size
    drain(bench.tidy, T0)
    assert (before > 0, log.stat().st_size) == (True, 0)


def test_a_long_reader_keeps_the_log_and_stops_nothing(bench: Bench) -> None:
    """The next hour is soon enough."""
    with bench.store.read() as db:
        db.exec_driver_sql("SELECT * FROM post").all()
        bench.hear(post("1"))
        drain(bench.tidy, T0)
        assert bench.path.with_name("mentions.db-wal").stat().st_size > 0
    drain(bench.tidy, T0 + HOUR)
    assert bench.path.with_name("mentions.db-wal").stat().st_size == 0
