"""The default runtime: ONNX Runtime on the CPU. Imports neither torch nor transformers."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from listener.domain.errors import ConfigError
from models.cores import usable
from models.encoder import Batch, Encoder
from models.manifest import WEIGHTS, model_id, read_manifest
from models.scores import Logits
from models.scoring import ScoringJudge

BATCH_TOKENS = 256
"""What flows between the layers then stays in the cache: four times as many are slower, and take 130 MB more."""


def open_onnx(folder: Path = WEIGHTS, *, threads: int = 1, languages: Iterable[str] | None = None) -> ScoringJudge:
    """Load the weights in ``folder``; raises ConfigError if one is missing or unfit."""
    manifest = read_manifest(folder).judging(languages)
    try:
        graph, tokenizer = (folder / "model.onnx").read_bytes(), (folder / "tokenizer.json").read_bytes()
        scorer = OnnxScorer(graph, threads)
        encoder = Encoder(Tokenizer.from_buffer(tokenizer), manifest.longest)
    except FileNotFoundError as error:
        raise ConfigError(f"{error.filename} is missing; run `python -m models.train`") from None
    except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of their own
        raise ConfigError(f"the weights in {folder} cannot be loaded: {error}") from error
    return ScoringJudge(model_id(manifest, (graph, tokenizer)), manifest, encoder, scorer)


class OnnxScorer:
    """An ONNX graph with the inputs ``input_ids``, ``attention_mask``, ``token_type_ids``."""

    tokens = BATCH_TOKENS
    pad = 0

    def __init__(self, graph: bytes, threads: int) -> None:
        self._session = onnxruntime.InferenceSession(graph, _options(), providers=["CPUExecutionProvider"])
        self._pool = ThreadPoolExecutor(usable(threads), thread_name_prefix="score")

    def score(self, batch: Batch) -> list[Logits]:
        """Return logits of every head, each (texts, classes)."""
        feed = {"input_ids": batch.ids, "attention_mask": batch.mask, "token_type_ids": batch.types}
        return [np.asarray(logits, np.float32) for logits in self._session.run(None, feed)]

    def each(self, some: Iterable[Batch]) -> Iterator[list[Logits]]:
        """Score several, a thread for each: two that share one multiplication wait for each other half of the time."""
        return self._pool.map(self.score, some)


def _options() -> Any:
    """Run on the thread that asks, and never spin.

    Arena and memory pattern are off: they grow with every new shape of batch and are never given back.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return options
