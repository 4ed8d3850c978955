"""The beat of a channel."""

from datetime import timedelta

import pytest

from listener.domain.errors import Deferred
from listener.notify.pace import Pace
from tests.notify.samples import NOW
from tests.notify.world import World

SECOND = timedelta(seconds=1)


@pytest.fixture
def pace(world: World) -> Pace:
    return Pace(SECOND, world.now, world.sleep)


def test_it_waits_for_what_is_left_of_the_beat(pace: Pace, world: World) -> None:
    """No longer than needed, and not at all after a pause."""
    for gap in (0.75, 5.0, 0.0):
        with pace.turn():
            world.time += timedelta(seconds=gap)
    assert world.slept == [0.25]
    with pace.turn():
        pass
    assert world.slept == [0.25, 1.0]


def test_a_failure_takes_its_beat_too(pace: Pace, world: World) -> None:
    """What failed may have arrived."""
    with pytest.raises(Deferred), pace.turn():
        raise Deferred("failed")
    with pace.turn():
        pass
    assert world.slept == [1.0]


def test_a_pause_is_kept_and_ends(pace: Pace, world: World) -> None:
    """A long one is for the caller to wait out."""
    with pytest.raises(Deferred), pace.turn():
        raise Deferred("slow down", until=NOW + timedelta(minutes=1))
    with pytest.raises(Deferred, match="pause") as caught, pace.turn():
        raise AssertionError("nothing is sent")
    assert caught.value.until == NOW + timedelta(minutes=1)
    world.time += timedelta(minutes=1)
    with pace.turn():
        pass
    assert world.slept == []
