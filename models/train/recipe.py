"""What is trained on what, and how: every number that shapes the weights, with its reason."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class TrainingSet:
    """One folder of labelled texts and how often an epoch sees it."""

    name: str
    repeat: int = 1
    """Whole passes over the set in one epoch: small sets with the only labels of a head are seen more often."""
    share: float = 1.0
    """Share of the set that an epoch sees."""
    tokenised: bool = False
    """Published with spaces around punctuation; written naturally by chance, or the head learns the style."""
    own: bool = False
    """Written by us, in ``models/train``: its brands are swapped for one another, so that no name is learnt."""
    content: bool = False
    """Who is positive does not complain: such texts teach the complaint head what most of the world is like."""
    aimed: bool = False
    """Labelled without a target; half of the passes are given one, because in service most texts have one."""


@dataclass(frozen=True)
class Stage:
    """One run from a warm start to rest."""

    sets: tuple[TrainingSet, ...]
    epochs: int
    rate: float
    head_rate: float
    loss_weights: dict[str, float] = field(default_factory=lambda: {"sentiment": 1.0, "complaint": 1.0, "anger": 0.7})
    balanced: bool = False
    """Whether a head with few labels counts as much as one with many; else every label does."""
    seeds: tuple[int, ...] = (0,)
    """The stage is run once for each from the same start, and the weights are averaged."""
    start: bool = field(default=False, repr=False)
    """Whether the weights that the stage began with are averaged in too: what it dwells on costs the rest less. No run
    depends on it, so checkpoints do not name it."""
    people: bool = True
    """Whether the sets' ``@user`` is given back as made-up people half of the time; else every handle is ``@user``."""


@dataclass(frozen=True)
class Recipe:
    """The settings of one training, kept beside the weights."""

    name: str
    courses: tuple[tuple[Stage, ...], ...]
    """Each leads from the base through its stages; the ends of all are averaged, since each errs in its own way."""
    shares: tuple[float, ...] = (1.0,)
    """What each course counts in the average."""
    batch: int = 64
    """The optimiser's step over 23 M weights costs as much as a dozen sequences: fewer, larger steps."""
    warmup: float = 0.06
    weight_decay: float = 0.01
    dropout: float = 0.1
    smoothing: float = 0.05
    """Crowd labels are wrong about one time in ten; smoothing keeps the logits small enough to calibrate."""
    longest: int = 128
    """Tokens. All but a few sentences of the sets fit."""
    hold_out: float = 0.04
    """Share of each training set kept for calibration: dev sets are for measuring alone."""
    seed: int = 20261125
    checkpoint_steps: int = 200

    @property
    def stage(self) -> Stage:
        """What is run last, and all of it that a recipe made by ``until`` runs."""
        return self.courses[-1][-1]

    def until(self, course: int, stages: int, seed: int = 0) -> "Recipe":
        """Return the recipe of a course's first ``stages`` with another seed: what their checkpoint depends on."""
        return replace(self, courses=(self.courses[course][:stages],), shares=(1.0,), seed=self.seed + seed)


_MOODS = (
    TrainingSet("semeval17_sentiment"),
    TrainingSet("dong2014", tokenised=True),
    TrainingSet("mams_atsa"),
    TrainingSet("newsmtsc"),
    TrainingSet("sxsw_brands"),
    TrainingSet("apple2014"),
)

_BROAD = Stage(
    sets=(*_MOODS, TrainingSet("complaints2019", repeat=2), TrainingSet("tweeteval_emotion")),
    epochs=2,  # a third lowers the training loss only
    rate=1e-4,
    head_rate=5e-4,  # the heads start from nothing, the encoder does not
    people=False,
)
"""Learn sentiment, of which there is much, and what of it helps the other heads."""

_BROAD_BALANCED = replace(
    _BROAD,
    sets=(
        *_MOODS,
        TrainingSet("complaints2019", repeat=2, aimed=True),
        TrainingSet("own", repeat=2, own=True),
        TrainingSet("tweeteval_emotion", aimed=True),
    ),
    balanced=True,
    loss_weights={"sentiment": 1.0, "complaint": 1.0, "anger": 0.5},
    people=True,
)
"""The same with every head as loud as sentiment. A little of it makes complaints clearer; more costs the sense of whom
a sentiment is meant for: at a fifth, two brands in one sentence run together."""

_NARROW = Stage(
    sets=(
        TrainingSet("complaints2019", repeat=5, aimed=True),
        TrainingSet("own", repeat=5, own=True),
        TrainingSet("tweeteval_emotion", aimed=True),
        TrainingSet("semeval17_sentiment", share=0.2, content=True),
        TrainingSet("dong2014", share=0.25, tokenised=True),
        TrainingSet("mams_atsa", share=0.25),
        TrainingSet("newsmtsc", share=0.25),
        TrainingSet("sxsw_brands", share=0.25),
        TrainingSet("apple2014", share=0.25),
    ),
    epochs=1,
    rate=6e-5,
    head_rate=2e-4,
    loss_weights={"sentiment": 1.0, "complaint": 1.5, "anger": 0.7},
    seeds=(1, 2),
    start=True,
)
"""Learn the heads with few labels, which the flood of sentiment drowned; the rest is there to be remembered."""

DEFAULT = Recipe(
    name="default", courses=((_BROAD, _NARROW), (_BROAD_BALANCED, replace(_NARROW, balanced=True))), shares=(0.87, 0.13)
)

RECIPES = {recipe.name: recipe for recipe in (DEFAULT,)}
