"""EVALUATE: asks the rules about every judged mention, and raises what fires."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from loguru import logger

from listener.domain.errors import StoreError
from listener.domain.rules.decision import Evidence, JudgedMention, Rule
from listener.stages.stage import Progress
from listener.store.evaluate import Decided, Evaluated, Evaluating, Pending

BATCH = 100


class Evaluate:
    """Decides mention by mention; history raises nothing unless ``alert_history``."""

    name = "evaluate"

    def __init__(
        self, store: Evaluating, rules: Iterable[Rule], channels: Iterable[str], *, alert_history: bool = False
    ) -> None:
        self._store = store
        self._rules = tuple(rules)
        self._channels = frozenset(channels)
        self._alert_history = alert_history

    def step(self, now: datetime) -> Progress:
        """Evaluate one batch, or else send word of what a cooldown held back."""
        pending = self._store.pending(now, BATCH)
        if not pending:
            told = self._store.tell_waiting(self._channels, now)
            return Progress(told, self._store.next_waiting())
        heard = _Batch(self._store, pending)
        evaluated = [one for one in (self._guarded(mention, heard) for mention in pending) if one is not None]
        self._store.commit(evaluated, self._channels, now)
        done = {id(one.pending) for one in evaluated}
        failed = [one for one in pending if id(one) not in done]
        if failed:
            self._store.push_back(failed, now)
        return Progress(len(pending), now, len(failed))

    def _guarded(self, pending: Pending, heard: "_Batch") -> Evaluated | None:
        try:
            return self._evaluate(pending, heard)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - a stage's boundary: one bad text must not stop the rest
            logger.bind(mention=pending.mention.mention_id).exception("a mention cannot be evaluated")
            return None

    def _evaluate(self, pending: Pending, heard: "_Batch") -> Evaluated:
        mention = pending.mention
        decided: list[Decided] = []
        if self._alert_history or not mention.history:
            for rule in self._rules:
                if not rule.concerns(mention.brand):
                    continue
                key = rule.key(mention)
                decision = rule.decide(mention, heard.evidence(rule, key, mention))
                if decision.met:
                    heard.add(rule, key, mention)
                    decided.append(Decided(rule, key, decision))
        return Evaluated(pending, decided)


class _Batch:
    """The evidence in the store, and that of this batch, which is not there yet or, after an edit, out of date."""

    def __init__(self, store: Evaluating, pending: Iterable[Pending]) -> None:
        self._store = store
        self._mentions = {one.mention.mention_id for one in pending}
        self._new: dict[tuple[str, str], list[Evidence]] = {}

    def add(self, rule: Rule, key: str, mention: JudgedMention) -> None:
        """Note that a mention of this batch met the rule's conditions."""
        mark = Evidence(mention.mention_id, mention.author, mention.posted_at)
        self._new.setdefault((rule.version, key), []).append(mark)

    def evidence(self, rule: Rule, key: str, mention: JudgedMention) -> Sequence[Evidence]:
        """Return what counts within the rule's window around the mention."""
        if rule.window is None:
            return ()
        since, until = mention.posted_at - rule.window, mention.posted_at + rule.window
        new = [one for one in self._new.get((rule.version, key), ()) if since <= one.posted_at <= until]
        stored = self._store.evidence(rule, key, since, until)
        return [*(one for one in stored if one.mention_id not in self._mentions), *new]
