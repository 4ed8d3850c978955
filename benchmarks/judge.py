"""Judging: texts a second, beside ``transformers.pipeline`` with the same network in full precision.

Both read the same texts toward the same brand, on all cores that they may use; the pipeline gets them sorted by length,
in batches of the size that suits it best. Ours also tells the language, lays
windows over long texts and answers with three heads; the pipeline answers with one. Times are by the clock, the best
of some rounds in which all take turns.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import pipeline

from benchmarks import command, material
from benchmarks.peers import weights
from listener.app.judging import default_judge
from listener.config.blocks import JudgeBlock
from listener.domain.judgement import Passage

BRAND = "Acme"
SIZES = (4, 8, 16, 32, 64)
"""Of the pipeline's batches."""


@dataclass(frozen=True)
class Figures:
    """What was measured. ``of_pipeline`` against the quicker way to call it."""

    texts: int
    per_second: float
    pipeline_per_second: float
    pipeline_batch: int
    pipeline_singly_per_second: float
    of_pipeline: float
    of_pipeline_singly: float
    cores: int
    note: str


def main() -> None:
    """Measure and print."""
    parser = command.parser("judge", "Texts a second, judged.")
    parser.add_argument("--texts", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--checkpoint", type=Path, help="folder with the network.pt of the weights that ship")
    asked = parser.parse_args()
    texts = material.texts(asked.data, asked.texts)
    command.say("judge", measure(texts, asked.rounds, asked.checkpoint, asked.folder), asked)


def measure(texts: Sequence[str], rounds: int, checkpoint: Path | None, within: Path) -> Figures:
    """Measure all candidates in the same rounds; the best of each counts."""
    cores = len(os.sched_getaffinity(0))
    torch.set_num_threads(cores)
    judge, batch = default_judge(), JudgeBlock().batch
    passages = [Passage(text=text, brand=BRAND) for text in texts]
    with command.workplace(within) as folder:
        weights.write(folder, checkpoint)
        peer: Any = pipeline("text-classification", model=str(folder), device="cpu")
    pairs = [{"text": text, "text_pair": BRAND} for text in sorted(texts, key=len)]
    few = pairs[:: max(1, len(pairs) // 128)]
    ours, singly, *batched = _best(
        rounds,
        lambda: [judge.judge(passages[start : start + batch]) for start in range(0, len(passages), batch)],
        lambda: [peer(pair, truncation=True) for pair in few],
        *(partial(peer, pairs, batch_size=size, truncation=True) for size in SIZES),
    )
    speeds = [len(texts) / seconds for seconds in batched]
    ours, singly, best = len(texts) / ours, len(few) / singly, max(speeds)
    return Figures(
        texts=len(texts),
        per_second=round(ours, 1),
        pipeline_per_second=round(best, 1),
        pipeline_batch=SIZES[speeds.index(best)],
        pipeline_singly_per_second=round(singly, 1),
        of_pipeline=round(ours / max(best, singly), 2),
        of_pipeline_singly=round(ours / singly, 2),
        cores=cores,
        note=f"the pipeline's encoder has {'the values' if checkpoint else 'the shape, not the values,'} of ours",
    )


def _best(rounds: int, *candidates: Callable[[], object]) -> list[float]:
    best = [float("inf")] * len(candidates)
    for _ in range(rounds):
        for number, candidate in enumerate(candidates):
            began = time.perf_counter()
            candidate()
            best[number] = min(best[number], time.perf_counter() - began)
    return best


if __name__ == "__main__":
    main()
