"""Multi-task fine-tuning: masked losses over mixed batches, resumable from checkpoints."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.train.examples import UNKNOWN, Example, batches
from models.train.network import HEADS, Network
from models.train.recipe import Recipe, Stage


def tensors(tokenizer: Tokenizer, examples: Sequence[Example]) -> dict[str, Tensor]:
    """Tokenise into (batch, tokens) tensors named as the network's arguments."""
    encoded = tokenizer.encode_batch([(e.text, e.target) if e.target else e.text for e in examples])
    return {
        "input_ids": torch.tensor([one.ids for one in encoded]),
        "attention_mask": torch.tensor([one.attention_mask for one in encoded]),
        "token_type_ids": torch.tensor([one.type_ids for one in encoded]),
    }


def training_tokenizer(base: Path, longest: int) -> Tokenizer:
    """Return the base's tokenizer, padding to the longest of a batch and cutting the passage, never the target."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.enable_truncation(longest, strategy="longest_first")
    tokenizer.enable_padding()
    return tokenizer


def loss_of(
    logits: Sequence[Tensor], examples: Sequence[Example], weights: Mapping[str, float], smoothing: float
) -> Tensor:
    """Sum the heads' cross-entropies over the labels that are given; ``weights``: of one label of each head."""
    total = torch.zeros(())
    for name, scores in zip(HEADS, logits, strict=True):
        labels = torch.tensor([getattr(example, name) for example in examples])
        if bool((labels != UNKNOWN).any()):
            # a batch with a single complaint must not shout: every label weighs the same wherever it falls
            summed = nn.functional.cross_entropy(
                scores.float(), labels, ignore_index=UNKNOWN, reduction="sum", label_smoothing=smoothing
            )
            total = total + weights[name] * summed / len(examples)
    return total


def label_weights(examples: Sequence[Example], stage: Stage) -> dict[str, float]:
    """Return the weight of one label of each head."""
    if not stage.balanced:
        return stage.loss_weights
    given = {name: sum(getattr(example, name) != UNKNOWN for example in examples) for name in HEADS}
    return {name: stage.loss_weights[name] * len(examples) / max(1, count) for name, count in given.items()}


def fit(
    network: Network,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    recipe: Recipe,
    *,
    checkpoint: Path,
    report: Callable[[str], None],
) -> None:
    """Train ``network`` in place through the last stage of ``recipe``.

    Goes on from ``checkpoint`` if it is there and of the same recipe.
    """
    stage = recipe.stage
    plan = [batch for epoch in range(stage.epochs) for batch in batches(examples, recipe, epoch)]
    state = _State(network, recipe, len(plan))
    weights = label_weights(examples, stage)
    start = state.resume(checkpoint) if checkpoint.exists() else 0
    began, running = time.monotonic(), 0.0
    network.train()
    for step in range(start, len(plan)):
        torch.manual_seed(recipe.seed + step)  # dropout repeats exactly after a resume
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(**tensors(tokenizer, plan[step]))
        loss = loss_of(logits, plan[step], weights, recipe.smoothing)
        state.learn(loss)
        running += loss.item()
        if (step + 1) % 50 == 0:
            pace = (step + 1 - start) * recipe.batch / (time.monotonic() - began)
            report(f"step {step + 1}/{len(plan)}  loss {running / 50:.3f}  {pace:.0f} sequences/s")
            running = 0.0
        if (step + 1) % recipe.checkpoint_steps == 0 or step + 1 == len(plan):
            state.save(checkpoint, step + 1)


def average(states: Sequence[dict[str, Tensor]], shares: Sequence[float] = ()) -> dict[str, Tensor]:
    """Average the weights of networks that were trained from one start; whole numbers are the first one's.

    ``shares`` add up to 1 and say what each counts; none: all the same.
    """
    counted = shares or [1 / len(states)] * len(states)
    return {
        name: sum((share * state[name] for share, state in zip(counted, states, strict=True)), torch.zeros(()))
        if value.is_floating_point()
        else value
        for name, value in states[0].items()
    }


class _State:
    """All that changes in training."""

    def __init__(self, network: Network, recipe: Recipe, steps: int) -> None:
        self.network = network
        self.recipe = recipe
        self.optimiser = torch.optim.AdamW(
            [
                {"params": network.encoder.parameters(), "lr": recipe.stage.rate},
                {"params": network.heads.parameters(), "lr": recipe.stage.head_rate},
            ],
            weight_decay=recipe.weight_decay,
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser, lambda step: _pace(step, steps, recipe.warmup)
        )

    def learn(self, loss: Tensor) -> None:
        """Take one step down ``loss``."""
        self.optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()

    def save(self, path: Path, step: int) -> None:
        """Write all of it; a kill on the way leaves the last one whole."""
        state = {
            "recipe": repr(self.recipe),
            "step": step,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(path)

    def resume(self, path: Path) -> int:
        """Load it and return the steps that were done; raises ValueError for another recipe's."""
        state = torch.load(path, weights_only=True)
        if state["recipe"] != repr(self.recipe):
            message = f"{path} was made with another recipe; remove it or choose another --work folder"
            raise ValueError(message)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        return int(state["step"])


def _pace(step: int, steps: int, warmup: float) -> float:
    rising = max(1, math.ceil(steps * warmup))
    return (step + 1) / rising if step < rising else max(0.0, (steps - step) / max(1, steps - rising))
