"""What may be otherwise than usual in a process under test: failures that no input brings about at will."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from listener.domain.judgement import Passage
from listener.domain.rules.decision import JudgedMention
from tests.reliability.crash import replace

UNJUDGEABLE, UNDECIDABLE = "cyanide", "arsenic"
"""Words that no judge can judge and no rule can decide on under the twists."""

LATER = "9000"
"""A revision of the store that comes after all that there are."""


def _bad_texts() -> None:
    _judge(lambda passages: any(UNJUDGEABLE in one.text for one in passages))
    replace("listener.domain.rules.mention:MentionRule.decide", _undecided)


def _judge(fails: Callable[[Sequence[Passage]], bool]) -> None:
    def change(method: Any) -> Any:
        def judge(self: Any, passages: Sequence[Passage]) -> Any:
            if fails(passages):
                raise RuntimeError("the judge broke")
            return method(self, passages)

        return judge

    replace("models.scoring:ScoringJudge.judge", change)


def _undecided(method: Any) -> Any:
    def decide(self: Any, mention: JudgedMention, evidence: Any) -> Any:
        if UNDECIDABLE in mention.document.text:
            raise RuntimeError("the rule broke")
        return method(self, mention, evidence)

    return decide


def _later() -> None:
    """Be a program with one revision more, which stands in the folder."""
    replace("listener.store.migrations:__file__", lambda _: str(Path.cwd() / "migrations" / "__init__.py"))
    replace("listener.store.engine:REVISIONS", lambda known: (*known, LATER))
    for module in ("migrations", "engine"):
        replace(f"listener.store.{module}:HEAD", lambda _: LATER)


TWISTS: Mapping[str, Callable[[], None]] = {
    "bad texts": _bad_texts,
    "judge down": lambda: _judge(lambda _passages: True),
    "later program": _later,
}
