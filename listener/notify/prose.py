"""Judgements, numbers and times in words, the same words for the same numbers everywhere."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from listener.domain.judgement import THRESHOLD, Judgement, Sentiment
from listener.notify.harmless import line

_SURE = 0.8
"""From here a label is said outright; below, with "probably"."""

_UNLIKELY = 0.2
"""Below this a label is "unlikely"; from here to the threshold, "doubtful"."""

_ALWAYS = ("complaint", "anger")
"""Heads that are told whatever they say; of the others only what is worth a word."""


def judged(judgement: Judgement | None) -> str:
    """Say what the judge found and how sure it is."""
    if judgement is None:
        return "not judged yet"
    if judgement.abstained:
        return _unsure(judgement, line(judgement.abstained, 120))
    said = [*_sentiment(judgement.sentiment), *_heads(judgement)]
    return ", ".join(said) if said else "not judged"


def _unsure(judgement: Judgement, reason: str) -> str:
    """Say why there is no label: nothing to go by, or what it could be."""
    if judgement.sentiment is None:
        return f"not judged: {reason}"
    mood = judgement.sentiment
    ranked = sorted(("negative", "neutral", "positive"), key=lambda name: -float(getattr(mood, name)))
    likely = [name for name in ranked if getattr(mood, name) >= _UNLIKELY]
    could = " or ".join(f"{name} ({getattr(mood, name):.2f})" for name in likely)
    complaint = judgement.heads.get("complaint")
    rest = f"; {_head('complaint', complaint)}" if complaint is not None else ""
    return f"unsure: could be {could}{rest}"


def _sentiment(mood: Sentiment | None) -> Iterator[str]:
    if mood is None:
        return
    probability = float(getattr(mood, mood.label))
    yield f"{'' if probability >= _SURE else 'probably '}{mood.label} ({probability:.2f} sure)"


def _heads(judgement: Judgement) -> Iterator[str]:
    for head in (*_ALWAYS, *sorted(set(judgement.heads) - set(_ALWAYS))):
        probability = judgement.heads.get(head)
        if probability is not None and (head in _ALWAYS or _worth_a_word(head, probability)):
            yield _head(head, probability)


def _worth_a_word(head: str, probability: float) -> bool:
    """Relevance is expected and the others are not: either is told when it is the other way round."""
    return (probability >= THRESHOLD) != (head == "relevance")


def _head(head: str, probability: float) -> str:
    name = line(head, 40)
    if probability >= THRESHOLD:
        return f"{'' if probability >= _SURE else 'probably '}{name} ({probability:.2f})"
    return f"{name} {'unlikely' if probability < _UNLIKELY else 'doubtful'} ({probability:.2f})"


def counted(number: int, one: str, many: str = "") -> str:
    """Count things: ``1 mention``, ``12 mentions``, ``1,200 mentions``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def local(moment: datetime, zone: tzinfo) -> str:
    """Write a moment the way people of that zone read it, the zone named."""
    there = moment.astimezone(zone)
    return f"{there.day} {there:%b %Y, %H:%M} {there.tzname()}"
