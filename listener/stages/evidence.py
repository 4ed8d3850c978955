"""What the rules are shown of other mentions while one batch is evaluated."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import timedelta

from listener.domain.rules.decision import Evidence, JudgedMention, Rule
from listener.store.evaluate import Evaluating

NEAREST = 500
"""Mentions on either side of one that are looked at in a flood, so that the last of it costs no more than the first."""

Key = tuple[str, str]
"""A rule's version, and what it counts as the same alert."""


class BatchEvidence:
    """The evidence in the store, and that of this batch, which is not there yet or, after an edit, out of date."""

    def __init__(self, store: Evaluating, mentions: Sequence[JudgedMention]) -> None:
        self._store = store
        self._mentions = {mention.mention_id for mention in mentions}
        self._first = min(mention.posted_at for mention in mentions)
        self._last = max(mention.posted_at for mention in mentions)
        self._stored: dict[Key, list[Evidence]] = {}
        self._new: dict[Key, list[Evidence]] = {}

    def add(self, rule: Rule, key: str, mention: JudgedMention) -> None:
        """Note that a mention of this batch met the rule's conditions."""
        mark = Evidence(mention.mention_id, mention.author, mention.posted_at)
        self._new.setdefault((rule.version, key), []).append(mark)

    def near(self, rule: Rule, key: str, mention: JudgedMention) -> Sequence[Evidence]:
        """Return what counts within the rule's window around the mention.

        Of very many, ``NEAREST`` on either side are returned, or as many as the rule asks for.
        """
        window = rule.window
        if window is None:
            return ()
        most = max(NEAREST, rule.needs)
        stored = self._around(rule, key, mention, window, most)
        at = bisect_left(stored, mention.posted_at, key=lambda one: one.posted_at)
        known = (one for one in stored[max(at - most, 0) : at + most] if one.mention_id not in self._mentions)
        since, until = mention.posted_at - window, mention.posted_at + window
        known_and_new = (*known, *self._new.get((rule.version, key), ()))
        return [one for one in known_and_new if since <= one.posted_at <= until]

    def _around(self, rule: Rule, key: str, mention: JudgedMention, window: timedelta, most: int) -> list[Evidence]:
        """Read what stands around a mention; of a batch that was posted within one window, what stands around all."""
        if self._last - self._first > window:
            return self._store.evidence(rule, key, mention.posted_at - window, mention.posted_at + window, most)
        stored = self._stored.get((rule.version, key))
        if stored is None:
            # twice as many, for the middle of all is not the middle of each
            stored = self._store.evidence(rule, key, self._first - window, self._last + window, 2 * most)
            self._stored[rule.version, key] = stored
        return stored
