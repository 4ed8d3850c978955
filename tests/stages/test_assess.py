"""ASSESS: every mention is judged once, and one bad text stops nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from loguru import logger
from sqlalchemy import event

from listener.domain.judgement import Judgement, Passage
from listener.domain.text import Span
from listener.stages.assess import PROBE, REST, Assess
from listener.stages.stage import Progress
from listener.store.assess import Assessing
from tests.scripted import HOUR, MINUTE, T0, Bench, drain, post

NEXT = T0 + HOUR
DOWN = "SELECT value FROM meta WHERE key = 'judge_down'"


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Give the lines that are logged as errors."""
    lines: list[str] = []
    number = logger.add(lambda line: lines.append(line.rstrip()), level="ERROR", format="{message} {extra}")
    yield lines
    logger.remove(number)


def test_a_mention_is_judged_once(bench: Bench) -> None:
    """Then the stage is idle."""
    bench.hear(post("1"))
    assert (drain(bench.assess, T0), drain(bench.assess, T0)) == (1, 0)
    assert bench.judge.asked == ["acme is broken"]


def test_what_matches_nothing_is_not_judged(bench: Bench) -> None:
    """Kept, but of no concern."""
    bench.tell(post("1", "nothing of interest"))
    assert bench.judge.asked == []


def test_history_is_judged(bench: Bench) -> None:
    """It is counted and shown, only not alerted."""
    bench.tell(post("1", created_at=T0 - HOUR))
    assert bench.column("SELECT complaint FROM mentions") == [1]


def test_batches_are_bounded(bench: Bench) -> None:
    """A flood is judged in pieces, oldest first."""
    bench.hear(*(post(str(number), f"acme number {number}") for number in range(5)))
    small = Assess(Assessing(bench.store), bench.judge, batch=2)
    assert [small.step(T0).done for _ in range(4)] == [2, 2, 1, 0]
    assert bench.judge.asked == [f"acme number {number}" for number in range(5)]


def test_the_judge_sees_the_passage(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, title, brand, and where it stands in both."""
    seen: list[Passage] = []
    ask = bench.judge.judge

    def watching(passages: Sequence[Passage]) -> list[Judgement]:
        seen.extend(passages)
        return ask(passages)

    monkeypatch.setattr(bench.judge, "judge", watching)
    bench.tell(post("1", "so acme is broken", title="Hm, Acme", lang_hint="en"))
    (passage,) = seen
    assert (passage.brand, passage.title, passage.lang_hint) == ("Acme", "Hm, Acme", "en")
    assert [passage.text[span.start : span.end] for span in passage.spans] == ["acme"]
    assert [passage.title[span.start : span.end] for span in passage.title_spans] == ["Acme"]


def test_a_text_that_breaks_the_judge_does_not_stop_the_others(bench: Bench) -> None:
    """It waits; the rest of its batch is judged."""
    bench.hear(post("1", "acme one"), post("2", "acme poison"), post("3", "acme three"))
    progress = bench.assess.step(T0)
    assert (progress.done, progress.errors) == (3, 1)
    assert bench.judge.asked == ["acme one", PROBE.text, "acme three"]
    assert drain(bench.assess, T0 + 9 * MINUTE) == 0


def test_a_text_that_broke_the_judge_is_tried_again_ever_more_rarely(bench: Bench) -> None:
    """After 10 minutes, then 20, 40 and so on."""
    bench.hear(post("1", "acme poison"))
    waits, at = [], T0
    for _ in range(4):
        bench.assess.step(at)
        waits.append(bench.value("SELECT retry_at FROM mention"))
        at = at + 10 * MINUTE * 2 ** (len(waits) - 1)
    assert waits == ["2026-11-25 12:10:00", "2026-11-25 12:30:00", "2026-11-25 13:10:00", "2026-11-25 14:30:00"]


def test_a_text_that_breaks_the_judge_no_longer_is_judged(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pushback is forgotten with it."""
    bench.tell(post("1", "acme poison"))
    monkeypatch.setattr(bench.judge, "judge", lambda passages: [Judgement("scripted-2", "en") for _ in passages])
    bench.run(NEXT)
    assert bench.sql("SELECT judged, attempts, retry_at FROM mention") == [
        {"judged": 1, "attempts": 0, "retry_at": None}
    ]


def test_a_judge_that_is_down_pushes_no_mention_back(bench: Bench, log: list[str]) -> None:
    """It fails on a plain sentence too: the stage rests a minute, says why, and every mention keeps its place."""
    bench.hear(post("1", "acme one"), post("2", "acme two"))
    bench.judge.broken = True
    assert bench.assess.step(T0) == Progress(0, T0 + REST, errors=1)
    assert bench.sql("SELECT DISTINCT judged, attempts, retry_at FROM mention") == [
        {"judged": 0, "attempts": 0, "retry_at": None}
    ]
    assert bench.value(DOWN) == "2026-11-25 12:00:00 RuntimeError: the judge broke"
    assert len(log) == 1
    assert "the judge is down" in log[0]
    assert "RuntimeError: the judge broke" in log[0]


def test_a_judge_that_is_down_is_asked_again_in_a_minute(bench: Bench) -> None:
    """Not sooner; once it is back, nothing says that it was away."""
    bench.hear(post("1", "acme one"), post("2", "acme two"))
    bench.judge.broken = True
    bench.assess.step(T0)
    bench.judge.broken = False
    assert bench.assess.step(T0 + REST / 2) == Progress(0, T0 + REST)
    assert bench.judge.asked == []
    assert bench.assess.step(T0 + REST).done == 2
    assert bench.sql(DOWN) == []


def test_a_single_mention_is_enough_to_tell_a_judge_that_is_down(bench: Bench) -> None:
    """No text of its own is needed to clear the others."""
    bench.judge.broken = True
    bench.tell(post("1"))
    assert bench.column("SELECT retry_at FROM mention") == [None]


def test_what_is_logged_of_a_text_is_never_the_text(bench: Bench, log: list[str]) -> None:
    """An error that a text provoked may quote it; only its kind is told."""
    bench.tell(post("1", "acme poison"))
    assert len(log) == 1
    assert "RuntimeError" in log[0]
    assert "the judge broke" not in log[0]


def test_an_idle_look_reads_only_what_is_to_be_judged(bench: Bench) -> None:
    """By the partial index, or each second would read every mention there ever was."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(bench.store._reader, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
    bench.assess.step(T0)
    query, values = next(one for one in asked if one[0].startswith("SELECT"))
    plan = bench.sql(f"EXPLAIN QUERY PLAN {query}", *values)
    assert any("ix_mention_to_judge" in row["detail"] for row in plan)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "acme is fine"},
        {"brand": "Umbra"},
        {"spans": (Span(0, 4),)},
        {"title": "A title"},
        {"title_spans": (Span(0, 1),)},
        {"lang_hint": "en"},
        {"parent": "is it?"},
    ],
)
def test_a_passage_is_told_apart_by_all_that_the_judge_reads(change: dict[str, Any]) -> None:
    """Else an old judgement would pass for that of a new passage; broken text is no obstacle."""
    passage = Passage("acme is \ud83d", brand="Acme")
    assert passage.hash == replace(passage).hash
    assert passage.hash != replace(passage, **change).hash


def test_an_edit_ends_the_waiting(bench: Bench) -> None:
    """Another text, another chance, at once."""
    bench.tell(post("1", "acme poison"))
    bench.tell(post("1", "acme is fine"), at=T0 + MINUTE)
    assert bench.judge.asked == [PROBE.text, "acme is fine"]


def test_an_answer_of_the_wrong_length_is_no_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judgements must never be put to the wrong mentions."""
    bench.hear(post("1", "acme one"), post("2", "acme two"))
    ask = bench.judge.judge
    monkeypatch.setattr(bench.judge, "judge", lambda passages: ask(passages)[:1])
    assert bench.assess.step(T0).errors == 0
    assert bench.judge.asked[2:] == ["acme one", "acme two"]


class Editing:
    """A judge during whose work its text is edited."""

    model_id = "editing-1"

    def __init__(self, bench: Bench, text: str) -> None:
        self._bench = bench
        self._text = text

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Edit the post, then judge what it was."""
        self._bench.hear(post("1", self._text), at=NEXT)
        return [Judgement("editing-1", "en") for _ in passages]


def test_a_mention_edited_while_it_is_judged_stays_to_be_judged(bench: Bench) -> None:
    """The judgement of the former text is not put to it."""
    bench.hear(post("1"))
    Assess(Assessing(bench.store), Editing(bench, "acme is lovely")).step(NEXT)
    assert bench.column("SELECT model FROM mentions") == [None]
    bench.run(NEXT)
    assert bench.judge.asked == ["acme is lovely"]


def test_a_mention_withdrawn_while_it_is_judged_stays_withdrawn(bench: Bench) -> None:
    """And is not judged again."""
    bench.hear(post("1"))
    Assess(Assessing(bench.store), Editing(bench, "no name")).step(NEXT)
    bench.run(NEXT)
    assert (bench.judge.asked, bench.sql("SELECT * FROM mentions")) == ([], [])


def test_a_post_dropped_while_it_is_judged_is_no_error(bench: Bench) -> None:
    """Retention does not wait for the judge."""
    bench.hear(post("1"), post("2", "acme two"))
    waiting = Assessing(bench.store).pending(T0, 9)
    judged, _ = bench.assess._judged(waiting)
    with bench.store.write() as db:
        db.exec_driver_sql("DELETE FROM mention WHERE id = 1")
    assert Assessing(bench.store).commit(judged, T0) == 1
    Assessing(bench.store).push_back(waiting[:1], T0)
    assert bench.column("SELECT mention_id FROM judgement") == [2]


def test_the_same_passage_by_the_same_model_is_one_judgement(bench: Bench) -> None:
    """An edit and its undoing lead back to the judgement that there is."""
    for hour, text in enumerate(("acme is broken", "acme is fine", "acme is broken")):
        bench.tell(post("1", text), at=T0 + hour * HOUR)
    assert bench.value("SELECT count(*) FROM judgement") == 2
    assert bench.column("SELECT complaint FROM mentions") == [1]


def test_another_model_gives_a_judgement_of_its_own(bench: Bench) -> None:
    """The former stays beside it."""
    bench.tell(post("1"))
    bench.judge.model_id = "scripted-2"
    with bench.store.write() as db:
        db.exec_driver_sql("UPDATE mention SET judged = 0, evaluated = 0")
    bench.run(NEXT)
    assert bench.column("SELECT model FROM judgement ORDER BY id") == ["scripted-1", "scripted-2"]
    assert bench.column("SELECT model FROM mentions") == ["scripted-2"]


def test_abstention_keeps_its_reason_and_its_probabilities(bench: Bench) -> None:
    """No label, but the numbers; an unsupported language has neither."""
    bench.tell(post("1", "acme is unclear and broken"), post("2", "acme klingon"))
    assert bench.sql("SELECT abstained, complaint, p_complaint, sentiment, p_negative, lang FROM mentions") == [
        {
            "abstained": "low confidence",
            "complaint": None,
            "p_complaint": 0.9,
            "sentiment": None,
            "p_negative": 0.9,
            "lang": "en",
        },
        {
            "abstained": "unsupported language",
            "complaint": None,
            "p_complaint": None,
            "sentiment": None,
            "p_negative": None,
            "lang": "tlh",
        },
    ]
