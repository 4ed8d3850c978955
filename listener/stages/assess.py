"""ASSESS: has the judge judge every mention once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from loguru import logger

from listener.domain.judgement import Judge, Passage
from listener.stages.stage import Progress
from listener.store.assess import Assessing, Judged, Unjudged

BATCH = 64

REST = timedelta(minutes=1)
"""How long a judge that is down is left alone before it is asked again."""

PROBE = Passage("The support team answered my question within an hour.")
"""What every judge can judge: where this fails, the judge is at fault, and no mention."""


class Assess:
    """Judges mentions in batches.

    A text that the judge cannot take waits and does not stop the others. A judge that can take none is down: the
    stage rests and says why, and every mention stays where it is.
    """

    name = "assess"

    def __init__(self, store: Assessing, judge: Judge, *, batch: int = BATCH) -> None:
        self._store = store
        self._judge = judge
        self._batch = batch
        self._rests_until: datetime | None = None

    def step(self, now: datetime) -> Progress:
        """Judge one batch."""
        if self._rests_until is not None and now < self._rests_until:
            return Progress(0, self._rests_until)
        mentions = self._store.pending(now, self._batch)
        if not mentions:
            return Progress(0)
        try:
            judged, failed = self._judged(mentions)
        except _JudgeDown as down:
            return self._rest(str(down), now)
        if failed:
            self._store.push_back(failed, now)
        return Progress(self._store.commit(judged, now) + len(failed), now, len(failed))

    def _rest(self, error: str, now: datetime) -> Progress:
        self._rests_until = now + REST
        self._store.note_down(error, now)
        logger.bind(error=error).error("the judge is down: mentions wait for it, it is asked again in a minute")
        return Progress(0, self._rests_until, 1)

    def _judged(self, mentions: Sequence[Unjudged]) -> tuple[list[Judged], list[Unjudged]]:
        """Judge all, or where that fails each by itself; returns the judged and the failed."""
        try:
            return self._judge_batch(mentions), []
        except Exception:  # noqa: BLE001 - a stage's boundary: one bad text must not stop the rest
            return self._judged_singly(mentions)

    def _judged_singly(self, mentions: Sequence[Unjudged]) -> tuple[list[Judged], list[Unjudged]]:
        judged: list[Judged] = []
        failed: list[Unjudged] = []
        for mention in mentions:
            try:
                judged += self._judge_batch([mention])
            except Exception as error:  # noqa: BLE001 - as above
                self._probe()
                # the error's own words may hold the text
                said = logger.bind(mention=mention.mention_id, error=type(error).__name__)
                said.error("a mention cannot be judged")
                failed.append(mention)
        return judged, failed

    def _probe(self) -> None:
        try:
            (_,) = self._judge.judge([PROBE])
        except Exception as error:
            raise _JudgeDown(f"{type(error).__name__}: {error}") from error

    def _judge_batch(self, mentions: Sequence[Unjudged]) -> list[Judged]:
        passages = [self._passage(mention) for mention in mentions]
        judgements = self._judge.judge(passages)
        return [
            Judged(mention, passage.hash, judgement)
            for mention, passage, judgement in zip(mentions, passages, judgements, strict=True)
        ]

    def _passage(self, mention: Unjudged) -> Passage:
        return Passage(
            text=mention.text,
            brand=mention.brand,
            spans=mention.spans,
            title=mention.title,
            title_spans=mention.title_spans,
            lang_hint=mention.lang_hint,
        )


class _JudgeDown(Exception):
    """The judge failed on a text that is beyond suspicion."""
