"""The loops of the daemon, with stages that do what a test says."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from listener import loops as module
from listener.domain.errors import ListenerError
from listener.loops import BEAT, Loops
from listener.stages.stage import Progress

LIMIT = 30.0
REST = 2.5 * BEAT
"""Shorter than in life, longer than the beats between which it has to show."""


class Counting:
    """Counts its steps; has work when told so, knows of some that is always due, and hangs until it is let go."""

    def __init__(self, name: str = "collect", due: datetime | None = None) -> None:
        self.name = name
        self.due = due
        self.begun = 0
        self.steps: list[datetime] = []
        self.work = 0
        self.go = threading.Event()
        self.go.set()

    def step(self, now: datetime) -> Progress:
        """Do one piece of work if there is any."""
        self.begun += 1
        self.go.wait(LIMIT)
        self.steps.append(now)
        done, self.work = min(self.work, 1), max(self.work - 1, 0)
        return Progress(done, self.due)


def until(holds: Callable[[], object]) -> None:
    """Wait for something, not for ever."""
    end = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def deaths() -> list[BaseException]:
    return []


@pytest.fixture
def loops(deaths: list[BaseException], monkeypatch: pytest.MonkeyPatch) -> Iterator[Loops]:
    monkeypatch.setattr(module, "REST", REST)
    made = Loops(lambda: datetime.now(UTC), deaths.append)
    yield made
    made.stop()
    assert made.ended(LIMIT)


def test_a_clock_that_is_set_back_stops_nobody(loops: Loops) -> None:
    """The scheduler plans by the wall clock, and would leave all asleep for the hour that came again."""
    stage = Counting(due=datetime.min.replace(tzinfo=UTC))
    loops.drive([stage])
    until(lambda: len(stage.steps) > 1)
    steps = [len(stage.steps)]

    def goes_on() -> bool:
        loops.keep_time()  # as the daemon does all the time
        return len(stage.steps) > steps[-1] + 1

    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1), tick=True):
        until(goes_on)
        steps.append(len(stage.steps))
        until(goes_on)


def test_who_did_something_wakes_the_next(loops: Loops) -> None:
    """Before the next beat: a post goes down the line at once. The status says who was last."""
    first, second = Counting("collect"), Counting("assess")
    loops.drive([first, second])
    until(lambda: first.steps and second.steps)
    before, first.work = len(second.steps), 20
    until(lambda: not first.work)
    until(lambda: len(second.steps) > before)
    assert loops.last.startswith("collect at ")


def test_a_stage_without_work_rests(loops: Loops) -> None:
    """It looks again after a while, for what other commands wrote; or when what it knows of is due."""
    resting, waiting = Counting("collect"), Counting("deliver", due=datetime.now(UTC) + timedelta(seconds=1.5 * BEAT))
    loops.drive([resting, waiting])
    until(lambda: len(resting.steps) > 1)
    first, second = resting.steps[:2]
    assert second - first >= timedelta(seconds=REST)
    assert len(waiting.steps) > 2
    assert waiting.due is not None
    assert waiting.steps[1] >= waiting.due


def test_a_stage_that_cannot_do_what_is_due_does_not_spin(loops: Loops) -> None:
    """It looks once a beat, however long its work is overdue."""
    stuck = Counting(due=datetime.min.replace(tzinfo=UTC))
    loops.drive([stuck])
    until(lambda: len(stuck.steps) > 3)
    assert stuck.steps[3] - stuck.steps[0] > timedelta(seconds=2 * BEAT)


def test_what_comes_while_a_stage_looks_is_not_overlooked(loops: Loops) -> None:
    """The stage before brings work after it has looked and before it rests."""
    first, second = Counting("collect"), Counting("assess")
    second.go.clear()
    loops.drive([first, second])
    until(lambda: second.begun)
    first.work = 1
    until(lambda: len(first.steps) > 2)
    began = time.monotonic()
    second.go.set()
    until(lambda: len(second.steps) > 1)
    assert time.monotonic() - began < REST


def test_a_stage_that_hangs_is_named(loops: Loops) -> None:
    """One that is merely idle is not."""
    hangs, idles = Counting("deliver"), Counting("tidy")
    hangs.go.clear()
    loops.drive([hangs, idles])
    until(lambda: loops.stuck(BEAT))
    assert loops.stuck(BEAT) == ["deliver"]
    hangs.go.set()
    until(lambda: not loops.stuck(BEAT))


def test_others_take_over_between_two_steps(loops: Loops) -> None:
    """While all are paused nobody steps; from then on the new ones do."""
    old, new = Counting(), Counting()
    loops.drive([old])
    until(lambda: old.steps)
    with loops.paused():
        steps = len(old.steps)
        loops.drive([new])
        assert not new.steps
    until(lambda: new.steps)
    assert len(old.steps) == steps


def test_who_waits_for_a_pause_is_told_of_the_end(loops: Loops) -> None:
    """A step that hangs must not hold up the end of the daemon for a reload's sake."""
    stage = Counting()
    stage.go.clear()
    loops.drive([stage])
    until(lambda: loops.stuck(0))
    loops.stop()
    with pytest.raises(ListenerError, match="told to stop"), loops.paused():
        pass
    assert not loops.ended(0.0)
    stage.go.set()


def test_a_death_is_told(loops: Loops, deaths: list[BaseException]) -> None:
    """Of a stage, and of what is done beside them."""

    def fail() -> None:
        raise RuntimeError("beside")

    stage = Counting()
    stage.step = lambda _now: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    loops.drive([stage])
    loops.every(60, "beside", fail)
    until(lambda: len(deaths) == 2)
    assert {type(death) for death in deaths} == {ZeroDivisionError, RuntimeError}
