"""A clock that is set while the line runs, forward, back, or wrong and right again: what is kept, and what is late."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tests.line.place import BRAND, EVERYTHING, HEAD, LOG, POSTS
from tests.line.test_daemon import LIMIT, daemon, told, until, write
from tests.net.raw import saying
from tests.reliability import wrong_clock
from tests.reliability.shift import EVERY_MENTION, Shift, feed, shift
from tests.reliability.test_faults_feeds import page, rss, site
from tests.reliability.test_faults_slack import SLACK, Slack
from tests.scripted import HOUR, MINUTE, T0

CONFIG = HEAD + BRAND + LOG + SLACK % "20 s" + POSTS + EVERY_MENTION.replace('["log"]', '["slack", "log"]')


def due(watch: Shift) -> list[str]:
    """Name the streams that are to be asked now, and the channels that are to be told something."""
    now = f"{watch.place.clock.at:%Y-%m-%d %H:%M:%S}"
    streams = f"SELECT source AS name FROM stream WHERE due_at <= '{now}'"  # noqa: S608 - a time
    messages = f"SELECT channel AS name FROM delivery WHERE state = 'pending' AND due_at <= '{now}'"  # noqa: S608
    return sorted(row["name"] for row in watch.ask(f"{streams} UNION ALL {messages}"))


@pytest.mark.parametrize("jumps", [(1,), (-1,), (1, -1), (-1, 1)], ids=str)
def test_a_clock_that_jumps_by_an_hour(tmp_path: Path, httpserver: HTTPServer, jumps: tuple[int, ...]) -> None:
    """Nothing is lost or told twice, though a message waits for its channel then; what is late is late by the jump.

    What was due in an hour that never came is done in the moment after it: each stream is asked, the message is tried.
    """
    slack = Slack(ill=Response("", 500))
    httpserver.expect_request("/hook").respond_with_handler(slack)
    printed = {"acme opens a shop": T0 + MINUTE}
    with site(page(feed(printed))) as press, shift(tmp_path, CONFIG + rss(press.url)) as watch:
        watch.place.environ["HOOK"] = httpserver.url_for("/hook")
        watch.run(minutes=90, step=5)
        for number, jump in enumerate(jumps):
            waits, asked = due(watch), slack.asked
            watch.place.clock.at += jump * HOUR
            if (number, jump) == (0, 1):
                assert (waits, due(watch)) == ([], ["posts", "press", "slack"])
                watch.run()
                assert (due(watch), slack.asked) == ([], asked + 1)
            printed[f"acme is in the papers, number {number}"] = watch.place.clock.at + MINUTE
            watch.place.post(f"my acme kettle broke for the {number}th time", title=f"Kettle {number}")
            press.script = page(feed(printed))
            watch.run(minutes=10, step=5)
        slack.ill = None
        late = 60 if -1 in jumps else 0
        watch.run(minutes=60 + late, step=5)
        expected = {*printed, *(f"Kettle {number}" for number in range(len(jumps)))}
        assert sorted(watch.told()) == sorted(expected)
        assert watch.count("post") == watch.count("judgement") == len(expected)
        assert watch.ask("SELECT DISTINCT state FROM deliveries") == [{"state": "sent"}]
        assert len(slack.taken) == len(watch.place.told())
        assert watch.see("status")["counts"]["to_deliver"] == 0


def test_a_line_that_begins_after_the_clock_was_set_back(tmp_path: Path) -> None:
    """What was planned by the wrong clock is due at once, what was configured by it is no history, and that is said."""
    printed = {"acme opens a shop": T0 + 2 * HOUR + MINUTE}
    with site(page(feed(printed))) as press:
        config = HEAD + BRAND + LOG + POSTS + rss(press.url) + EVERY_MENTION
        with shift(tmp_path, config, at=T0 + 2 * HOUR) as watch:
            watch.place.post("acme lost my parcel", title="A parcel")
            watch.run(minutes=5)
            assert watch.told() == ["A parcel", "acme opens a shop"]
        with shift(tmp_path, config, at=T0 + HOUR) as watch:
            assert watch.said("WARNING the clock was ahead when the store was written last")
            press.script = saying(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
            watch.place.post("acme lost it again", title="Another one")
            watch.run(minutes=1)
            assert watch.told() == ["A parcel", "acme opens a shop", "Another one"]
            assert watch.ask("SELECT what FROM blind_spots WHERE NOT ongoing AND since > until") == []


def test_a_clock_that_was_ahead_while_nothing_could_be_heard(tmp_path: Path) -> None:
    """The network came up last, so no stream was heard; each is asked again at once, and not when it was planned."""
    with site(saying(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")) as press:
        config = HEAD + BRAND + LOG + rss(press.url) + EVERY_MENTION
        with shift(tmp_path, config, at=T0) as watch:
            watch.ask("SELECT 1 FROM sources")
        with shift(tmp_path, config, at=T0 + 8 * HOUR) as watch:
            watch.run(minutes=1)
        press.script = page(feed({"acme opens a shop": T0 + 2 * HOUR}))
        with shift(tmp_path, config, at=T0 + HOUR) as watch:
            watch.run(minutes=1)
            assert watch.told() == ["acme opens a shop"]


def test_a_clock_that_is_set_back_under_the_daemon(tmp_path: Path) -> None:
    """It says so and goes on at once, where all that waits for a time would wait until the clock shows it again."""
    quick = EVERYTHING.replace('path = "posts', 'every = "1 s"\npath = "posts') + 'cooldown = "0 s"\n'
    (tmp_path / "config.toml").write_text(quick)
    (tmp_path / "posts.jsonl").touch()
    with daemon(tmp_path, wrong_clock.__file__, str(tmp_path / "jump")) as process:
        write(tmp_path, 1, "acme lost my parcel")
        until("the first alert", lambda: told(tmp_path) == 1, process)
        (tmp_path / "jump.new").write_text("-3600")
        (tmp_path / "jump.new").rename(tmp_path / "jump")
        until("the jump", lambda: not (tmp_path / "jump").exists(), process)
        write(tmp_path, 2, "acme lost it again")
        until("the second alert", lambda: told(tmp_path) == 2, process)
        process.terminate()
        _, said = process.communicate(timeout=LIMIT)
    assert "the clock was set back: everything is planned anew" in said
    assert process.returncode == 0, said
