"""Hugging Face models: what their labels mean, how long their inputs may be, and what is refused."""

from pathlib import Path

import pytest
from transformers import (
    BertModel,
    GPT2Config,
    GPT2ForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from listener.domain.errors import ConfigError
from listener.domain.judgement import Passage
from models.judge import JudgeSettings, open_judge
from models.torch_judge import _groups
from tests.models import tiny

TEXT = "the router is broken again and nobody helps me"


@pytest.mark.parametrize(
    ("labels", "groups"),
    [
        (("negative", "neutral", "positive"), (0, 1, 2)),
        (("POS", "NEU", "NEG"), (2, 1, 0)),
        (("Positive", "Negative"), (2, 0)),
        (("LABEL_0", "LABEL_1", "LABEL_2"), (0, 1, 2)),
        (("LABEL_0", "LABEL_1"), (0, 2)),
        (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), (0, 0, 1, 2, 2)),
        (("5", "4", "3", "2", "1"), (2, 2, 1, 0, 0)),
        (("Very Negative", "Negative", "Neutral", "Positive", "Very Positive"), (0, 0, 1, 2, 2)),
    ],
)
def test_labels_are_understood(labels: tuple[str, ...], groups: tuple[int, ...]) -> None:
    """By name, by custom, by stars."""
    assert _groups("some/model", dict(enumerate(labels))) == groups


@pytest.mark.parametrize(
    "labels", [("toxic", "fine"), ("negative", "neutral"), ("LABEL_0",), ("entailment", "neutral", "contradiction")]
)
def test_labels_that_mean_no_sentiment_are_refused(labels: tuple[str, ...]) -> None:
    """The message names them."""
    with pytest.raises(ConfigError, match=f"its labels are {', '.join(labels)}"):
        _groups("some/model", dict(enumerate(labels)))


def test_stars_add_up(tmp_path: Path) -> None:
    """Five classes become three, in any language unless told otherwise; there are no other heads."""
    folder = tiny.save_hugging_face(tmp_path, tuple(f"{count} stars" for count in (5, 4, 3, 2, 1)))
    judge = open_judge(JudgeSettings("torch", f"hf:{folder}"))
    english, german = judge.judge([Passage(TEXT), Passage("Der Kundendienst meldet sich einfach nicht mehr.")])
    assert english.sentiment
    assert german.sentiment
    assert (english.language, german.language, german.abstained) == ("en", "de", None)
    assert english.heads == {}
    assert judge.model_id.startswith("hf-")


def test_a_model_of_two_classes_knows_no_neutral(tmp_path: Path) -> None:
    """Its neutral is 0, not a guess."""
    folder = tiny.save_hugging_face(tmp_path, ("NEGATIVE", "POSITIVE"))
    sentiment = open_judge(JudgeSettings("torch", f"hf:{folder}")).judge([Passage(TEXT)])[0].sentiment
    assert sentiment
    assert sentiment.neutral == 0.0
    assert sentiment.negative + sentiment.positive == pytest.approx(1.0)


@pytest.mark.parametrize("count", [29, 30, 31, 32, 33])
def test_roberta_is_not_asked_for_more_than_it_has(tmp_path: Path, count: int) -> None:
    """Its positions are numbered from 2: of 34, 32 tokens can be used, and a longer text is cut to them."""
    tiny.save_hugging_face(tmp_path, ("negative", "neutral", "positive"))
    shape = RobertaConfig(
        vocab_size=11_000,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=34,
        type_vocab_size=2,
        pad_token_id=0,
        id2label={0: "negative", 1: "neutral", 2: "positive"},
        label2id={"negative": 0, "neutral": 1, "positive": 2},
    )
    RobertaForSequenceClassification(shape).save_pretrained(tmp_path)
    judge = open_judge(JudgeSettings("torch", f"hf:{tmp_path}"))
    text = " ".join((TEXT.split() * 5)[:count])
    assert judge.judge([Passage(text), Passage("acme")])[0].sentiment


def test_a_decoder_is_judged_in_batches(tmp_path: Path) -> None:
    """It comes without padding, and each text is judged as it is alone."""
    tiny.save_hugging_face(tmp_path, ("negative", "positive"))
    shape = GPT2Config(
        vocab_size=11_000,
        n_embd=64,
        n_layer=2,
        n_head=2,
        bos_token_id=2,
        eos_token_id=3,
        id2label={0: "negative", 1: "positive"},
        label2id={"negative": 0, "positive": 1},
    )
    GPT2ForSequenceClassification(shape).save_pretrained(tmp_path)
    judge = open_judge(JudgeSettings("torch", f"hf:{tmp_path}"))
    _, beside = judge.judge([Passage(TEXT), Passage("acme")])
    (alone,) = judge.judge([Passage("acme")])
    assert beside.sentiment
    assert alone.sentiment
    assert beside.sentiment.negative == pytest.approx(alone.sentiment.negative, abs=1e-5)


def test_a_model_is_found_by_its_name_in_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So that a restart needs no network."""
    revision = "0" * 40
    kept = tmp_path / "models--somebody--tiny"
    tiny.save_hugging_face(kept / "snapshots" / revision, ("negative", "neutral", "positive"))
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text(revision)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    judge = open_judge(JudgeSettings("torch", "hf:somebody/tiny"))
    assert judge.model_id.startswith("hf-tiny-")
    assert judge.judge([Passage(TEXT)])[0].sentiment


def test_an_encoder_without_a_trained_head_is_refused(tmp_path: Path) -> None:
    """Else it would answer by chance."""
    tiny.save_hugging_face(tmp_path, ("negative", "neutral", "positive"))
    names = {0: "negative", 1: "neutral", 2: "positive"}
    BertModel(tiny.config(id2label=names, label2id={name: at for at, name in names.items()})).save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="not trained for sequence classification: it lacks classifier"):
        open_judge(JudgeSettings("torch", f"hf:{tmp_path}"))


def test_a_model_that_cannot_be_had_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The hub is out of reach here; the message says what to do."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConfigError, match=r"cannot be loaded: .* give its folder as hf:PATH"):
        open_judge(JudgeSettings("torch", "hf:nobody/has-this-model"))
    with pytest.raises(ConfigError, match="cannot be loaded"):
        open_judge(JudgeSettings("torch", f"hf:{tmp_path}"))
