"""ASSESS: every mention is judged once, and one bad text stops nobody."""

from collections.abc import Sequence

import pytest

from listener.domain.judgement import Judgement, Passage
from listener.stages.assess import Assess
from listener.store.assess import Assessing
from tests.scripted import HOUR, MINUTE, T0, Bench, brand, drain, post

NEXT = T0 + HOUR


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
    small = Assess(Assessing(bench.store), bench.judge, {}, batch=2)
    assert [small.step(T0).done for _ in range(4)] == [2, 2, 1, 0]
    assert bench.judge.asked == [f"acme number {number}" for number in range(5)]


def test_the_judge_sees_the_passage(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, title, brand, where it stands, and the brand's own handles."""
    seen: list[Passage] = []
    ask = bench.judge.judge

    def watching(passages: Sequence[Passage]) -> list[Judgement]:
        seen.extend(passages)
        return ask(passages)

    monkeypatch.setattr(bench.judge, "judge", watching)
    bench.listen_for(brand(accounts=("forum:@Acme_Help",)))
    bench.tell(post("1", "so acme is broken", title="Hm", lang_hint="en"))
    (passage,) = seen
    assert (passage.brand, passage.title, passage.lang_hint) == ("Acme", "Hm", "en")
    assert [passage.text[span.start : span.end] for span in passage.spans] == ["acme"]
    assert passage.accounts == ("acme_help",)


def test_a_text_that_breaks_the_judge_does_not_stop_the_others(bench: Bench) -> None:
    """It waits; the rest of its batch is judged."""
    bench.hear(post("1", "acme one"), post("2", "acme poison"), post("3", "acme three"))
    progress = bench.assess.step(T0)
    assert (progress.done, progress.errors) == (3, 1)
    assert bench.judge.asked == ["acme one", "acme three"]
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


def test_a_mended_judge_judges_what_waited(bench: Bench) -> None:
    """The pushback is forgotten with it."""
    bench.judge.broken = True
    bench.tell(post("1"))
    bench.judge.broken = False
    bench.run(NEXT)
    assert bench.sql("SELECT judged, attempts, retry_at FROM mention") == [
        {"judged": 1, "attempts": 0, "retry_at": None}
    ]


def test_an_edit_ends_the_waiting(bench: Bench) -> None:
    """Another text, another chance, at once."""
    bench.tell(post("1", "acme poison"))
    bench.tell(post("1", "acme is fine"), at=T0 + MINUTE)
    assert bench.judge.asked == ["acme is fine"]


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
    Assess(Assessing(bench.store), Editing(bench, "acme is lovely"), {}).step(NEXT)
    assert bench.column("SELECT model FROM mentions") == [None]
    bench.run(NEXT)
    assert bench.judge.asked == ["acme is lovely"]


def test_a_mention_withdrawn_while_it_is_judged_stays_withdrawn(bench: Bench) -> None:
    """And is not judged again."""
    bench.hear(post("1"))
    Assess(Assessing(bench.store), Editing(bench, "no name"), {}).step(NEXT)
    bench.run(NEXT)
    assert (bench.judge.asked, bench.sql("SELECT * FROM mentions")) == ([], [])


def test_a_post_dropped_while_it_is_judged_is_no_error(bench: Bench) -> None:
    """Retention does not wait for the judge."""
    bench.hear(post("1"), post("2", "acme two"))
    waiting = Assessing(bench.store).pending(T0, 9)
    judged = bench.assess._judged(waiting)
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
