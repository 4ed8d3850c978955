"""One full turn of the line, on real files, the real store, the real judge and a real channel."""

from datetime import timedelta
from pathlib import Path

import pytest

from listener.app.configured import load_config
from listener.app.line import open_line
from listener.cli.run import one_turn
from listener.daemon import run_until_idle
from listener.domain.errors import StoreError, StoreInUse
from listener.domain.judgement import Judge
from listener.store.console import rows
from listener.store.lock import only_one
from tests.line.place import EVERYTHING, Place

EXAMPLE = Path(__file__).parents[2] / "config.toml"
ANGRY = "I hate acme, my parcel is lost again and nobody answers. Worst service ever."


def test_a_post_becomes_a_judged_mention_and_an_alert(place: Place) -> None:
    """What is posted after the source was configured is matched, judged and told."""
    place.post(ANGRY)
    turn = one_turn(place.configure(EVERYTHING), place.world, alert_history=False)
    added = {name: turn[name] for name in ("posts", "mentions", "judged", "alerts", "deliveries", "errors")}
    assert added == {"posts": 1, "mentions": 1, "judged": 1, "alerts": 1, "deliveries": 1, "errors": 0}
    assert place.told()[0]["excerpts"][0]["matched"] == ["acme"]


def test_a_second_turn_adds_nothing(place: Place) -> None:
    """Reading the same file again changes nothing and tells nobody."""
    place.post(ANGRY)
    config = place.configure(EVERYTHING)
    one_turn(config, place.world, alert_history=False)
    turn = one_turn(config, place.world, alert_history=False)
    assert not any(turn[name] for name in ("posts", "mentions", "judged", "alerts", "deliveries", "errors"))
    assert len(place.told()) == 1


def test_history_is_judged_and_alerts_nobody(place: Place) -> None:
    """What was posted before the source was configured is kept and judged, but nobody is called."""
    place.post(ANGRY, minutes=-60)
    turn = one_turn(place.configure(EVERYTHING), place.world, alert_history=False)
    assert (turn["judged"], turn["alerts"]) == (1, 0)
    assert not place.told()


def test_history_can_be_alerted_on_request(place: Place) -> None:
    """With --alert-history old posts raise alerts too."""
    place.post(ANGRY, minutes=-60)
    assert one_turn(place.configure(EVERYTHING), place.world, alert_history=True)["alerts"] == 1


def test_news_heard_late_is_news(place: Place) -> None:
    """A post written after the stream was configured alerts, however late it is heard."""
    config = place.configure(EVERYTHING)
    place.post("nothing about anybody")
    one_turn(config, place.world, alert_history=False)
    place.post(ANGRY, minutes=5)
    place.clock.at += timedelta(days=2)
    assert one_turn(config, place.world, alert_history=False)["alerts"] == 1


def test_the_company_itself_raises_no_alert(place: Place) -> None:
    """Posts of the brand's own accounts are mentions, marked own, and no concern."""
    place.post("We at acme are sorry for the outage.", author="acme")
    config = place.configure(EVERYTHING)
    assert one_turn(config, place.world, alert_history=False)["alerts"] == 0
    assert rows(config.store_file, "SELECT is_own FROM mentions") == [{"is_own": 1}]


def test_a_burst_is_one_message_and_what_follows_waits(place: Place) -> None:
    """All of one poll stands in the first message; later events come together after the cooldown."""
    config = place.configure(EVERYTHING)
    place.post(*[f"acme is down for me too, number {number}" for number in range(5)])
    one_turn(config, place.world, alert_history=False)
    place.clock.at += timedelta(minutes=10)
    place.post("acme still down", "acme down here as well")
    one_turn(config, place.world, alert_history=False)
    assert [told["events"] for told in place.told()] == [5]
    place.clock.at += timedelta(minutes=60)
    one_turn(config, place.world, alert_history=False)
    assert [(told["events"], told["held_back"]) for told in place.told()] == [(5, 0), (7, 2)]


def test_only_one_process_a_store(place: Place) -> None:
    """The second to come is told who is first."""
    config = place.configure(EVERYTHING)
    with only_one(config.store_file), pytest.raises(StoreInUse, match="in use by process"), only_one(config.store_file):
        pass


def test_the_example_runs_as_it_is(place: Place) -> None:
    """The config.toml that ships, on a machine from which no feed can be reached."""
    (place.folder / "config.toml").write_bytes(EXAMPLE.read_bytes())
    place.environ["https_proxy"] = "http://127.0.0.1:9"
    config = load_config(place.file, place.world)
    turn = one_turn(config, place.world, alert_history=False)
    assert (turn["posts"], turn["errors"]) == (0, EXAMPLE.read_text().count('"https://'))
    assert rows(config.store_file, "SELECT DISTINCT what FROM blind_spots WHERE NOT ongoing") == [
        {"what": "unavailable"}
    ]


def test_a_store_that_may_not_be_written_is_said(place: Place) -> None:
    """By its path, and with what to look at."""
    (place.folder / "file").touch()
    with (
        pytest.raises(StoreError, match=r"file/a\.db\.lock: .*Check that its directory"),
        only_one(place.folder / "file" / "a.db"),
    ):
        pass


def test_a_new_brand_is_found_in_what_was_heard(place: Place, judge: Judge) -> None:
    """Unmatched posts of bounded sources are kept, so that rematch finds a new brand in them; nobody is called."""
    from listener.stages.collect import Listener
    from listener.stages.rematch import rematch

    place.post("the larch router fell over again, useless")
    config = place.configure(EVERYTHING)
    with open_line(config, place.world, judge=judge) as line:
        run_until_idle(line, place.world)
        both = place.configure(EVERYTHING + '[[brand]]\nname = "Larch"\nquery = "larch router"\n')
        found = rematch(line.store, Listener(both.brands), None, place.clock.at)
    turn = one_turn(both, place.world, alert_history=False)
    assert (found, turn["judged"], turn["alerts"]) == ({"searched": 1, "added": 1, "changed": 0, "withdrawn": 0}, 1, 0)
