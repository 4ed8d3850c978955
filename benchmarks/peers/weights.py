"""A folder that ``transformers.pipeline`` opens: our encoder in full precision, under BERT's own classifier.

    python -m benchmarks.peers.weights FOLDER [--checkpoint DIR]

DIR is what ``python -m models.train`` leaves beside the weights that ship. Without it the encoder has our shape and
random values, on which its speed does not depend.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
from transformers.utils import logging

from models.manifest import WEIGHTS, read_manifest

SHAPE: dict[str, Any] = {
    "hidden_size": 384,
    "num_hidden_layers": 6,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
}
"""MiniLM-L6, of which our weights are made."""

SENTIMENTS = ("negative", "neutral", "positive")


def main() -> None:
    """Write the folder."""
    parser = ArgumentParser(prog="python -m benchmarks.peers.weights", description="Write a model for a pipeline.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    asked = parser.parse_args()
    write(asked.folder, asked.checkpoint)


def write(folder: Path, checkpoint: Path | None) -> None:
    """Write weights, configuration and tokenizer."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    torch.manual_seed(1)
    names = dict(enumerate(SENTIMENTS))
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        id2label=names,
        label2id={name: place for place, name in names.items()},
        **SHAPE,
    )
    model = BertForSequenceClassification(config)
    if checkpoint is not None:
        trained = torch.load(checkpoint / "network.pt", map_location="cpu", weights_only=True)
        encoder = {
            name.removeprefix("encoder."): value for name, value in trained.items() if name.startswith("encoder.")
        }
        model.bert.load_state_dict(model.bert.state_dict() | encoder)
    model.save_pretrained(folder)
    _tokenizer(tokenizer).save_pretrained(folder)


def _tokenizer(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """Wrap ours as transformers wants it, cutting where our judge does."""
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_max_length=read_manifest(WEIGHTS).longest,
        **{f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")},
    )


if __name__ == "__main__":
    main()
