"""The whole line, put together and taken down again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

from listener.app.judging import judge_of
from listener.app.parts import channel_of, sources_of
from listener.app.world import World
from listener.config import Config
from listener.domain.judgement import Judge
from listener.stages.assess import Assess
from listener.stages.collect import Collect, Listener
from listener.stages.deliver import Deliver
from listener.stages.evaluate import Evaluate
from listener.stages.stage import Stage
from listener.stages.tidy import Tidy
from listener.store.assess import Assessing
from listener.store.collect import Collecting
from listener.store.deliver import Delivering
from listener.store.engine import Store, open_store
from listener.store.evaluate import Evaluating
from listener.store.tidy import Tidying


@dataclass(frozen=True, slots=True)
class Line:
    """The line, ready to run. Its stages stand in the order in which a post passes them."""

    store: Store
    collect: Collect
    assess: Assess
    evaluate: Evaluate
    deliver: Deliver
    tidy: Tidy

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All stages, first to last."""
        return self.collect, self.assess, self.evaluate, self.deliver, self.tidy


@contextmanager
def open_line(
    config: Config, world: World, *, alert_history: bool = False, judge: Judge | None = None
) -> Iterator[Line]:
    """Put the line together and take it down at the end. The caller holds the store. Raises ConfigError and StoreError.

    ``judge`` None: the one that the configuration asks for.
    """
    pool = ThreadPoolExecutor(config.daemon.threads, thread_name_prefix="fetch")
    try:
        with (
            closing(open_store(config.store_url, now=world.now(), held=True)) as store,
            sources_of(config, world) as sources,
        ):
            listener = Listener(config.brands)
            channels = {one.name: channel_of(one, config, world) for one in config.channels if one.enabled}
            collect = Collect(
                Collecting(store),
                sources,
                listener,
                pool,
                width=config.daemon.threads,
                spacing=config.net.spacing,
                dice=world.dice,
            )
            yield Line(
                store=store,
                collect=collect,
                assess=Assess(Assessing(store), judge or judge_of(config), batch=config.judge.batch),
                evaluate=Evaluate(Evaluating(store), config.rules, channels, alert_history=alert_history),
                deliver=Deliver(Delivering(store), channels, config.daemon.timezone, dice=world.dice),
                tidy=Tidy(Tidying(store), keep_unmatched=config.store.keep_unmatched, keep=config.store.keep),
            )
    finally:
        # what is still being fetched was not committed and will be asked for again
        pool.shutdown(wait=False, cancel_futures=True)
