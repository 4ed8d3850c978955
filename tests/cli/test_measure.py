"""``listener measure``: how figures are printed."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Listener
from tests.line.place import EVERYTHING, Place

pytestmark = pytest.mark.weights

LINES = (
    {"text": "I love it, great support", "labels": {"sentiment": "positive", "complaint": 0}},
    {"text": "This is awful, my order never came and nobody answers", "labels": {"sentiment": "negative"}},
    {"text": "I am still waiting for my refund, please help", "labels": {"sentiment": "negative", "complaint": 1}},
)


@pytest.fixture(autouse=True)
def _configured(place: Place) -> None:
    """Ask for the judge that ships."""
    place.configure(EVERYTHING)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Write a folder of one set, and of another that the judge has no head for."""
    for name, lines in (("mine", LINES), ("other", [{"text": "a", "labels": {"irony": 1}}])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dev.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def test_every_set_is_measured(listener: Listener, data: Path) -> None:
    """With three digits, or 0.877 would pass for 0.88; and - where a figure has no meaning."""
    head, sentiment, complaint = (line.split() for line in listener("measure", "--data", str(data)).out.splitlines())
    assert head[:5] == ["set", "head", "n", "macro_recall", "macro_f1"]
    assert sentiment[:5] == ["mine", "sentiment", "3", "1.000", "1.000"]
    assert sentiment[5] == "-"
    assert complaint[:3] == ["mine", "complaint", "2"]
    assert all(len(figure) == 5 for figure in complaint[3:])


def test_figures_for_programs(listener: Listener, data: Path) -> None:
    """All digits, and the model that was measured."""
    (report,) = json.loads(listener("measure", "mine", "--data", str(data), "--json").out)
    assert (report["set"], [one["head"] for one in report["heads"]]) == ("mine", ["sentiment", "complaint"])
    assert report["model"].startswith("minilm-")


def test_nothing_to_measure_on_is_said(listener: Listener) -> None:
    """With what to name."""
    said = listener("measure")
    assert (said.code, said.out) == (78, "")
    assert said.err.startswith("Nothing to measure on: name a JSONL file, or a folder")
