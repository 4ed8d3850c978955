"""The loops of the daemon: a scheduled job for each stage, which steps until it is idle and is then woken again."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from listener.domain.errors import ListenerError
from listener.stages.stage import Stage

BEAT = 1.0
"""Seconds between two moments at which a stage may begin. A stage that did something wakes the next at once."""

REST = 5.0
"""Seconds that a stage without work is idle, if nothing is due earlier: what other commands write waits no longer."""


@dataclass
class _Loop:
    """A stage that is driven. ``turn`` is held while it steps.

    ``moved`` is when it last ended a step or had none to begin, ``rests`` until when it has none (both monotonic);
    ``due`` is when there will be work that it knows of; ``woken``: others have brought it some.
    """

    stage: Stage
    turn: threading.Lock = field(default_factory=threading.Lock)
    moved: float = field(default_factory=time.monotonic)
    rests: float = 0.0
    due: datetime | None = None
    woken: bool = False

    def is_idle(self, now: datetime) -> bool:
        """Say whether there is nothing to do yet."""
        return not self.woken and time.monotonic() < self.rests and (self.due is None or now < self.due)


class Loops:
    """All loops. ``died`` is told of the error that ended one of them."""

    def __init__(self, now: Callable[[], datetime], died: Callable[[BaseException], None]) -> None:
        self.last = ""
        """The last step that did something: of which stage, and when."""
        self._now = now
        self._stop = threading.Event()
        self._pause = threading.Event()
        self._loops: list[_Loop] = []
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(8)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        self._scheduler.add_listener(lambda event: died(event.exception), EVENT_JOB_ERROR)
        self._scheduler.start()

    def drive(self, stages: Sequence[Stage]) -> None:
        """Drive these stages, in the order in which a post passes them, in place of those driven so far."""
        if not self._loops:
            self._loops = [_Loop(stage) for stage in stages]
            for loop in self._loops:
                self._schedule(BEAT, loop.stage.name, self._work, loop)
            return
        for loop, stage in zip(self._loops, stages, strict=True):
            loop.stage, loop.woken = stage, True

    def every(self, seconds: float, name: str, do: Callable[[], None]) -> None:
        """Call something now and every so often, in a loop of its own, which may die as the others do."""
        self._schedule(seconds, name, do)

    def keep_time(self) -> None:
        """Wake what the scheduler would leave asleep because the clock was set back: it plans by the wall clock."""
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            if job.next_run_time > now + job.trigger.interval:
                job.modify(next_run_time=now)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hold every stage between two steps. Raises ListenerError if the loops are stopped meanwhile."""
        self._pause.set()
        with ExitStack() as held:
            held.callback(self._pause.clear)
            for loop in self._loops:
                while not loop.turn.acquire(timeout=BEAT):
                    if self._stop.is_set():
                        raise ListenerError("the daemon was told to stop")
                held.callback(loop.turn.release)
            yield

    def stuck(self, within: float) -> list[str]:
        """Name the stages that have ended no step for longer than this many seconds."""
        since = time.monotonic() - within - BEAT
        return [loop.stage.name for loop in self._loops if loop.moved < since]

    def stop(self) -> None:
        """Begin no further step. May be called more than once, from anywhere."""
        self._stop.set()

    def ended(self, within: float) -> bool:
        """Wait so many seconds for the steps in hand, once stopped; says whether all have ended."""
        # its own waiting would hold a lock that a stage needs to wake the next one
        self._scheduler.pause()
        end = time.monotonic() + within
        if not all(loop.turn.acquire(timeout=max(0.0, end - time.monotonic())) for loop in self._loops):
            return False
        self._scheduler.shutdown(wait=False)
        return True

    def _schedule(self, seconds: float, name: str, do: Callable[..., None], *arguments: object) -> None:
        self._scheduler.add_job(do, "interval", arguments, seconds=seconds, id=name, next_run_time=datetime.now(UTC))

    def _work(self, loop: _Loop) -> None:
        """Let one stage work until it is idle, or until all have to pause."""
        with loop.turn:
            while not (self._stop.is_set() or self._pause.is_set()):
                now = self._now()
                if loop.is_idle(now):
                    loop.moved = time.monotonic()
                    return
                loop.woken = False
                progress = loop.stage.step(now)
                loop.moved = time.monotonic()
                if not progress.done:
                    loop.rests, loop.due = loop.moved + REST, progress.due
                    if loop.woken:
                        continue
                    return  # what is due by now has time until the next beat: a stage that cannot do it must not spin
                self.last = f"{loop.stage.name} at {now:%H:%M:%S} UTC"
                self._wake_after(loop)

    def _wake_after(self, loop: _Loop) -> None:
        following = self._loops[self._loops.index(loop) + 1 :]
        if following:
            following[0].woken = True
            self._scheduler.modify_job(following[0].stage.name, next_run_time=datetime.now(UTC))
