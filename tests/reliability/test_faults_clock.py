"""A clock that is set while the line runs, forward, back, or wrong and right again: what is kept, and what is late."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tests.line.place import BRAND, HEAD, LOG, POSTS
from tests.reliability.shift import EVERY_MENTION, feed, shift
from tests.reliability.test_faults_feeds import page, rss, site
from tests.reliability.test_faults_slack import SLACK, Slack
from tests.scripted import HOUR, MINUTE, T0

CONFIG = HEAD + BRAND + LOG + SLACK % "20 s" + POSTS + EVERY_MENTION.replace('["log"]', '["slack", "log"]')


@pytest.mark.parametrize("jumps", [(1,), (-1,), (1, -1), (-1, 1)], ids=str)
def test_a_clock_that_jumps_by_an_hour(tmp_path: Path, httpserver: HTTPServer, jumps: tuple[int, ...]) -> None:
    """Nothing is lost or told twice, though a message waits for its channel then; what is late is late by the jump."""
    slack = Slack(ill=Response("", 500))
    httpserver.expect_request("/hook").respond_with_handler(slack)
    printed = {"acme opens a shop": T0 + MINUTE}
    with site(page(feed(printed))) as press, shift(tmp_path, CONFIG + rss(press.url)) as watch:
        watch.place.environ["HOOK"] = httpserver.url_for("/hook")
        watch.run(minutes=90, step=5)
        for number, jump in enumerate(jumps):
            watch.place.clock.at += jump * HOUR
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
