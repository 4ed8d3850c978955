"""Measure a judge on labelled texts: the very judge that serves, language detection and abstention included.

A text that got no probabilities (another language was heard) has no sentiment, which counts as wrong, and raises no
complaint and no anger, which counts as the "no" that it is to whoever waits for one. A text that the judge was unsure
of keeps its probabilities and is counted by them. The share of both stands beside the figures.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from listener.domain.errors import ConfigError
from listener.domain.judgement import THRESHOLD, Judge, Judgement, Passage
from listener.domain.text import Span
from models.metrics import MISSING, calibration_error, f1s, macro, recalls

SENTIMENTS = ("negative", "neutral", "positive")
_CHUNK = 256


class Unlabelled(ConfigError):
    """The texts carry no label of a head that the judge has."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How one head did on one set; nan where a figure has no meaning."""

    head: str
    n: int
    macro_recall: float
    macro_f1: float
    f1_of_ones: float
    """F1 of the class "yes"; nan for sentiment."""
    calibration_error: float
    missing: float
    """Share without probabilities."""
    abstained: float
    """Share on which the judge abstained for any reason, those without probabilities included."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a judge did on one set."""

    set: str
    model: str
    figures: tuple[Figures, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values; nan becomes None."""
        figures = ({name: _plain(value) for name, value in asdict(one).items()} for one in self.figures)
        return {"set": self.set, "model": self.model, "heads": list(figures)}


def measure(judge: Judge, source: str, data: Path | None = None) -> Report:
    """Measure on the development part of the set ``source`` under ``data``, or on a JSONL file of its format.

    Raises ConfigError if there is no such set or file, Unlabelled if it holds no label of a head of the judge.
    """
    path = _path(source, data)
    rows = list(_rows(path))
    judgements = [
        judgement
        for at in range(0, len(rows), _CHUNK)
        for judgement in judge.judge([passage_of(row) for row in rows[at : at + _CHUNK]])
    ]
    figures = tuple(_figures(rows, judgements))
    if not figures:
        raise Unlabelled(f"{path} holds no labels that this judge can be measured by")
    return Report(source, judge.model_id, figures)


def passage_of(row: dict[str, Any]) -> Passage:
    """Return the passage of a line; its target is the brand where sentiment toward it is labelled."""
    if "target_sentiment" not in row["labels"]:
        return Passage(row["text"])
    named = "target_start" in row and "target_end" in row
    spans = (Span(row["target_start"], row["target_end"]),) if named else ()
    return Passage(row["text"], brand=row["target"], spans=spans)


def _path(source: str, data: Path | None) -> Path:
    for path in (Path(source), (data or Path()) / source / "dev.jsonl"):
        if path.is_file():
            return path
    places = f"nor a set under {data}" if data else "and no --data DIR was given to look for sets in"
    raise ConfigError(f'there is nothing to measure on: "{source}" is neither a file {places}')


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                passage_of(row).text.strip()
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ConfigError(
                    f'{path}:{number}: a line must be an object with "text" and "labels", and "target" where '
                    f'"target_sentiment" is labelled ({error!r})'
                ) from error
            yield row


def _figures(rows: Sequence[dict[str, Any]], judgements: Sequence[Judgement]) -> Iterator[Figures]:
    judged = [(row["labels"], judgement) for row, judgement in zip(rows, judgements, strict=True)]
    for name in ("sentiment", *sorted({head for judgement in judgements for head in judgement.heads})):
        labelled = [(truth, one) for labels, one in judged if (truth := _truth(labels, name)) is not None]
        if labelled:
            yield _figures_of(name, labelled)


def _truth(labels: dict[str, Any], head: str) -> int | None:
    """Return the class that the line gives for ``head``; None if it gives none."""
    if head == "sentiment":
        label = labels.get("target_sentiment", labels.get("sentiment"))
        return SENTIMENTS.index(label) if label in SENTIMENTS else None
    value = labels.get(head)
    if isinstance(value, str):
        raise ConfigError(f'a label of "{head}" must be 0, 1 or a number between them, not "{value}"')
    return None if value is None else int(value >= THRESHOLD)


def _figures_of(name: str, labelled: Sequence[tuple[int, Judgement]]) -> Figures:
    truth = [label for label, _ in labelled]
    answers = [_said(judgement, name) for _, judgement in labelled]
    classes = len(SENTIMENTS) if name == "sentiment" else 2
    said = [0 if label == MISSING and classes == 2 else label for label, _ in answers]
    by_class = f1s(truth, said, classes)
    return Figures(
        head=name,
        n=len(labelled),
        macro_recall=macro(recalls(truth, said, classes)),
        macro_f1=macro(by_class),
        f1_of_ones=float(by_class[1]) if classes == 2 else math.nan,
        calibration_error=_calibration(truth, answers),
        missing=sum(label == MISSING for label, _ in answers) / len(answers),
        abstained=sum(judgement.abstained is not None for _, judgement in labelled) / len(labelled),
    )


def _said(judgement: Judgement, head: str) -> tuple[int, float]:
    """Return the likeliest class and its probability; (MISSING, 0) where there is none."""
    if head == "sentiment" and judgement.sentiment:
        label = judgement.sentiment.label
        return SENTIMENTS.index(label), float(getattr(judgement.sentiment, label))
    yes = judgement.heads.get(head)
    if yes is None:
        return MISSING, 0.0
    return (1, yes) if yes >= THRESHOLD else (0, 1 - yes)


def _calibration(truth: Iterable[int], answers: Iterable[tuple[int, float]]) -> float:
    pairs = [(chance, said == label) for label, (said, chance) in zip(truth, answers, strict=True) if said != MISSING]
    return calibration_error([chance for chance, _ in pairs], [right for _, right in pairs])


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
