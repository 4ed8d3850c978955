"""A judge for what does not depend on judgements."""

from collections.abc import Sequence

import pytest

from listener.domain.judgement import Judgement, Passage, Sentiment


class Indifferent:
    """Finds everything neutral."""

    model_id = "indifferent"

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        return [Judgement(self.model_id, "en", Sentiment(0.0, 1.0, 0.0), {"complaint": 0.0}) for _ in passages]


@pytest.fixture
def indifferent() -> Indifferent:
    """Give a judge whom nothing moves."""
    return Indifferent()
