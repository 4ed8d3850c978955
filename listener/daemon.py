"""The daemon: drives the stages until it is told to stop, or once until all are idle."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from time import monotonic
from types import FrameType

from loguru import logger

from listener.app.configured import load_config
from listener.app.heartbeat import heartbeat_of
from listener.app.judging import judge_of
from listener.app.line import Line, open_line
from listener.app.world import World
from listener.config import Config
from listener.domain.errors import ConfigError, ListenerError
from listener.domain.judgement import Judge
from listener.domain.schema import in_words
from listener.logs import set_up
from listener.loops import Loops
from listener.memory import give_back, settle
from listener.pulse import Pulse
from listener.stages.assess import PROBE
from listener.stages.collect import Collect
from listener.stages.stage import Stage
from listener.store.lock import only_one
from listener.systemd import Systemd

SET_BACK = timedelta(minutes=1)
"""A clock that shows so much less than it did was set back; less than that is the time service at work."""

PATIENCE = timedelta(seconds=5)
"""How long a single turn waits for work that is about to be due: a host that rests, a channel that paces."""


AIRING = 60.0
"""Seconds after which memory that is free goes back to the system."""


def run_until_idle(line: Line, world: World, report: Callable[[str, int], None] = lambda _name, _done: None) -> int:
    """Poll every stream once and drain every stage. Returns the number of errors, which are in the store and the log.

    ``report`` is told a stage's name and what its step did.
    """
    now = world.now()
    errors = line.collect.prepare(now)
    line.collect.make_due(now)
    while True:
        done, wake = 0, None
        for stage in line.stages:
            did, failed, due = _drain(stage, world, report)
            done += did
            errors += failed
            wake = min(filter(None, (wake, due)), default=None)
        if done:
            continue
        if wake is None or wake > world.now() + PATIENCE or wake > now + timedelta(hours=1):
            return errors
        world.sleep(max(0.05, (wake - world.now()).total_seconds()))


def _drain(stage: Stage, world: World, report: Callable[[str, int], None]) -> tuple[int, int, datetime | None]:
    done = errors = 0
    while True:
        progress = stage.step(world.now())
        errors += progress.errors
        if not progress.done:
            return done, errors, progress.due
        done += progress.done
        report(stage.name, progress.done)


class Daemon:
    """Runs the stages, each in a loop of its own, until a signal or a failure ends it."""

    def __init__(self, config: Config, world: World, *, alert_history: bool = False, log_json: bool = False) -> None:
        self._config = config
        self._world = world
        self._alert_history = alert_history
        self._log_json = log_json
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._failure: BaseException | None = None
        self._time = world.now(), monotonic()
        self._opened = ExitStack()
        self._judge: Judge | None = None
        self._collect: Collect | None = None
        self._loops = Loops(world.now, self._failed)
        self._systemd = Systemd(world.environ)
        self._pulse = Pulse(self._loops, self._systemd)

    def run(self) -> int:
        """Run until SIGTERM or SIGINT (0) or until a loop dies (1). A second signal ends the process hard."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, lambda _number, _frame: self._reload.set())
        with only_one(self._config.store_file), ExitStack() as opened:
            self._opened = opened
            self._take(self._config, opened)
            self._pulse.ready()
            self._pulse.start()
            self._loops.every(AIRING, "memory", give_back)
            logger.bind(store=str(self._config.store_file), brands=len(self._config.brands)).info("listening")
            while not self._stop.wait(1):
                self._loops.keep_time()
                self._keep_time()
                if self._reload.is_set():
                    self._reload.clear()
                    self._systemd.reloading()
                    self._on_reload()
                    self._pulse.ready()
            self._systemd.stopping()
            self._wind_down()
            self._opened.close()
        if self._failure is not None:
            return 1
        logger.info("stopped")
        return 0

    def _keep_time(self) -> None:
        """Begin anew where the clock was set back: what waits for a time would wait until it shows that again."""
        (time, passed), self._time = self._time, (self._world.now(), monotonic())
        missing = time + timedelta(seconds=self._time[1] - passed) - self._time[0]
        if missing <= SET_BACK:
            return
        by = in_words(timedelta(seconds=round(missing.total_seconds())))
        logger.bind(by=by).warning("the clock was set back: everything is planned anew")
        try:
            self._renew(self._config, anew=True)
        except ListenerError as error:
            if not self._stop.is_set():
                self._failed(error)

    def _renew(self, config: Config, *, anew: bool = False) -> None:
        """Put a line together and let go of the one that runs. Raises ListenerError, and keeps that one then."""
        with ExitStack() as opened:
            self._take(config, opened, anew=anew)
            self._config, former, self._opened = config, self._opened, opened.pop_all()
        former.close()

    def _take(self, config: Config, opened: ExitStack, *, anew: bool = False) -> None:
        """Put a line together and let the loops run on it from their next step; ``anew``: nothing waits any longer."""
        # a second judge beside the same one would only cost memory
        judge = self._judge if anew and self._judge else warm(judge_of(config))
        line = opened.enter_context(open_line(config, self._world, alert_history=self._alert_history, judge=judge))
        heartbeat = opened.enter_context(heartbeat_of(config, self._world))
        with self._loops.paused():
            line.collect.prepare(self._world.now(), anew=anew, former=self._collect)
            self._pulse.watch(line.store, config.daemon, heartbeat)
            set_up(config.daemon.log_level, as_json=self._log_json)
            self._loops.drive(line.stages)
        self._judge, self._collect = judge, line.collect
        settle()

    def _failed(self, error: BaseException) -> None:
        # said at once: another unit of work may outlast the bound, and then there is no time for words
        logger.bind(error=str(error)).critical("a loop died; the daemon ends, so that it is noticed")
        self._failure = error
        self._end()

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        if self._stop.is_set():
            os._exit(1)  # asked twice: whatever is in hand was not committed, so nothing is lost
        self._end()

    def _end(self) -> None:
        self._stop.set()
        self._loops.stop()

    def _on_reload(self) -> None:
        """Take the new configuration between two steps; a bad one changes nothing and says why."""
        try:
            config = load_config(self._config.file, self._world)
            if config.store_file != self._config.store_file:
                raise ConfigError("[store] url changed, which needs a restart")
            self._renew(config)
        except ListenerError as error:
            if self._stop.is_set():
                return
            logger.bind(error=str(error)).error("the new configuration was not taken; the old one stays")
            return
        logger.info("the new configuration is in force")

    def _wind_down(self) -> None:
        """Let the units in hand end, but not for longer than allowed: what is not committed is simply done again."""
        bound = self._config.daemon.stop_within.total_seconds()
        if not self._loops.ended(bound):
            logger.bind(seconds=bound).warning("a unit of work did not end in time and will be done again")
            os._exit(0 if self._failure is None else 1)


def warm(judge: Judge) -> Judge:
    """Have the judge judge a plain sentence before anybody is told that we are ready. Raises ListenerError."""
    try:
        judge.judge([PROBE])
    except Exception as error:
        raise ListenerError(
            f"the judge cannot judge a plain sentence ({type(error).__name__}: {error}); check [judge] and, in a "
            "service, what the unit forbids"
        ) from error
    give_back()  # what the weights were read from
    return judge
