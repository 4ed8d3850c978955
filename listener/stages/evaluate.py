"""EVALUATE: asks the rules about every judged mention, and raises what fires."""

from collections.abc import Iterable
from datetime import datetime

from loguru import logger

from listener.domain.errors import StoreError
from listener.domain.rules.decision import Rule
from listener.stages.evidence import BatchEvidence
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
        evidence = BatchEvidence(self._store, [one.mention for one in pending])
        evaluated = [one for one in (self._guarded(mention, evidence) for mention in pending) if one is not None]
        self._store.commit(evaluated, self._channels, now)
        done = {id(one.pending) for one in evaluated}
        failed = [one for one in pending if id(one) not in done]
        if failed:
            self._store.push_back(failed, now)
        return Progress(len(pending), now, len(failed))

    def _guarded(self, pending: Pending, evidence: BatchEvidence) -> Evaluated | None:
        try:
            return self._evaluate(pending, evidence)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - a stage's boundary: one bad text must not stop the rest
            logger.bind(mention=pending.mention.mention_id).exception("a mention cannot be evaluated")
            return None

    def _evaluate(self, pending: Pending, evidence: BatchEvidence) -> Evaluated:
        mention = pending.mention
        decided: list[Decided] = []
        if self._alert_history or not mention.history:
            for rule in self._rules:
                if not rule.concerns(mention.brand) or rule.unmet(mention):
                    continue
                key = rule.key(mention)
                decided.append(Decided(rule, key, rule.decide(mention, evidence.near(rule, key, mention))))
                evidence.add(rule, key, mention)
        return Evaluated(pending, decided)
