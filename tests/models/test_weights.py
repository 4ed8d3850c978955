"""The weights that ship: floors on the development sets, and behaviour on sentences of our own."""

import json

import pytest

from listener.domain.judgement import Judge, Judgement, Passage
from listener.domain.text import Span
from models.judge import JudgeSettings, open_judge
from models.manifest import WEIGHTS
from models.measure import Figures, measure
from tests.shared import DATA, needs_data

pytestmark = pytest.mark.weights

MEGABYTE = 1_000_000

PRAISE = (
    "Absolutely love the new headphones, best sound I have ever heard!",
    "Shout out to the support team, they solved it in two minutes. Brilliant service.",
    "Really happy with my order, it came a day early and looks beautiful.",
)
COMPLAINTS = (
    "I have been waiting three weeks for my refund and nobody answers my emails.",
    "My order arrived broken and your support just keeps closing my ticket. Please fix this.",
    "The app crashes every time I try to log in since the last update, this is useless.",
)
RAGE = (
    "I am absolutely furious, you liars stole my money and now you hang up on me!!!",
    "This makes my blood boil. How dare you treat people like this, I am so angry right now.",
)
PLAIN = (
    "The store on Market Street opens at nine on weekdays.",
    "The company will publish its quarterly figures on Thursday.",
    "Does the bus to the airport also run on Sundays?",
)


@pytest.fixture(scope="module")
def shipped() -> Judge:
    """Open the judge as the daemon does."""
    return open_judge(JudgeSettings())


def figures(judge: Judge, name: str, head: str) -> Figures:
    """Measure one head on a development set."""
    return next(one for one in measure(judge, name, DATA).figures if one.head == head)


def judged(judge: Judge, *texts: str) -> list[Judgement]:
    """Judge texts without a brand."""
    return judge.judge([Passage(text) for text in texts])


@needs_data
def test_sentiment_is_heard(shipped: Judge) -> None:
    """Macro recall of three classes on tweets, no answer counting as a wrong one."""
    figure = figures(shipped, "semeval17_sentiment", "sentiment")
    assert figure.macro_recall >= 0.71
    assert figure.missing <= 0.01
    assert figure.abstained <= 0.05
    assert figure.calibration_error <= 0.05


@needs_data
def test_complaints_are_heard(shipped: Judge) -> None:
    """Macro F1 on tweets to companies and others."""
    figure = figures(shipped, "complaints2019", "complaint")
    assert figure.macro_f1 >= 0.88
    assert figure.calibration_error <= 0.08


@needs_data
def test_anger_is_heard(shipped: Judge) -> None:
    """Macro F1 on tweets of four emotions."""
    assert figures(shipped, "tweeteval_emotion", "anger").macro_f1 >= 0.80


def test_praise_is_positive_and_no_complaint(shipped: Judge) -> None:
    """Clear words of joy."""
    for judgement in judged(shipped, *PRAISE):
        assert judgement.sentiment_label == "positive"
        assert judgement.label("complaint") is False
        assert judgement.label("anger") is False


def test_complaints_are_negative(shipped: Judge) -> None:
    """Something promised was not done."""
    for judgement in judged(shipped, *COMPLAINTS):
        assert judgement.sentiment_label == "negative"
        assert judgement.label("complaint") is True


def test_rage_is_anger(shipped: Judge) -> None:
    """Words of anger toward a company."""
    for judgement in judged(shipped, *RAGE):
        assert judgement.sentiment_label == "negative"
        assert judgement.label("anger") is True


def test_plain_statements_are_neutral(shipped: Judge) -> None:
    """Facts and questions."""
    for judgement in judged(shipped, *PLAIN):
        assert judgement.sentiment_label == "neutral"
        assert judgement.label("complaint") is False


def test_sentiment_is_toward_the_brand(shipped: Judge) -> None:
    """One sentence, two brands, two answers."""
    text = "Vexacom is terrible, Brightline is great."
    places = {name: text.index(name) for name in ("Vexacom", "Brightline")}
    bad, good = shipped.judge(
        [Passage(text, brand=name, spans=(Span(at, at + len(name)),)) for name, at in places.items()]
    )
    assert bad.sentiment
    assert good.sentiment
    assert (bad.sentiment.label, good.sentiment.label) == ("negative", "positive")


def test_a_complaint_deep_in_an_article_is_found(shipped: Judge) -> None:
    """It is read around the brand, wherever that stands."""
    filler = "The committee met on Tuesday and spoke about the weather and the roads of the county. "
    end = "Meanwhile Acme has left me without internet for two weeks and refuses to refund me, terrible company."
    text = filler * 60 + end
    at = text.index("Acme")
    judgement = shipped.judge([Passage(text, brand="Acme", spans=(Span(at, at + 4),))])[0]
    assert judgement.sentiment_label == "negative"
    assert judgement.label("complaint") is True


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ich warte seit drei Wochen auf mein Geld und niemand antwortet.", "de"),
        ("Llevo tres semanas esperando mi dinero y nadie responde.", "es"),
        ("J'attends mon remboursement depuis trois semaines et personne ne r\u00e9pond.", "fr"),
    ],
)
def test_other_languages_abstain(shipped: Judge, text: str, language: str) -> None:
    """They are named, not guessed at."""
    (judgement,) = judged(shipped, text)
    assert judgement.abstained == f"unsupported language: {language}"
    assert judgement.sentiment is None


def test_neighbours_do_not_move_a_text(shipped: Judge) -> None:
    """A probability moves by no more than 0.01, alone or in a crowd."""
    texts = (*PRAISE, *COMPLAINTS, *RAGE, *PLAIN)
    crowd = judged(shipped, *(f"{text} !!!! AAAARGH ###  {text * 4}" for text in texts), *texts)[len(texts) :]
    for text, together in zip(texts, crowd, strict=True):
        (alone,) = judged(shipped, text)
        assert alone.sentiment
        assert together.sentiment
        assert together.sentiment.negative == pytest.approx(alone.sentiment.negative, abs=0.01)
        assert together.sentiment.positive == pytest.approx(alone.sentiment.positive, abs=0.01)
        assert together.heads == pytest.approx(alone.heads, abs=0.01)


def test_what_ships_is_small_and_says_how_it_was_made() -> None:
    """At most 30 MB in all; recipe, seed, data and versions stand in the manifest."""
    assert sum(file.stat().st_size for file in WEIGHTS.iterdir()) <= 30 * MEGABYTE
    made = json.loads((WEIGHTS / "manifest.json").read_text(encoding="utf-8"))["made"]
    assert {"date", "recipe", "seed", "data", "versions", "dev"} <= set(made)
    assert all(len(digest) == 64 for digest in made["data"].values())
