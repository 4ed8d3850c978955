"""The conditions that a mention must meet, shared by the rules that look at mentions."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from listener.domain.match import matches
from listener.domain.rules.decision import JudgedMention
from listener.domain.schema import Block, QueryText

Probability = Annotated[float, Field(ge=0, le=1)]


class Conditions(Block):
    """All that is set must hold. Labels need a judgement that does not abstain; probabilities do not."""

    sentiment: tuple[Literal["negative", "neutral", "positive"], ...] = ()
    complaint: bool | None = None
    anger: bool | None = None
    min_negative: Probability | None = None
    min_complaint: Probability | None = None
    min_anger: Probability | None = None
    min_reach: Annotated[int, Field(ge=0)] | None = None
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    query: QueryText | None = None
    include_own: bool = False

    def unmet(self, mention: JudgedMention) -> str:
        """Say the first condition that does not hold, in words; empty where all hold."""
        return self._unmet_place(mention) or self._unmet_label(mention) or self._unmet_probability(mention)

    def _unmet_place(self, mention: JudgedMention) -> str:
        document = mention.document
        language = mention.judgement.language
        if mention.own and not self.include_own:
            return "the company wrote it itself"
        if self.platforms and not any(_is_platform(document.platform, name) for name in self.platforms):
            return f"platform {document.platform} is not among {', '.join(self.platforms)}"
        if self.languages and language not in self.languages:
            return f"language {language} is not among {', '.join(self.languages)}"
        if self.min_reach is not None and (mention.reach or 0) < self.min_reach:
            return f"reach {mention.reach if mention.reach is not None else 'unknown'} is below {self.min_reach}"
        if self.query is not None and matches(self.query, document) is None:
            return f"the text does not match {self.query}"
        return ""

    def _unmet_label(self, mention: JudgedMention) -> str:
        judgement = mention.judgement
        wants_label = bool(self.sentiment) or self.complaint is not None or self.anger is not None
        if wants_label and judgement.abstained:
            return f"the judge abstained: {judgement.abstained}"
        if self.sentiment and judgement.sentiment_label not in self.sentiment:
            return f"sentiment is {judgement.sentiment_label}, not {' or '.join(self.sentiment)}"
        for head, wanted in (("complaint", self.complaint), ("anger", self.anger)):
            if wanted is not None and judgement.label(head) is not wanted:
                return f"{head} is {_yes(judgement.label(head))}, not {_yes(wanted)}"
        return ""

    def _unmet_probability(self, mention: JudgedMention) -> str:
        for name, floor, found in self._floors(mention):
            if found is None or found < floor:
                return f"{name} is {'not judged' if found is None else f'{found:.2f}'}, below {floor:.2f}"
        return ""

    def _floors(self, mention: JudgedMention) -> Iterator[tuple[str, float, float | None]]:
        """Yield the wanted floors of probabilities, with what was found."""
        judgement = mention.judgement
        negative = judgement.sentiment.negative if judgement.sentiment else None
        for name, floor, found in (
            ("p(negative)", self.min_negative, negative),
            ("p(complaint)", self.min_complaint, judgement.heads.get("complaint")),
            ("p(anger)", self.min_anger, judgement.heads.get("anger")),
        ):
            if floor is not None:
                yield name, floor, found

    def measured(self, mention: JudgedMention) -> str:
        """Say the numbers of a mention that meets the floors, beside them; empty where no floor is set."""
        parts = [f"{name} {found:.2f} (at least {floor:.2f})" for name, floor, found in self._floors(mention)]
        if self.min_reach is not None:
            parts.append(f"reach {mention.reach or 0:,} (at least {self.min_reach:,})")
        return ", ".join(parts)

    def described(self) -> str:
        """Say the wanted labels as words before "mention": ``negative or neutral, angry complaint``."""
        mood = "" if self.anger is None else "angry" if self.anger else "calm"
        kind = "" if self.complaint is None else "complaint" if self.complaint else "uncomplaining"
        moods = ", ".join(filter(None, (" or ".join(self.sentiment), mood)))
        return f"{moods} {kind}".strip()


def _is_platform(platform: str, name: str) -> bool:
    return platform == name or platform.startswith(name + ":")


def _yes(label: bool | None) -> str:  # noqa: FBT001 - the label is the subject here
    return {True: "yes", False: "no", None: "not judged"}[label]
