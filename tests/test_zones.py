"""Time zones: what is stored, counted and told is the same wherever the machine stands, also while clocks change.

St John's is half an hour off; Lord Howe's clocks change by half an hour alone.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from listener.app.world import World
from listener.domain.rules.frequency import FrequencyRule
from listener.notify.prose import local
from tests.scripted import HOUR, MINUTE, Bench, opened, post

ROOT = Path(__file__).parents[1]
ZONES = ("America/St_Johns", "Australia/Lord_Howe")
CHANGES = {
    "America/St_Johns": (datetime(2027, 3, 14, 5, 30, tzinfo=UTC), datetime(2027, 11, 7, 4, 30, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2027, 4, 3, 15, 0, tzinfo=UTC), datetime(2027, 10, 2, 15, 30, tzinfo=UTC)),
}
"""When the clocks of a zone change, back or forward."""


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Stand in a zone."""
    with monkeypatch.context() as there:
        there.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.fixture(params=(0, 1), ids=("first", "second"))
def change(zone: str, request: pytest.FixtureRequest) -> datetime:
    """Give the moment at which the zone's clocks change."""
    moment = CHANGES[zone][request.param]
    before, after = ((moment + step).astimezone() for step in (-MINUTE, MINUTE))
    assert before.utcoffset() != after.utcoffset(), "the machine's zone data has other changes"
    return moment


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Open a bench that listens for Acme."""
    with opened(tmp_path) as made:
        yield made


def test_what_is_stored_is_utc(bench: Bench, change: datetime) -> None:
    """To the second, on either side of the change; the day in ``daily`` is that of UTC."""
    times = [change + step * 15 * MINUTE for step in range(-6, 7)]
    bench.tell(*(post(str(at), created_at=at) for at in times), at=change + 2 * HOUR)
    written = [f"{at:%Y-%m-%d %H:%M:%S}" for at in times]
    assert bench.column("SELECT posted_at FROM mentions ORDER BY posted_at") == written
    assert bench.sql("SELECT day, mentions FROM daily") == [{"day": f"{change:%Y-%m-%d}", "mentions": len(times)}]


@pytest.mark.parametrize(("apart", "told"), [(20, 1), (21, 0)])
def test_a_window_over_the_change_is_as_long_as_any(bench: Bench, change: datetime, apart: int, told: int) -> None:
    """An hour is an hour, though the wall clock says half an hour, or two."""
    bench.follow(FrequencyRule(name="many", count=4, within=HOUR, channels=("ops",)))
    times = [change - 30 * MINUTE + number * apart * MINUTE for number in range(4)]
    bench.tell(*(post(str(at), created_at=at) for at in times), at=change + 2 * HOUR)
    assert len(bench.sent()) == told


def test_a_stream_is_due_after_its_interval(bench: Bench, change: datetime) -> None:
    """Neither at once nor an hour late."""
    bench.hear(post("1"), at=change - MINUTE)
    (due,) = bench.column("SELECT due_at FROM sources WHERE source = 'feed'")
    assert datetime.fromisoformat(due).replace(tzinfo=UTC) == change - MINUTE + 15 * MINUTE


def test_the_clock_of_the_line_is_aware(change: datetime) -> None:
    """Read on a machine whose own clock changes this very minute."""
    for moment in (change - timedelta(seconds=1), change, change + timedelta(seconds=1)):
        with time_machine.travel(moment, tick=False):
            assert World().now() == moment
            assert World().now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("there", "moment", "words"),
    [
        ("America/St_Johns", "2027-11-07T04:29:00", "7 Nov 2027, 01:59 NDT"),
        ("America/St_Johns", "2027-11-07T04:30:00", "7 Nov 2027, 01:00 NST"),
        ("America/St_Johns", "2027-03-14T05:29:00", "14 Mar 2027, 01:59 NST"),
        ("America/St_Johns", "2027-03-14T05:30:00", "14 Mar 2027, 03:00 NDT"),
        ("Australia/Lord_Howe", "2027-04-03T14:59:00", "4 Apr 2027, 01:59 +11"),
        ("Australia/Lord_Howe", "2027-04-03T15:00:00", "4 Apr 2027, 01:30 +1030"),
    ],
)
def test_people_read_their_own_time_with_its_zone(zone: str, there: str, moment: str, words: str) -> None:
    """Of two hours with one name it is clear which is meant, wherever the daemon runs."""
    assert local(datetime.fromisoformat(moment).replace(tzinfo=UTC), ZoneInfo(there)) == words


@pytest.mark.parametrize("place", ZONES)
def test_the_tests_of_times_pass_elsewhere(place: str) -> None:
    """Dates of feeds, times of the store, renderings: a program that starts in another zone says the same."""
    tests = ("tests/connectors/test_feeddates.py", "tests/store/test_times.py", "tests/notify/test_prose.py")
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"TZ": place}, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout[-3000:]
