"""What the tests of the rules share: judged mentions and evidence, made in one line."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from listener.domain.judgement import Judgement, Sentiment
from listener.domain.match import Document
from listener.domain.rules.decision import Evidence, JudgedMention
from tests.scripted import T0

CALM = Judgement("m", "en", Sentiment(0.1, 0.8, 0.1), {"complaint": 0.1, "anger": 0.1})
CROSS = Judgement("m", "en", Sentiment(0.9, 0.08, 0.02), {"complaint": 0.9, "anger": 0.7})
MENTION = JudgedMention(
    mention_id=1,
    brand="Acme",
    document=Document(text="acme is broken", platform="forum"),
    author="forum:ann",
    reach=None,
    posted_at=T0,
    story_id=5,
    thread="root",
    own=False,
    history=False,
    judgement=CROSS,
)


def mention(seconds: float = 0, **more: Any) -> JudgedMention:
    """Make an angry complaint, so long after T0."""
    return replace(MENTION, **({"posted_at": T0 + timedelta(seconds=seconds)} | more))


def evidence(number: int, seconds: float, author: str = "forum:ann") -> Evidence:
    """Make an earlier mention that met the conditions."""
    return Evidence(number, author, T0 + timedelta(seconds=seconds))
