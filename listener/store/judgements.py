"""Judgements as rows, and rows as judgements."""

from typing import Any

from sqlalchemy import Row

from listener.domain.judgement import Judgement, Sentiment
from listener.store import tables

JUDGEMENT = tables.table(tables.Judgement)

HEADS = ("complaint", "anger", "sarcasm", "suggestion", "relevance", "spam")
"""The binary heads with a column each; a head that no model judges yet stays NULL."""

COLUMNS = [
    JUDGEMENT.c[name] for name in ("model", "language", "p_negative", "p_neutral", "p_positive", "abstained")
] + [JUDGEMENT.c[f"p_{head}"] for head in HEADS]


def values_of(judgement: Judgement) -> dict[str, Any]:
    """Write a judgement as column values."""
    sentiment = judgement.sentiment
    return {
        "model": judgement.model,
        "language": judgement.language,
        "p_negative": sentiment.negative if sentiment else None,
        "p_neutral": sentiment.neutral if sentiment else None,
        "p_positive": sentiment.positive if sentiment else None,
        "abstained": judgement.abstained,
        **{f"p_{head}": judgement.heads.get(head) for head in HEADS},
    }


def judgement_of(row: Row[Any]) -> Judgement:
    """Read a judgement from a row that holds COLUMNS."""
    judged = row.p_negative is not None
    return Judgement(
        model=row.model,
        language=row.language,
        sentiment=Sentiment(row.p_negative, row.p_neutral, row.p_positive) if judged else None,
        heads={head: getattr(row, f"p_{head}") for head in HEADS if getattr(row, f"p_{head}") is not None},
        abstained=row.abstained,
    )
