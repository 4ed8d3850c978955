"""Labelled texts as the network sees them: scrubbed passage, target, and a label or none for every head."""

import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.scrub import scrub
from models.train.recipe import Recipe, TrainingSet

_Row = dict[str, Any]

SENTIMENTS = ("negative", "neutral", "positive")
UNKNOWN = -1
"""A label that the set does not give: the loss of that head is masked."""


@dataclass(frozen=True)
class Example:
    """One text of one set. ``sentiment`` is an index into SENTIMENTS; all labels may be UNKNOWN."""

    key: str
    text: str
    target: str
    sentiment: int
    complaint: int
    anger: int


def read_set(folder: Path, split: str) -> list[Example]:
    """Read ``folder/split.jsonl``; raises FileNotFoundError if the set is not there."""
    return [_example(row) for row in _rows(folder, split)]


def _rows(folder: Path, split: str) -> list[_Row]:
    with (folder / f"{split}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _example(row: _Row) -> Example:
    labels = row["labels"]
    target = str(row.get("target") or "") if "target_sentiment" in labels else ""
    sentiment = labels.get("target_sentiment", labels.get("sentiment"))
    return Example(
        key=row["id"],
        text=scrub(row["text"]),
        target=scrub(target),
        sentiment=SENTIMENTS.index(sentiment) if sentiment else UNKNOWN,
        complaint=labels.get("complaint", UNKNOWN),
        anger=labels.get("anger", UNKNOWN),
    )


OWN = Path(__file__).with_name("own.jsonl")
"""Our own examples, in the sets' format."""


def split_training(recipe: Recipe, data: Path) -> tuple[list[list[Example]], list[Example]]:
    """Return what each run of the recipe's stages fits, repeats included, and what all hold out."""
    stages = [(number, stage) for course in recipe.courses for number, stage in enumerate(course)]
    sets = {one.name: one for _, stage in stages for one in stage.sets}
    rows = {name: _own_rows() if one.own else _rows(data / name, "train") for name, one in sets.items()}
    fitted = {name: [row for row in rows[name] if not _held_out(row, recipe.hold_out)] for name in sets}
    # what we wrote ourselves has not the world's rates: it calibrates nothing
    held = [example for name, one in sets.items() if not one.own for example in _held(rows[name], one, recipe.hold_out)]
    runs = [
        [
            example
            for one in stage.sets
            for example in _passes(fitted[one.name], one, f"{recipe.seed}/{number}/{seed}", people=stage.people)
        ]
        for number, stage in stages
        for seed in stage.seeds
    ]
    return runs, held


def _own_rows() -> list[_Row]:
    return [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]


def _held(rows: Iterable[_Row], training_set: TrainingSet, share: float) -> Iterator[Example]:
    for row in rows:
        if _held_out(row, share):
            yield _natural(_example(row)) if training_set.tokenised else _example(row)


def _held_out(row: _Row, share: float) -> bool:
    """Decide by the text, so that all targets of one sentence stay on one side."""
    digest = hashlib.sha256(_strangers_alike(_example(row)).text.encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def _passes(rows: Sequence[_Row], training_set: TrainingSet, seed: str, *, people: bool) -> Iterator[Example]:
    """Give texts as often as a run sees them, each time as chance will have it."""
    brands = sorted({row["target"] for row in rows if row.get("target", "@")[0] != "@"}) if training_set.own else []
    for row in rows:
        for turn in range(training_set.repeat):
            dice = random.Random(f"{seed}/{row['id']}/{turn}")
            if dice.random() >= training_set.share:
                continue
            example = _renamed(_example(row), brands, dice)
            if training_set.content and example.sentiment == SENTIMENTS.index("positive"):
                example = replace(example, complaint=0)
            if training_set.aimed and dice.random() < 0.5:
                example = _aimed(example, dice)
            if training_set.tokenised and dice.random() < 0.7:
                example = _natural(example)
            yield _peopled(example, dice) if people else _strangers_alike(example)


def _renamed(example: Example, brands: Sequence[str], dice: random.Random) -> Example:
    """Swap the brand for another of ``brands``, in text and target: the judgement must not hang on the name."""
    if example.target not in brands or dice.random() < 0.3:
        return example
    other = dice.choice(brands)
    return replace(example, text=example.text.replace(example.target, other), target=other)


def _aimed(example: Example, dice: random.Random) -> Example:
    """Give a text a target: whom it is addressed to, if that is a company, else any of its words.

    So the target says nothing about the label.
    """
    company = next((name for name in _HANDLE.findall(example.text) if name != "user"), "")
    words = [word for word in _LONG_WORD.findall(example.text) if word not in _STAND_INS]
    target = _served(company) if company else dice.choice(words) if words else ""
    return replace(example, target=target)


def _served(handle: str) -> str:
    """Return the name that a help desk's handle serves ("Acme" of "AcmeHelp"); any other handle as it is."""
    return _DESK_WORDS.sub("", handle) or handle


def _peopled(example: Example, dice: random.Random) -> Example:
    """Give people their handles back half of the time: in the sets only companies have theirs, in the world all do."""
    text = _STRANGER.sub(lambda found: f"@{_person(dice)}" if dice.random() < 0.5 else found[0], example.text)
    return replace(example, text=text)


def _person(dice: random.Random) -> str:
    name = dice.choice(_NAMES)
    name = name.capitalize() if dice.random() < 0.3 else name
    tail = dice.choice(
        ("", "", f"_{dice.choice(_NAMES)}", str(dice.randint(1, 2010)), dice.choice(_NAMES).capitalize())
    )
    return f"{name}{tail}"


def _strangers_alike(example: Example) -> Example:
    """Make every handle ``@user`` but the target's."""
    mine = example.target.lstrip("@").casefold()
    text = _HANDLE.sub(lambda found: found[0] if found[1].casefold() == mine else "@user", example.text)
    return replace(example, text=text)


_HANDLE = re.compile(r"(?<![\w@])@(\w{2,60})(?!\w)")
_STRANGER = re.compile(r"(?<![\w@])@user(?!\w)")
_DESK_WORDS = re.compile(
    r"^(?:ask|help|support)_?(?=[a-z])|_?(?:cust)?_?(?:help|helps|support|cares?|service|assist|serv|svc)_?[a-z0-9]{0,3}$",
    re.IGNORECASE,
)
_NAMES = (
    *("ana", "ben", "carla", "deb", "elif", "finn", "greta", "hugo", "ines", "jon", "kate", "lee", "marta", "nils"),
    *("olga", "pete", "rani", "sam", "tomas", "uma", "vik", "wendy", "yusuf", "zoe", "mr", "its", "the", "real"),
    *("lopez", "smith", "okoro", "tan", "weber", "gamer", "runs", "cooks", "loves", "cats", "music", "blue", "north"),
)
"""What people's handles are made of."""
_LONG_WORD = re.compile(r"\b[A-Za-z]{4,}\b")
_STAND_INS = frozenset({"user", "http", "phone", "example"})
_SPACE_BEFORE = re.compile(r" (?=[.,!?;:%)\]'\u2019])| (?=n't\b)")
_SPACE_AFTER = re.compile(r"(?<=[(\[#$]) ")


def _natural(example: Example) -> Example:
    """Undo tokenisation: close the spaces before punctuation and after an opening bracket."""
    text = _SPACE_AFTER.sub("", _SPACE_BEFORE.sub("", example.text.replace(" ` ", "'").replace("''", '"')))
    return replace(example, text=text)


def batches(examples: Sequence[Example], recipe: Recipe, epoch: int) -> list[list[Example]]:
    """Return an epoch's batches of like length, in an order fixed by the seed and the epoch."""
    dice = random.Random(f"{recipe.seed}/{epoch}")
    order = list(examples)
    dice.shuffle(order)
    pool = recipe.batch * 64
    made: list[list[Example]] = []
    for start in range(0, len(order), pool):
        chunk = sorted(order[start : start + pool], key=lambda example: len(example.text))
        made.extend(chunk[at : at + recipe.batch] for at in range(0, len(chunk), recipe.batch))
    dice.shuffle(made)
    return made
