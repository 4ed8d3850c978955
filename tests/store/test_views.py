"""Views: the product's SQL interface."""

import sqlite3
from contextlib import closing

import pytest

from listener.store import derived
from tests.scripted import HOUR, T0, Bench, brand, post

PROMISED = {
    "mentions": "mention_id brand platform source community author author_reach posted_at found_at lang kind title "
    "text url thread_id parent_id via story_id is_own is_private is_history sentiment p_negative p_neutral p_positive "
    "complaint p_complaint complaint_severity anger p_anger sarcasm p_sarcasm suggestion p_suggestion relevance "
    "p_relevance spam p_spam abstained model",
    "threads": "thread_id brand platform url title state score posts authors complaining_authors first_at last_at "
    "answered_at",
    "alerts": "alert_id rule brand severity state opened_at updated_at key title events deliveries acknowledged_by "
    "acknowledged_at",
}


@pytest.mark.parametrize("view", PROMISED)
def test_the_promised_columns_are_there_in_order(bench: Bench, view: str) -> None:
    """Whoever reads by position reads the same for ever."""
    with closing(sqlite3.connect(bench.path)) as database:
        assert " ".join(derived.columns(database)[view]) == PROMISED[view]


@pytest.mark.parametrize(
    ("p", "label"), [(0.49999, 0), (0.5, 1), (0.50001, 1), (None, None)], ids=["below", "at", "above", "none"]
)
def test_a_label_is_true_at_one_half(bench: Bench, p: float | None, label: int | None) -> None:
    """In every head, and NULL where the head was not judged."""
    bench.tell(post("1"))
    heads = ("complaint", "anger", "sarcasm", "suggestion", "relevance", "spam")
    with bench.store.write() as db:
        for head in heads:
            db.exec_driver_sql(f"UPDATE judgement SET p_{head} = ?", (p,))  # noqa: S608
    (row,) = bench.sql("SELECT * FROM mentions")
    assert {head: row[head] for head in heads} == dict.fromkeys(heads, label)


@pytest.mark.parametrize(
    ("negative", "neutral", "positive", "sentiment"),
    [(0.5, 0.3, 0.2, "negative"), (0.2, 0.5, 0.3, "neutral"), (0.1, 0.3, 0.6, "positive"), (0.4, 0.4, 0.2, "negative")],
)
def test_sentiment_is_the_most_probable(
    bench: Bench, negative: float, neutral: float, positive: float, sentiment: str
) -> None:
    """The same as the judgement says in Python, ties included."""
    bench.tell(post("1"))
    with bench.store.write() as db:
        db.exec_driver_sql(
            "UPDATE judgement SET p_negative = ?, p_neutral = ?, p_positive = ?", (negative, neutral, positive)
        )
    assert bench.column("SELECT sentiment FROM mentions") == [sentiment]


def test_nothing_is_labelled_before_it_is_judged(bench: Bench) -> None:
    """NULL is not 0."""
    bench.hear(post("1"))
    assert bench.sql("SELECT sentiment, complaint, p_complaint, abstained, model FROM mentions") == [
        dict.fromkeys(("sentiment", "complaint", "p_complaint", "abstained", "model"))
    ]


def test_a_mention_shows_what_it_answers(bench: Bench) -> None:
    """Where that was heard."""
    bench.hear(post("1"), post("2", parent_id="1", root_id="1"), post("3", parent_id="unknown", root_id="1"))
    assert bench.column("SELECT parent_id FROM mentions ORDER BY mention_id") == [None, 1, None]


def test_the_language_is_the_judges_word_before_the_platforms(bench: Bench) -> None:
    """The platform's is a hint."""
    bench.hear(post("1", lang_hint="de"), post("2"))
    assert bench.column("SELECT lang FROM mentions") == ["de", None]
    bench.run()
    assert bench.column("SELECT lang FROM mentions") == ["en", "en"]


def test_threads_count_who_complains_and_when_we_answered(bench: Bench) -> None:
    """The company itself is nobody who complains."""
    bench.listen_for(brand(accounts=("forum:acme_help",)))
    bench.tell(
        post("1"),
        post("2", root_id="1"),
        post("3", root_id="1", by="bob"),
        post("4", "acme is not broken any more", root_id="1", by="acme_help", created_at=T0 + HOUR),
        at=T0 + 2 * HOUR,
    )
    assert bench.sql("SELECT posts, authors, complaining_authors, answered_at FROM threads") == [
        {"posts": 4, "authors": 3, "complaining_authors": 2, "answered_at": "2026-11-25 13:00:00"}
    ]


def test_days_add_up(bench: Bench) -> None:
    """Every mention of a day is in one sentiment, abstained or unjudged."""
    bench.tell(
        post("1"), post("2", "acme I love it"), post("3", "acme"), post("4", "acme unclear"), post("5", "acme klingon")
    )
    bench.hear(post("6", "acme later"), at=T0 + HOUR)
    (day,) = bench.sql("SELECT * FROM daily")
    assert (
        day["negative"] + day["neutral"] + day["positive"] + day["abstained"] + day["unjudged"] == day["mentions"] == 6
    )
    assert (day["day"], day["complaints"], day["abstained"], day["unjudged"]) == ("2026-11-25", 1, 2, 1)


@pytest.mark.parametrize("view", ["mentions", "threads", "stories", "daily"])
@pytest.mark.parametrize("gone", ["UPDATE post SET removed = 'hidden'", "UPDATE mention SET withdrawn_at = found_at"])
def test_what_is_withdrawn_or_taken_down_is_in_no_view(bench: Bench, view: str, gone: str) -> None:
    """Of none a row, a count or a title."""
    bench.tell(post("1"))
    with bench.store.write() as db:
        db.exec_driver_sql(gone)
    assert bench.sql(f"SELECT * FROM {view}") == []  # noqa: S608
