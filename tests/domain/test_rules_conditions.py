"""Conditions: all that is set must hold, and what does not is said in words."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from listener.domain.judgement import Judgement
from listener.domain.match import Document
from listener.domain.rules.conditions import Conditions
from tests.domain.rules import CALM, CROSS, mention

UNSURE = replace(CROSS, abstained="low confidence")
FOREIGN = Judgement("m", "tlh", abstained="unsupported language")
PARTIAL = replace(CROSS, heads={"complaint": 0.9})

HOLDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"judgement": FOREIGN}),
    ({"sentiment": ["negative"]}, {}),
    ({"sentiment": ["positive", "neutral"]}, {"judgement": CALM}),
    ({"complaint": True}, {}),
    ({"complaint": False}, {"judgement": CALM}),
    ({"anger": True}, {}),
    ({"anger": False}, {"judgement": CALM}),
    ({"min_negative": 0.9}, {}),
    ({"min_complaint": 0.9}, {}),
    ({"min_anger": 0.7}, {}),
    ({"min_complaint": 0.9}, {"judgement": UNSURE}),
    ({"min_reach": 100}, {"reach": 100}),
    ({"min_reach": 0}, {"reach": None}),
    ({"platforms": ["forum"]}, {}),
    ({"platforms": ["import"]}, {"document": Document(text="acme", platform="import:desk")}),
    ({"languages": ["de", "en"]}, {}),
    ({"query": "broken OR dead"}, {}),
    ({"query": "title:recall"}, {"document": Document(text="acme", title="Recall")}),
    ({"include_own": True}, {"own": True}),
]
FAILS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"own": True}, "the company wrote it itself"),
    ({"sentiment": ["positive", "neutral"]}, {}, "sentiment is negative, not positive or neutral"),
    ({"sentiment": ["negative"]}, {"judgement": UNSURE}, "the judge abstained: low confidence"),
    ({"complaint": True}, {"judgement": CALM}, "complaint is no, not yes"),
    ({"complaint": False}, {}, "complaint is yes, not no"),
    ({"complaint": False}, {"judgement": FOREIGN}, "the judge abstained: unsupported language"),
    ({"anger": True}, {"judgement": PARTIAL}, "anger is not judged, not yes"),
    ({"anger": False}, {"judgement": PARTIAL}, "anger is not judged, not no"),
    ({"min_negative": 0.91}, {}, "p(negative) is 0.90, below 0.91"),
    ({"min_negative": 0}, {"judgement": FOREIGN}, "p(negative) is not judged, below 0.00"),
    ({"min_complaint": 0.95}, {}, "p(complaint) is 0.90, below 0.95"),
    ({"min_anger": 0.1}, {"judgement": PARTIAL}, "p(anger) is not judged, below 0.10"),
    ({"min_reach": 101}, {"reach": 100}, "reach 100 is below 101"),
    ({"min_reach": 1}, {"reach": None}, "reach unknown is below 1"),
    ({"platforms": ["x", "reddit"]}, {}, "platform forum is not among x, reddit"),
    ({"platforms": ["for"]}, {}, "platform forum is not among for"),
    ({"languages": ["de", "fr"]}, {}, "language en is not among de, fr"),
    ({"query": "recall"}, {}, "the text does not match recall"),
    ({"complaint": True, "min_reach": 5}, {"judgement": CALM}, "reach unknown is below 5"),
]


@pytest.mark.parametrize(("conditions", "of"), HOLDS, ids=str)
def test_a_condition_that_holds(conditions: dict[str, Any], of: dict[str, Any]) -> None:
    """Nothing is unmet."""
    assert Conditions.model_validate(conditions).unmet(mention(**of)) == ""


@pytest.mark.parametrize(("conditions", "of", "said"), FAILS, ids=str)
def test_a_condition_that_does_not_hold(conditions: dict[str, Any], of: dict[str, Any], said: str) -> None:
    """The first one is named, with its numbers."""
    assert Conditions.model_validate(conditions).unmet(mention(**of)) == said


def test_every_condition_is_in_the_tables() -> None:
    """A new one needs both its rows."""
    fields = set(Conditions.model_fields) - {"include_own"}
    assert {name for conditions, _ in HOLDS for name in conditions} >= fields
    assert {name for conditions, _, _ in FAILS for name in conditions} >= fields


@pytest.mark.parametrize(
    "bad",
    [{"min_complaint": 1.1}, {"min_anger": -0.1}, {"min_reach": -1}, {"sentiment": ["bad"]}, {"angry": True}],
    ids=str,
)
def test_impossible_conditions_are_refused(bad: dict[str, Any]) -> None:
    """A rule that can never fire is a mistake."""
    with pytest.raises(ValidationError):
        Conditions.model_validate(bad)


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({}, ""),
        ({"sentiment": ["negative", "neutral"]}, "negative or neutral"),
        ({"complaint": True, "anger": True}, "angry complaint"),
        ({"sentiment": ["negative"], "anger": True, "complaint": True}, "negative, angry complaint"),
        ({"complaint": False, "anger": False}, "calm uncomplaining"),
    ],
    ids=str,
)
def test_conditions_are_described_in_words(conditions: dict[str, Any], words: str) -> None:
    """As they stand before the word mention in a title."""
    assert Conditions.model_validate(conditions).described() == words
