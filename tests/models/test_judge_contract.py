"""What every judge must do, whatever runs it: ``listener.domain.judgement.Judge``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.domain.judgement import Judge, Judgement, Passage
from listener.domain.text import Span
from models.judge import JudgeSettings, open_judge
from models.reading import EMPTY
from tests.models.conftest import MAKERS

CLEAR = "The new router from Acme broke again and nobody there wants to help me with it."
TEXTS = (
    CLEAR,
    "I really like how fast the app is now, great work by the whole team!",
    "Does anybody know when the shop in the old town opens on Sundays?",
    "They charged me twice and then they closed my ticket without a word.",
)
HOSTILE = {
    "long": "the router is broken again and nobody helps me. " * 2_100,
    "one long word": "w" * 100_000,
    "emoji": "\U0001f621\U0001f469\u200d\U0001f4bb the app is great \U0001f44d\U0001f3fd " * 20,
    "null bytes": "the app\x00 is \x00\x00broken again and it is your fault",
    "lone surrogates": "the app \ud83d is broken \udc00 again and it is your fault",
    "special tokens": "the app [SEP] is [CLS] broken [PAD][MASK] again and it is your fault",
    "right to left": "\u202ethe app is \u05e9\u05d1\u05d5\u05e8 broken again and it is your fault\u202c",
    "combining": "the a\u0301\u0302\u0303" + "\u0300" * 5_000 + " app is broken again and it is your fault",
    "line breaks": "the app\r\n\r\n\tis\u2028broken\u2029again and it is your fault",
    "other scripts": "\u0e01\u0e02" * 3_000 + "\u4e2d\u6587" * 3_000,
    "no words": "\ufe0f\u200d\u20e3!?\u2026 ...",
}


def numbers(judgement: Judgement) -> Iterator[float]:
    """Give every probability of a judgement."""
    if judgement.sentiment:
        yield from (judgement.sentiment.negative, judgement.sentiment.neutral, judgement.sentiment.positive)
    yield from (value for value in judgement.heads.values() if value is not None)


def assert_sound(judgement: Judgement, judge: Judge) -> None:
    """Probabilities lie in 0..1 and add up, or there are none and a reason is given."""
    assert judgement.model == judge.model_id
    assert all(0.0 <= number <= 1.0 for number in numbers(judgement))
    if judgement.sentiment is None:
        assert judgement.abstained
        assert not judgement.heads
    else:
        parts = judgement.sentiment
        assert parts.negative + parts.neutral + parts.positive == pytest.approx(1.0, abs=1e-9)


def test_nothing_is_judged_as_nothing(judge: Judge) -> None:
    """An empty batch is no mistake."""
    assert judge.judge([]) == []


def test_the_order_is_kept(judge: Judge) -> None:
    """Long and short, known and unknown, repeated and not: each answer stands where its passage stood."""
    passages = [Passage(text) for text in (*TEXTS, TEXTS[0] * 9, "", TEXTS[1], TEXTS[0])]
    together = judge.judge(passages)
    assert len(together) == len(passages)
    for passage, judgement in zip(passages, together, strict=True):
        alone = judge.judge([passage])[0]
        assert list(numbers(judgement)) == pytest.approx(list(numbers(alone)), abs=0.01)
        assert (judgement.language, judgement.abstained) == (alone.language, alone.abstained)
    assert together[0] == together[-1]
    assert together[0].sentiment != together[1].sentiment


@pytest.mark.parametrize("text", ["", "   ", "\n\t \u200b\ufeff", "\x00\x00", "\ud800"])
def test_an_empty_text_has_no_probabilities(judge: Judge, text: str) -> None:
    """Nothing to read: abstained, with the reason."""
    judgement = judge.judge([Passage(text, brand="Acme")])[0]
    assert judgement.abstained == EMPTY
    assert judgement.sentiment is None
    assert judgement.label("complaint") is None


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_text_breaks_it(judge: Judge, name: str) -> None:
    """Whatever people or machines write is judged or abstained from, beside a text that stays as it was."""
    spans = (Span(0, 3), Span(90_000, 90_010), Span(5, 2), Span(-4, 10**9))
    hostile = Passage(HOSTILE[name], brand="acme", spans=spans, title=HOSTILE[name][:200], parent=HOSTILE[name])
    answers = judge.judge([Passage(CLEAR), hostile, Passage(HOSTILE[name])])
    for answer in answers:
        assert_sound(answer, judge)
    assert list(numbers(answers[0])) == pytest.approx(list(numbers(judge.judge([Passage(CLEAR)])[0])), abs=0.01)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(max_size=300),
    brand=st.text(max_size=30),
    title=st.text(max_size=60),
    parent=st.text(max_size=60),
    places=st.lists(st.tuples(st.integers(-5, 400), st.integers(-5, 400)), max_size=4),
)
def test_no_passage_breaks_it(
    judge: Judge, text: str, brand: str, title: str, parent: str, places: list[tuple[int, int]]
) -> None:
    """Any text with any spans."""
    spans = tuple(Span(start, end) for start, end in places)
    passage = Passage(text, brand, spans, title, lang_hint="xx-YY", parent=parent)
    assert_sound(judge.judge([passage])[0], judge)


def test_neighbours_do_not_move_a_text(judge: Judge) -> None:
    """Alone, among its like, or beside walls of text: a probability moves by no more than 0.01."""
    alone = [list(numbers(judge.judge([Passage(text)])[0])) for text in TEXTS]
    loud = [Passage(("!!! WORST " + text.upper() + " ### ") * 6) for text in TEXTS]
    for crowd in ([], loud, [Passage(text[:25]) for text in TEXTS]):
        answers = judge.judge([*crowd, *(Passage(text) for text in TEXTS), *crowd])
        for before, answer in zip(alone, answers[len(crowd) :], strict=False):
            assert list(numbers(answer)) == pytest.approx(before, abs=0.01)


def test_the_brand_is_the_target(runtime: JudgeSettings, judge: Judge) -> None:
    """Our network hears whom the sentiment is toward; a Hugging Face model hears the text alone."""
    plain, toward = judge.judge([Passage(CLEAR), Passage(CLEAR, brand="Acme", spans=(Span(20, 24),))])
    assert (plain.sentiment == toward.sentiment) is runtime.model.startswith("hf:")


def test_the_model_id_names_the_content(runtime: JudgeSettings, judge: Judge, tmp_path: Path) -> None:
    """The same files give the same id; other weights or other languages another one."""
    assert open_judge(runtime).model_id == judge.model_id
    foreign = JudgeSettings(runtime.runtime, runtime.model, languages=frozenset({"de", "en"}))
    kind = "hugging face" if runtime.model.startswith("hf:") else runtime.runtime
    other = MAKERS[kind](tmp_path, 8)
    ids = {judge.model_id, open_judge(foreign).model_id, open_judge(other).model_id}
    assert len(ids) == 3


def test_another_language_is_not_judged(judge: Judge) -> None:
    """German is named, and has no probabilities."""
    judgement = judge.judge([Passage("Der Kundendienst hat sich seit drei Wochen nicht mehr gemeldet.")])[0]
    assert judgement.abstained == "unsupported language: de"
    assert judgement.language == "de"
    assert judgement.sentiment is None
