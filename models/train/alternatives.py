"""Compare ways to make the graph small: ``python -m models.train.alternatives --data DIR --checkpoint FILE``.

Prints the table that stands in the README. Times are processor time of one thread, for the texts of a development set
in the order of their length; "moves" is the most that a neighbour in the batch moved a probability.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_dynamic, quantize_static
from tokenizers import Tokenizer

from models.encoder import Batch, Encoder, Input, batches
from models.manifest import Head
from models.metrics import f1s, macro, recalls
from models.onnx_judge import BATCH_TOKENS, OnnxScorer
from models.scores import Logits, calibrated
from models.train.__main__ import base_encoder
from models.train.examples import Example, read_set, split_training
from models.train.export import load_network, trace
from models.train.network import HEADS
from models.train.quantise import quantise
from models.train.recipe import DEFAULT

_WEIGHED = ("MatMul", "Gather")
"""What holds weights worth shrinking."""


@dataclass(frozen=True)
class _Run:
    """Scores of every head, each (texts, classes), and the milliseconds of a text."""

    heads: list[Logits]
    milliseconds: float


def main() -> None:
    """Build each variant of one network, and measure it."""
    parser = argparse.ArgumentParser(prog="python -m models.train.alternatives", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--checkpoint", type=Path, required=True, help="a finished checkpoint")
    chosen = parser.parse_args()
    encoder = Encoder(Tokenizer.from_file(str(base_encoder() / "tokenizer.json")), DEFAULT.longest)
    moods, complaints = (read_set(chosen.data / name, "dev") for name in ("semeval17_sentiment", "complaints2019"))
    print(
        "| variant | MB | sentiment macro recall | complaint macro F1 | moves | ms a text |\n|---|--:|--:|--:|--:|--:|"
    )
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        trace(load_network(chosen.checkpoint, base_encoder()), plain)
        held = split_training(DEFAULT, chosen.data)[1][:200]
        for name, tokens, build in _variants(encoder, held):
            path = Path(folder) / "variant.onnx"
            build(plain, path)
            runs = [_run(path, encoder, texts, tokens) for texts in (moods, complaints)]
            alone = _run(path, encoder, moods[:300], 1)
            crowd = _run(path, encoder, moods[:300], 8 * tokens if tokens > 1 else tokens)
            recall = macro(recalls([one.sentiment for one in moods], runs[0].heads[0].argmax(1), 3))
            f1 = macro(f1s([one.complaint for one in complaints], runs[1].heads[1].argmax(1), 2))
            size, moves = path.stat().st_size / 1e6, _moves(alone.heads, crowd.heads)
            print(
                f"| {name} | {size:.1f} | {recall:.3f} | {f1:.3f} | {moves:.4f} | {runs[0].milliseconds:.1f} |",
                flush=True,
            )


def _variants(encoder: Encoder, held: Sequence[Example]) -> Iterator[tuple[str, int, Callable[[Path, Path], object]]]:
    """Name each variant, the tokens of its batches (1: each text alone), and how it is made of the plain graph."""
    yield "32-bit", BATCH_TOKENS, lambda plain, out: out.write_bytes(plain.read_bytes())
    yield "a scale for each token (chosen)", BATCH_TOKENS, _chosen
    for name, tokens in (("dynamic 8-bit", BATCH_TOKENS), ("dynamic 8-bit, each text alone", 1)):
        yield name, tokens, _dynamic
    for name, kinds in (("static 8-bit", _WEIGHED), ("static 8-bit, products alone", ("MatMul",))):
        yield name, BATCH_TOKENS, partial(_static, kinds=kinds, encoder=encoder, held=held)


def _chosen(plain: Path, out: Path) -> None:
    model = onnx.load(plain)
    quantise(model)
    onnx.save(model, out)


def _dynamic(plain: Path, out: Path) -> None:
    quantize_dynamic(plain, out, list(_WEIGHED), per_channel=True, weight_type=QuantType.QInt8)


def _static(plain: Path, out: Path, *, kinds: Sequence[str], encoder: Encoder, held: Sequence[Example]) -> None:
    reader = _Reader(_feed(batch) for batch in _batches(encoder, held, BATCH_TOKENS))
    quantize_static(
        plain,
        out,
        reader,
        op_types_to_quantize=list(kinds),
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    """Hands batches of the hold-out to the calibration of activations."""

    def __init__(self, feeds: Iterator[dict[str, np.ndarray]]) -> None:
        self._feeds = feeds

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Return the next one, None at the end."""
        return next(self._feeds, None)


def _run(path: Path, encoder: Encoder, examples: Sequence[Example], tokens: int) -> _Run:
    scorer = OnnxScorer(path.read_bytes(), 1)
    heads: list[Logits] = [np.zeros((len(examples), classes), np.float32) for classes in HEADS.values()]
    began = time.process_time()
    for batch in _batches(encoder, examples, tokens):
        for out, scores in zip(heads, scorer.score(batch), strict=True):
            out[batch.places] = scores
    return _Run(heads, 1000 * (time.process_time() - began) / len(examples))


def _batches(encoder: Encoder, examples: Sequence[Example], tokens: int) -> Iterator[Batch]:
    return batches(encoder.encode([Input(example.text, example.target) for example in examples]), tokens, 0)


def _feed(batch: Batch) -> dict[str, np.ndarray]:
    return {"input_ids": batch.ids, "attention_mask": batch.mask, "token_type_ids": batch.types}


def _moves(alone: Sequence[Logits], crowd: Sequence[Logits]) -> float:
    heads = [Head(name=name, labels=tuple("abc"[:classes])) for name, classes in HEADS.items()]
    parts = zip(alone, crowd, heads, strict=True)
    return max(float(np.abs(calibrated(one, head) - calibrated(other, head)).max()) for one, other, head in parts)


if __name__ == "__main__":
    main()
