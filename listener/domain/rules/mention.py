"""The rule ``mention``: tell of every mention that meets the conditions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from listener.domain.alert import place
from listener.domain.rules.conditions import Conditions
from listener.domain.rules.decision import Decision, Evidence, Handling, JudgedMention


class MentionRule(Handling, Conditions):
    """Fires on each mention that meets its conditions."""

    type: Literal["mention"] = "mention"

    @property
    def window(self) -> timedelta | None:
        """None: looks at single mentions."""
        return None

    def decide(self, mention: JudgedMention, evidence: Sequence[Evidence]) -> Decision:  # noqa: ARG002 - the contract's
        """Fire where all conditions hold."""
        unmet = self.unmet(mention)
        if unmet:
            return Decision(met=False, fires=False, reason=unmet)
        kind, measured, document = self.described(), self.measured(mention), mention.document
        what, numbers = f"{kind} mention".lstrip(), f" with {measured}" if measured else ""
        return Decision(
            met=True,
            fires=True,
            reason=f"This {what} of {mention.brand}{numbers} meets every condition of the rule {self.name}.",
            title=f"{mention.brand}: {what} on {place(document.platform, document.url)}",
            numbers=_numbers(mention),
            evidence=(mention.mention_id,),
        )


def _numbers(mention: JudgedMention) -> dict[str, float]:
    judgement = mention.judgement
    numbers = {f"p_{head}": value for head, value in judgement.heads.items() if value is not None}
    if judgement.sentiment:
        numbers["p_negative"] = judgement.sentiment.negative
    return numbers
