"""Measuring a judge, with one that knows the answers it gives."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from listener.domain.errors import ConfigError
from listener.domain.judgement import Judgement, Passage, Sentiment
from listener.domain.text import Span
from models.measure import measure, passage_of


class Parrot:
    """Finds its answer in the text: "neg", "pos", "yes"; "?" is unsure, "de" has no answer."""

    model_id = "parrot-1"

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Answer each."""
        return [self._answer(passage.text.split()) for passage in passages]

    def _answer(self, said: list[str]) -> Judgement:
        if "de" in said:
            return Judgement(self.model_id, "de", abstained="unsupported language: de")
        parts = Sentiment(0.8 * ("neg" in said) + 0.1, 0.1, 0.8 * ("pos" in said) + 0.1)
        heads: dict[str, float | None] = {"complaint": 0.9 if "yes" in said else 0.2}
        return Judgement(self.model_id, "en", parts, heads, "low confidence" if "?" in said else None)


def write(path: Path, *rows: tuple[str, dict[str, Any]]) -> Path:
    """Write labelled lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"text": text, "labels": labels}) + "\n" for text, labels in rows))
    return path


def test_figures_of_each_head(tmp_path: Path) -> None:
    """The unsure count by their probabilities, those without any as no sentiment and no complaint."""
    rows: list[tuple[str, dict[str, Any]]] = [
        ("neg", {"sentiment": "negative"}),
        ("neg ?", {"sentiment": "negative"}),
        ("pos", {"sentiment": "positive"}),
        ("pos de", {"sentiment": "positive", "anger": 1}),
        ("yes", {"complaint": 1}),
        ("no", {"complaint": 1}),
        ("yes de", {"complaint": 0}),
    ]
    write(tmp_path / "mine" / "dev.jsonl", *rows)
    report = measure(Parrot(), "mine", tmp_path)
    sentiment, complaint = report.figures
    assert (report.set, report.model) == ("mine", "parrot-1")
    assert (sentiment.head, sentiment.n, sentiment.macro_recall) == ("sentiment", 4, 0.75)
    assert sentiment.macro_f1 == pytest.approx((1 + 2 / 3) / 2)
    assert (sentiment.missing, sentiment.abstained) == (0.25, 0.5)
    assert sentiment.calibration_error == pytest.approx(0.1)
    assert math.isnan(sentiment.f1_of_ones)
    assert complaint.n == 3
    assert complaint.f1_of_ones == pytest.approx(2 / 3)
    assert complaint.missing == pytest.approx(1 / 3)
    assert report.as_json()["heads"][0]["f1_of_ones"] is None


def test_a_file_is_measured_by_its_path(tmp_path: Path) -> None:
    """Without any folder of sets; blank lines are nothing."""
    path = write(tmp_path / "own.jsonl", ("pos", {"sentiment": "positive"}))
    path.write_text(path.read_text() + "\n")
    assert measure(Parrot(), str(path)).figures[0].macro_recall == 1.0


def test_the_target_is_the_brand() -> None:
    """With its place where the line gives it."""
    row = {"text": "I like acme", "target": "acme", "target_start": 7, "target_end": 11}
    assert passage_of(row | {"labels": {"target_sentiment": "positive"}}) == Passage(
        "I like acme", brand="acme", spans=(Span(7, 11),)
    )
    assert passage_of(row | {"labels": {"sentiment": "positive"}}) == Passage("I like acme")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "nothing to measure on"),
        ('{"text": "a", "labels": {"spam": 1}}', "no labels"),
        ('{"text": "a"}', "own.jsonl:1: a line must be"),
        ("nonsense", "own.jsonl:1: a line must be"),
        ('{"text": 5, "labels": {"complaint": 1}}', "own.jsonl:1: a line must be"),
        ('{"text": "a", "labels": {"complaint": "yes"}}', 'a label of "complaint" must be 0, 1 or .* not "yes"'),
        ('{"text": "a", "labels": {"target_sentiment": "positive"}}', "own.jsonl:1: a line must be"),
    ],
)
def test_what_cannot_be_measured_is_said(tmp_path: Path, content: str | None, message: str) -> None:
    """A missing file, a line that is none, labels of other heads."""
    if content is not None:
        (tmp_path / "own.jsonl").write_text(content + "\n")
    with pytest.raises(ConfigError, match=message):
        measure(Parrot(), str(tmp_path / "own.jsonl"), tmp_path)
