"""Every recorded feed through the whole line: no crash, no loss, nothing twice."""

from pathlib import Path

import feedparser
import pytest

from listener.cli.run import one_turn
from listener.store.console import rows
from tests.line.place import HEAD, LOG, Place, serving
from tests.shared import fixture_files, needs_fixtures, read_fixture

pytestmark = [pytest.mark.recorded, needs_fixtures]

BRANDS = {
    "Google": "google OR alphabet",
    "Apple": "apple AND (iphone OR mac OR ios OR app OR siri OR ipad)",
    "Amazon": "amazon NOT (river OR rainforest)",
    "Boeing": "boeing",
    "OpenAI": "openai OR chatgpt",
    "YouTube": "youtube",
}

RULE = """
[[rule]]
name = "unhappy"
type = "mention"
sentiment = ["negative"]
channels = ["log"]
"""


def brands() -> str:
    return "".join(f'[[brand]]\nname = "{name}"\nquery = "{query}"\n' for name, query in BRANDS.items())


def source(base: str, paths: list[str]) -> str:
    urls = ", ".join(f'"{base}{path}"' for path in paths)
    return f'[[source]]\nname = "recorded"\nconnector = "rss"\nurls = [{urls}]\n'


def pages(folder: str) -> dict[str, bytes]:
    feeds = (path for path in fixture_files(f"feeds/{folder}"))
    return {f"/{folder}/{number}{_suffix(path)}": read_fixture(path) for number, path in enumerate(feeds)}


def _suffix(path: Path) -> str:
    return ".json" if path.suffix == ".json" else ".xml"


def test_the_real_feeds_become_mentions_judgements_and_alerts(place: Place) -> None:
    """64 whole feeds, six brands: judged and told; a second run adds nothing."""
    real = pages("real")
    with serving(real) as base:
        config = place.configure(HEAD + brands() + LOG + RULE + source(base, list(real)))
        first = one_turn(config, place.world, alert_history=True)
        second = one_turn(config, place.world, alert_history=True)
    assert first["mentions"] == first["judged"] > 50
    assert first["alerts"] >= 1
    assert first["deliveries"] >= 1
    assert first["errors"] == 0
    assert not any(
        second[name] for name in ("posts", "mentions", "judged", "stories", "alerts", "deliveries", "errors")
    )


def test_history_of_the_real_feeds_alerts_nobody(place: Place) -> None:
    """Without the flag the same run stores and judges all and calls nobody."""
    real = pages("real")
    with serving(real) as base:
        config = place.configure(HEAD + brands() + LOG + RULE + source(base, list(real)))
        turn = one_turn(config, place.world, alert_history=False)
    assert turn["judged"] == turn["mentions"] > 50
    assert (turn["alerts"], place.told()) == (0, [])


@pytest.mark.parametrize("folder", ["odd", "gofeed", "rss_parser/input"])
def test_every_odd_feed_passes_the_line(place: Place, folder: str) -> None:
    """Nothing crashes or hangs; what cannot be read is an error of its stream, said and kept."""
    served = pages(folder)
    with serving(served) as base:
        config = place.configure(HEAD + brands() + LOG + RULE + source(base, list(served)))
        turn = one_turn(config, place.world, alert_history=False)
    streams = rows(config.store_file, "SELECT stream, fetched, dropped, failures, error FROM sources")
    assert len(streams) == len(served)
    failed = [stream for stream in streams if stream["failures"]]
    assert len(failed) == turn["errors"]
    assert all(stream["error"] for stream in failed)
    heard = {stream["stream"].removeprefix(base): stream["fetched"] + stream["dropped"] for stream in streams}
    for path, body in served.items():
        if path.endswith(".xml") and heard[path]:
            assert heard[path] == len(feedparser.parse(body).entries), path
