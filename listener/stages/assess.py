"""ASSESS: has the judge judge every mention once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from loguru import logger

from listener.domain.brand import Brand
from listener.domain.judgement import Judge, Passage
from listener.stages.stage import Progress
from listener.store.assess import Assessing, Judged, Unjudged

BATCH = 64


class Assess:
    """Judges mentions in batches; a text that the judge cannot take waits and does not stop the others."""

    name = "assess"

    def __init__(self, store: Assessing, judge: Judge, brands: Mapping[str, Brand], *, batch: int = BATCH) -> None:
        self._store = store
        self._judge = judge
        self._brands = brands
        self._batch = batch

    def step(self, now: datetime) -> Progress:
        """Judge one batch."""
        mentions = self._store.pending(now, self._batch)
        if not mentions:
            return Progress(0)
        judged = self._judged(mentions)
        done = {one.mention.mention_id for one in judged}
        failed = [mention for mention in mentions if mention.mention_id not in done]
        if failed:
            self._store.push_back(failed, now)
        return Progress(self._store.commit(judged, now) + len(failed), now, len(failed))

    def _judged(self, mentions: Sequence[Unjudged]) -> list[Judged]:
        """Judge all, or where that fails each by itself."""
        try:
            return self._judge_batch(mentions)
        except Exception as error:  # noqa: BLE001 - a stage's boundary: one bad text must not stop the rest
            if len(mentions) == 1:
                logger.bind(mention=mentions[0].mention_id, error=type(error).__name__).error(
                    "a mention cannot be judged"
                )
                return []
            return [one for mention in mentions for one in self._judged([mention])]

    def _judge_batch(self, mentions: Sequence[Unjudged]) -> list[Judged]:
        passages = [self._passage(mention) for mention in mentions]
        judgements = self._judge.judge(passages)
        return [
            Judged(mention, passage.hash, judgement)
            for mention, passage, judgement in zip(mentions, passages, judgements, strict=True)
        ]

    def _passage(self, mention: Unjudged) -> Passage:
        brand = self._brands.get(mention.brand)
        return Passage(
            text=mention.text,
            brand=mention.brand,
            spans=mention.spans,
            title=mention.title,
            accounts=brand.handles if brand else (),
            lang_hint=mention.lang_hint,
        )
