"""The whole day, once, with the weights that ship: what must have come of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from listener.demo import facts
from listener.demo.day import LOOKS, Day, run_day
from listener.demo.summary import WIDTH, commands, in_words
from listener.store.console import rows

pytestmark = pytest.mark.weights

PROMISED = (
    "posts", "mentions", "judged", "abstained", "stories", "threads", "alerts", "deliveries", "gaps", "errors",
    "seconds", "alert_list",
)  # fmt: skip


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return run_day(tmp_path_factory.mktemp("demo"))


def _ask(day: Day, query: str, *parameters: Any) -> list[dict[str, Any]]:
    return rows(day.store, query, parameters)


def _mentions(day: Day, host: str) -> list[dict[str, Any]]:
    return _ask(day, "SELECT * FROM mentions WHERE url LIKE ? ORDER BY posted_at", f"https://{host}/%")


def _alerts(day: Day, rule: str) -> list[dict[str, Any]]:
    return _ask(day, "SELECT * FROM alerts WHERE rule = ?", rule)


def test_all_counts_are_there_and_fit_together(day: Day) -> None:
    """The object of --json has every promised key, and its numbers relate as they must."""
    counts = day.counts
    assert tuple(counts) == PROMISED
    assert counts["posts"] >= counts["mentions"] >= counts["stories"] > 0
    assert counts["posts"] >= counts["threads"] > 0
    assert counts["judged"] > counts["mentions"] - 1
    assert counts["judged"] > counts["abstained"] >= 2
    assert len(counts["alert_list"]) == counts["alerts"] >= 3
    assert counts["deliveries"] == len(day.mails) + len(day.slack) >= counts["alerts"]
    assert counts["posts"] == sum(look.added["posts"] for look in day.looks)


def test_every_post_that_could_be_heard_was_heard_once(day: Day) -> None:
    """No post is lost between two polls or doubled by them, but those of a feed while it was broken."""
    written = {post.link for site in day.streams.values() for post in site.posts}
    heard = [row["url"] for row in _ask(day, "SELECT url FROM post")]
    assert sorted(heard) == sorted(written)


def test_the_storm_is_one_alert_told_by_mail_and_slack(day: Day) -> None:
    """A dozen people in their own words within an hour are one critical alert, grown and told on both channels."""
    (storm,) = _alerts(day, "storm")
    assert storm["severity"] == "critical"
    assert storm["events"] >= 8
    sent = _ask(day, "SELECT DISTINCT channel FROM deliveries WHERE rule = 'storm' AND state = 'sent' ORDER BY channel")
    assert [row["channel"] for row in sent] == ["care-mail", "ops-slack"]
    assert any("critical" in str(mail["Subject"]) for mail in day.mails)
    assert any("critical" in message["text"] for message in day.slack)


def test_history_is_judged_and_alerts_nobody(day: Day) -> None:
    """An angry complaint with reach from the eve would have alerted, and did not."""
    angry = """SELECT mention_id FROM mentions
        WHERE is_history AND complaint AND p_anger >= 0.8 AND author_reach >= 10000"""
    assert _ask(day, angry)
    assert day.looks[0].added["alerts"] == 0
    alerted = """SELECT count(*) AS n FROM alert_event AS e JOIN mentions AS m USING (mention_id) WHERE m.is_history"""
    assert _ask(day, alerted)[0]["n"] == 0
    assert _alerts(day, "angry-with-reach")


def test_syndicated_copies_are_one_story_and_one_alert(day: Day) -> None:
    """The agency's story in two papers, with other links, by-lines and endings, is told once."""
    copies = _ask(day, "SELECT * FROM mentions WHERE source = 'press' AND NOT is_history")
    assert len(copies) == 2
    assert len({one["story_id"] for one in copies}) == 1
    (alert,) = _alerts(day, "in-the-press")
    assert alert["events"] == 2


def test_comments_under_one_page_are_stories_of_their_own(day: Day) -> None:
    """Different people under the same article say different things."""
    said = _mentions(day, "switchyard.example")
    assert len({one["story_id"] for one in said}) == len(said) == 4


def test_the_bird_is_no_mention(day: Day) -> None:
    """The name in its other meaning is kept, is no mention, and the summary says why."""
    assert not _mentions(day, "birdtable.example")
    birds = _ask(day, "SELECT url FROM post WHERE text LIKE '%nuthatch%' AND url LIKE '%birdtable%'")
    assert len(birds) == 2
    why = {one.judged for one in facts.examples(day) if one.kind == "a bird"}
    assert len(why) == 2
    assert all(reason.startswith("no mention: ") for reason in why)


@pytest.mark.parametrize("lang", ["de", "es"])
def test_other_languages_abstain_and_say_so(day: Day, lang: str) -> None:
    """What the classifier does not read has no label and no probability, but a reason."""
    (mention,) = _ask(day, "SELECT * FROM mentions WHERE lang = ?", lang)
    assert mention["abstained"] == f"unsupported language: {lang}"
    assert mention["sentiment"] is mention["p_negative"] is None


def test_what_could_not_be_read_is_an_error_and_a_blind_spot(day: Day) -> None:
    """The 429 and the broken feed are counted, are in the view, and the first is asked again when it said."""
    blind = {row["what"]: row for row in _ask(day, "SELECT * FROM blind_spots WHERE NOT ongoing")}
    assert {"rate-limited", "bad-data", "gap"} <= blind.keys()
    assert "grumble.example" in blind["rate-limited"]["stream"]
    assert "oldcopper.example" in blind["bad-data"]["stream"]
    assert day.counts["errors"] == sum(look.errors for look in day.looks) == 4
    assert day.counts["gaps"] == 1
    late = _ask(day, "SELECT found_at FROM mentions WHERE url LIKE '%grumble%' ORDER BY found_at DESC")
    assert late[0]["found_at"].endswith(f"{LOOKS[-1]}:00")


def test_the_company_s_own_words_alert_nobody(day: Day) -> None:
    """Own pages and accounts are marked, and no rule counts them."""
    own = _ask(day, "SELECT * FROM mentions WHERE is_own")
    assert {one["source"] for one in own} == {"own-pages", "microblog"}
    assert not _ask(day, "SELECT 1 FROM alert_event AS e JOIN mentions AS m USING (mention_id) WHERE m.is_own")


def test_an_edit_is_read_and_judged_again(day: Day) -> None:
    """The text is the new one, and both texts were judged."""
    (edited,) = _ask(day, "SELECT * FROM mentions WHERE text LIKE '%Edit: back since%'")
    judged = _ask(day, "SELECT count(*) AS n FROM judgement WHERE mention_id = ?", edited["mention_id"])
    assert judged[0]["n"] == 2


def test_a_damaged_line_is_kept_aside(day: Day) -> None:
    """It is counted and lies in the quarantine; the lines around it were read."""
    (row,) = _ask(day, "SELECT dropped, fresh FROM sources WHERE source = 'microblog'")
    assert row["dropped"] == 1
    assert row["fresh"] > 5
    assert (day.folder / "quarantine" / "microblog.jsonl").stat().st_size


def test_the_summary_is_plain_and_fits(day: Day) -> None:
    """Piped, it holds no control codes, and only paths make a line longer than a terminal is wide."""
    words = in_words(day)
    assert "\x1b" not in words
    assert in_words(day, wide=True) != words
    long = [line for line in words.splitlines() if len(line) > WIDTH]
    assert all(str(day.folder) in line for line in long)


def test_the_summary_says_what_was_and_was_not_heard(day: Day) -> None:
    """Errors, alerts, the reader's mail and every judgement's numbers come from the day itself."""
    words = in_words(day)
    for said in ("grumble.example", "(429)", "heard again at 14:30", "announces no feed", "unsupported language: de"):
        assert said in words
    for alert in day.counts["alert_list"]:
        assert alert["title"] in words
    assert str(day.mails[0]["Subject"]) in words
    assert facts.model(day) in words


def test_the_printed_commands_run_as_printed(day: Day) -> None:
    """A shell takes each of the three, and each has an answer."""
    printed = in_words(day)
    for command in commands(day):
        assert all(line in printed for line in command.splitlines())
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) > 1


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """Give an environment of a newcomer: an empty cache, and proxies that lead nowhere."""
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy"), "http://127.0.0.1:9")
    return {**os.environ, **proxies, "XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_the_command_runs_anywhere_and_leaves_one_folder(tmp_path: Path, elsewhere: dict[str, str]) -> None:
    """From an empty directory, with nothing configured: one JSON object, and nothing left but the demo's folder."""
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [sys.executable, "-c", "from listener.cli import main; main()", "demo", "--json"]
    done = subprocess.run(command, cwd=empty, env=elsewhere, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    counts = json.loads(done.stdout)
    assert tuple(counts) == PROMISED
    assert counts["deliveries"] >= counts["alerts"] > 0
    assert not list(empty.iterdir())
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["listener-demo"]
