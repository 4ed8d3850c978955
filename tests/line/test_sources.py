"""Sources as they live: a site that does not answer, a folder that grows, a feed that ran away."""

import json
from datetime import timedelta

from listener.app.line import open_line
from listener.cli.run import one_turn
from listener.domain.judgement import Judge
from listener.store.console import rows
from tests.line.place import BRAND, HEAD, LOG, Place, serving, silent

FEED = """<rss version="2.0"><channel><title>Press</title>
{items}</channel></rss>"""
ITEM = (
    "<item><guid>https://press.example/{n}</guid><title>acme {n}</title><description>acme news {n}</description></item>"
)


def feed(*numbers: int) -> bytes:
    """Make a feed of a few entries."""
    return FEED.format(items="".join(ITEM.format(n=n) for n in numbers)).encode()


def rss(*urls: str) -> str:
    """Write a source of feeds."""
    listed = ", ".join(f'"{url}"' for url in urls)
    return f'[[source]]\nname = "press"\nconnector = "rss"\nurls = [{listed}]\n'


def test_a_site_that_does_not_answer_holds_up_no_other(place: Place, judge: Judge) -> None:
    """What the others bring is in the store while it is still being waited for."""
    with serving({"/feed": feed(1, 2)}) as base, silent() as dead:
        config = place.configure(HEAD + 'timeout = "4 s"\n' + BRAND + LOG + rss(f"http://{dead}/feed", f"{base}/feed"))
        with open_line(config, place.world, judge=judge) as line:
            line.collect.prepare(place.clock.at)
            first = line.collect.step(place.clock.at)
            assert rows(config.store_file, "SELECT count(*) AS n FROM post") == [{"n": 2}]
            assert (first.done, first.due) == (1, place.clock.at)
            while not (late := line.collect.step(place.clock.at)).done:
                pass
    assert late.errors == 1
    assert rows(config.store_file, "SELECT what FROM blind_spots WHERE NOT ongoing") == [{"what": "unavailable"}]


def test_files_that_come_into_a_watched_folder_are_read(place: Place, judge: Judge) -> None:
    """Without a restart."""
    folder = place.folder / "inbox"
    folder.mkdir()
    config = place.configure(HEAD + BRAND + LOG + '[[source]]\nname = "inbox"\nconnector = "jsonl"\npath = "inbox"\n')
    with open_line(config, place.world, judge=judge) as line:
        line.collect.prepare(place.clock.at)
        line.collect.step(place.clock.at)
        row = {"native_id": "1", "text": "acme", "created_at": place.clock.at.isoformat()}
        (folder / "new.jsonl").write_text(json.dumps(row) + "\n")
        line.collect.step(place.clock.at + timedelta(minutes=1))
    assert rows(config.store_file, "SELECT count(*) AS n FROM post") == [{"n": 1}]


def test_a_feed_that_ran_away_between_two_polls_is_a_gap(place: Place) -> None:
    """None of the former entries is left: something may have come and gone, and that is said."""
    pages = {"/feed": feed(1, 2, 3)}
    with serving(pages) as base:
        config = place.configure(HEAD + BRAND + LOG + rss(f"{base}/feed"))
        one_turn(config, place.world, alert_history=False)
        pages["/feed"] = feed(3, 4, 5)
        place.clock.at += timedelta(hours=1)
        assert one_turn(config, place.world, alert_history=False)["gaps"] == 0
        pages["/feed"] = feed(9, 10, 11)
        place.clock.at += timedelta(hours=1)
        assert one_turn(config, place.world, alert_history=False)["gaps"] == 1
    (gap,) = rows(config.store_file, "SELECT since, until, why FROM blind_spots WHERE what = 'gap'")
    assert (gap["since"], gap["until"]) == ("2026-11-25 13:00:00", "2026-11-25 14:00:00")
    assert "may have been missed" in gap["why"]
