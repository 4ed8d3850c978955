"""Training on a handful of made-up texts: resumable, calibrated on its hold-out, written out whole."""

import dataclasses
import json
import math
import random
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from listener.domain.judgement import Passage
from models.judge import JudgeSettings, open_judge
from models.manifest import Head, read_manifest
from models.measure import measure
from models.scores import calibrated
from models.train.__main__ import export, train
from models.train.calibrate import calibrate, floor_of_confidence
from models.train.card import update_card
from models.train.examples import UNKNOWN, Example, batches, read_set, split_training
from models.train.export import write_graph
from models.train.fit import average, fit, label_weights, loss_of, training_tokenizer
from models.train.recipe import Recipe, Stage, TrainingSet
from tests.models import tiny

GOOD = ("great", "fast", "lovely")
BAD = ("broken", "slow", "awful")


def write_sets(data: Path, count: int = 240) -> Recipe:
    """Write two sets that a tiny network can learn, and return a recipe for them."""
    dice = random.Random(1)
    lines: dict[str, list[str]] = {"moods": [], "complaints": []}
    for number in range(count):
        word = dice.choice(GOOD + BAD)
        text = f"the acme app is {word} again, says number {number}"
        mood = {"target_sentiment": "positive" if word in GOOD else "negative"}
        row = {"id": f"m{number}", "text": text, "target": "acme", "target_start": 4, "target_end": 8, "labels": mood}
        lines["moods"].append(json.dumps(row))
        row = {"id": f"c{number}", "text": text, "labels": {"complaint": int(word in BAD), "anger": 0}}
        lines["complaints"].append(json.dumps(row))
    for name, rows in lines.items():
        (data / name).mkdir(parents=True)
        for split, part in (("train", rows), ("dev", rows[:60])):
            (data / name / f"{split}.jsonl").write_text("\n".join(part) + "\n", encoding="utf-8")
    sets = (TrainingSet("moods", tokenised=True), TrainingSet("complaints", repeat=2))
    first = Stage(sets, epochs=4, rate=1e-3, head_rate=1e-3)
    second = Stage(
        (TrainingSet("complaints", share=0.5, aimed=True),), epochs=1, rate=1e-4, head_rate=1e-4, seeds=(1, 2)
    )
    return Recipe(
        "test",
        ((first, second), (dataclasses.replace(first, balanced=True),)),
        shares=(0.5, 0.5),
        batch=16,
        hold_out=0.3,
        checkpoint_steps=10,
    )


def test_a_recipe_becomes_weights_that_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From labelled lines to a judge that measures well on what it learnt; done again, it is the same judge."""
    data, out = tmp_path / "data", tmp_path / "out"
    recipe = write_sets(data)
    base = tiny.save_base(tmp_path)
    monkeypatch.setattr("models.train.__main__.MEASURED", ("moods", "complaints", "not there"))
    runs, held = split_training(recipe, data)
    checkpoint = train(recipe, runs, base, tmp_path / "work")
    moods, complaints = export(recipe, held, base, checkpoint=checkpoint, data=data, out=out)
    assert moods.figures[0].macro_recall > 0.9
    assert complaints.figures[-1].macro_f1 > 0.9
    judge = open_judge(JudgeSettings(model=str(out)))
    assert judge.model_id == moods.model
    assert judge.judge([Passage("the acme app is awful again", brand="acme")])[0].label("complaint") is True
    made = read_manifest(out).made
    assert set(made["data"]) == {"moods", "complaints", "own"}
    assert [one["set"] for one in made["dev"]] == ["moods", "complaints"]
    assert "step 50/" in capsys.readouterr().out
    assert train(recipe, runs, base, tmp_path / "work") == checkpoint
    again = export(recipe, held, base, checkpoint=checkpoint, data=data, out=tmp_path / "again")
    assert again[0].model == judge.model_id
    full = open_judge(JudgeSettings("torch", str(tmp_path / "work" / "test")))
    assert measure(full, "moods", data).figures[0].macro_recall > 0.9


def test_training_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    """Killed after a checkpoint and started again, it ends with the same weights to the bit."""
    recipe = write_sets(tmp_path / "data", 60).until(0, 1)
    tokenizer = training_tokenizer(tiny.save_base(tmp_path), recipe.longest)
    (examples,), _ = split_training(recipe, tmp_path / "data")

    def run(name: str, stop: int | None, asked: Recipe = recipe) -> dict[str, torch.Tensor]:
        network, steps = tiny.network(), 0

        def count(_: torch.nn.Module, __: object) -> None:
            nonlocal steps
            steps += 1
            if steps == stop:
                raise KeyboardInterrupt

        network.register_forward_pre_hook(count)
        fit(network, tokenizer, examples, asked, checkpoint=tmp_path / name, report=print)
        return network.state_dict()

    whole = run("whole.pt", None)
    with pytest.raises(KeyboardInterrupt):
        run("cut.pt", 13)
    resumed = run("cut.pt", None)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    with pytest.raises(ValueError, match="another recipe"):
        run("cut.pt", None, dataclasses.replace(recipe, seed=1))


def test_the_hold_out_is_apart(tmp_path: Path) -> None:
    """No text stands on both sides; repeats are of the fitted side alone."""
    recipe = write_sets(tmp_path)
    (first, second, other, _), held = split_training(recipe, tmp_path)
    apart = {example.key for example in held}
    assert apart
    assert not apart & {example.key for example in (*first, *second)}
    rows = len(first) + len(held)
    assert 2 * 240 < rows < 3 * 240
    assert 0 < len(second) < len(first) / 2
    assert second != other
    assert read_set(tmp_path / "moods", "dev")[0].target == "acme"


def test_half_the_passes_have_a_target(tmp_path: Path) -> None:
    """Whom the text is addressed to, kept as it is written, else any word: so a target says nothing of the label."""
    rows = [
        {"id": f"h{number}", "text": "@AcmeHelp @user nothing works today", "labels": {"complaint": 1}}
        for number in range(40)
    ]
    rows += [{"id": f"p{number}", "text": "what a lovely day", "labels": {"complaint": 0}} for number in range(40)]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "train.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    stage = Stage((TrainingSet("mine", aimed=True),), epochs=1, rate=1e-3, head_rate=1e-3)
    (examples,), _ = split_training(Recipe("test", ((stage,),), hold_out=0.0), tmp_path)
    assert {example.target for example in examples} == {"", "Acme", "what", "lovely"}
    assert all(example.text.startswith("@AcmeHelp @") for example in examples if example.target == "Acme")
    assert 20 < sum(bool(example.target) for example in examples) < 60


def test_people_get_their_handles_back_half_of_the_time(tmp_path: Path) -> None:
    """Else a handle that is not @user would always be a company's."""
    rows = [{"id": str(number), "text": "@user hello", "labels": {"complaint": 0}} for number in range(60)]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "train.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    def texts(*, people: bool) -> list[str]:
        stage = Stage((TrainingSet("mine"),), epochs=1, rate=1e-3, head_rate=1e-3, people=people)
        (examples,), _ = split_training(Recipe("test", ((stage,),), hold_out=0.0), tmp_path)
        return [example.text for example in examples]

    assert set(texts(people=False)) == {"@user hello"}
    assert 15 < texts(people=True).count("@user hello") < 45
    assert len(set(texts(people=True))) > 10


def test_our_own_examples_swap_their_brands() -> None:
    """Every name learns to mean nothing; the label stays, and the target stands in the text."""
    stage = Stage((TrainingSet("own", own=True, repeat=3),), epochs=1, rate=1e-3, head_rate=1e-3)
    (examples,), _ = split_training(Recipe("test", ((stage,),), hold_out=0.0), Path("nowhere"))
    assert all(example.target in example.text for example in examples)
    names: dict[str, set[str]] = {}
    for example in examples:
        if example.target and not example.target.startswith("@"):
            names.setdefault(example.key.split("/")[0], set()).add(example.target)
    assert sum(len(targets) > 1 for targets in names.values()) > len(names) / 2


def test_an_epoch_holds_each_example_once(tmp_path: Path) -> None:
    """In the same order each time, in another each epoch."""
    recipe = write_sets(tmp_path)
    (examples, *_), _ = split_training(recipe, tmp_path)
    first, again, second = (batches(examples, recipe, epoch) for epoch in (0, 0, 1))
    assert first == again != second
    keys = sorted(example.key for batch in first for example in batch)
    assert keys == sorted(example.key for example in examples)


def test_networks_are_averaged_by_their_shares() -> None:
    """Whole numbers are not weights: the first network's stay."""
    one, other = ({"w": torch.tensor([value]), "n": torch.tensor([int(value)])} for value in (1.0, 3.0))
    assert average([one, other]) == {"w": torch.tensor([2.0]), "n": torch.tensor([1])}
    assert average([one, other], (0.75, 0.25))["w"] == torch.tensor([1.5])


def test_heads_without_labels_cost_nothing() -> None:
    """A loss counts only what a text is labelled for."""
    logits = [torch.zeros(1, 3), torch.zeros(1, 2), torch.zeros(1, 2)]
    weights = {"sentiment": 1.0, "complaint": 1.0, "anger": 1.0}
    unknown = Example("a", "text", "", UNKNOWN, UNKNOWN, UNKNOWN)
    assert loss_of(logits, [unknown], weights, 0.0).item() == 0.0
    known = dataclasses.replace(unknown, complaint=1)
    assert loss_of(logits, [known], weights, 0.0).item() == pytest.approx(math.log(2))


def test_a_balanced_stage_hears_every_head() -> None:
    """One label in four weighs four times as much, so that all heads are as loud as their weights say."""
    stage = Stage((), epochs=1, rate=1e-3, head_rate=1e-3, loss_weights={"sentiment": 1, "complaint": 2, "anger": 3})
    mood = Example("a", "text", "", 1, UNKNOWN, UNKNOWN)
    examples = [mood, mood, mood, Example("b", "text", "", 1, 0, UNKNOWN)]
    assert label_weights(examples, stage) == stage.loss_weights
    balanced = label_weights(examples, dataclasses.replace(stage, balanced=True))
    assert (balanced["sentiment"], balanced["complaint"]) == (1, 8)


def held_out(count: int) -> tuple[list[np.ndarray], list[Example]]:
    """Return scores that are twice too sure, and the labels they were drawn for."""
    dice = np.random.default_rng(5)
    margins = dice.normal(-1.0, 2.0, count)
    truth = (dice.random(count) < 1 / (1 + np.exp(-margins))).astype(int)
    binary = np.stack([np.zeros(count), 2 * margins], axis=1).astype(np.float32)
    sentiment = np.stack([np.zeros(count), 2 * margins, np.full(count, -50.0)], axis=1).astype(np.float32)
    examples = [Example(str(number), "", "", int(label), int(label), UNKNOWN) for number, label in enumerate(truth)]
    return [sentiment, binary, binary], examples


def test_calibration_undoes_overconfidence() -> None:
    """A temperature near 2 is found for what was doubled; a head without labels stays as it is."""
    sentiment, complaint, anger = calibrate(*held_out(4000))
    assert sentiment.temperature == pytest.approx(2.0, rel=0.15)
    assert complaint.temperature == pytest.approx(2.0, rel=0.15)
    assert anger == Head(name="anger", labels=("no", "yes"))


def test_few_texts_move_little() -> None:
    """Two texts are no evidence against what the network says."""
    _, complaint, _ = calibrate(*held_out(2))
    assert 0.4 < complaint.temperature < 2.5


def test_the_floor_silences_guesses_alone() -> None:
    """Where the surest class is right less than half the time, and never more than its share."""
    head = Head(name="sentiment", labels=("negative", "neutral", "positive"))
    sure = np.tile([4.0, 0.0, 0.0], (980, 1))
    torn = np.tile([0.2, 0.1, 0.0], (20, 1))
    logits = np.concatenate([sure, torn]).astype(np.float32)
    examples = [Example(str(at), "", "", 0 if at < 980 else 2, UNKNOWN, UNKNOWN) for at in range(1000)]
    floor = floor_of_confidence(logits, examples, head)
    assert calibrated(logits, head).max(axis=1)[-1] < floor <= calibrated(logits, head).max(axis=1)[0]
    right = [dataclasses.replace(example, sentiment=0) for example in examples]
    assert floor_of_confidence(logits, right, head) == 0.0


def test_quantising_shrinks_and_keeps_the_answer(tmp_path: Path) -> None:
    """Tokens and multiplications are in 8 bits, each with its scales; nothing unread is left behind."""
    write_graph(tiny.network(), tmp_path / "small.onnx")
    model = onnx.load(tmp_path / "small.onnx")
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("MatMulIntegerToFloat") == 12
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    read = {name for node in model.graph.node for name in node.input}
    assert set(stored) <= read
    big = [tensor for tensor in stored.values() if math.prod(tensor.dims) > 64 * 512]
    assert all(tensor.data_type in {onnx.TensorProto.INT8, onnx.TensorProto.UINT8} for tensor in big)


def test_the_card_gets_its_figures(tmp_path: Path) -> None:
    """Between its marks and nowhere else; a card without marks is refused."""
    recipe = write_sets(tmp_path / "data")
    judge = open_judge(JudgeSettings(model=str(tiny.save_onnx(tmp_path / "w", tiny.network(), tiny.manifest()))))
    report = measure(judge, "moods", tmp_path / "data")
    card = tmp_path / "CARD.md"
    card.write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    update_card([report], card)
    update_card([report], card)
    lines = card.read_text().splitlines()
    assert lines[0] == "before"
    assert lines[-1] == "after"
    assert [line for line in lines if line.startswith("| moods | sentiment | 60 |")]
    assert "old" not in lines
    assert len(lines) == 7
    assert recipe.name == "test"
    card.write_text("no marks")
    with pytest.raises(ValueError, match="one pair of figure marks"):
        update_card([report], card)
