"""Every recorded feed through the whole line: no crash, no loss, nothing twice."""

import pytest

from listener.cli.run import one_turn
from listener.config import Config
from listener.store.console import rows
from tests.connectors.test_recorded_feeds import FEEDS, NO_FEED, entries
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

ENTRIES = 3_621
"""All that stands in the real feeds, ten of them in JSON."""

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
    return {f"/{path.name}": read_fixture(path) for path in FEEDS if path in fixture_files(f"feeds/{folder}")}


def heard(config: Config) -> dict[str, int]:
    """Count what became of each feed's entries, by its name."""
    found = rows(config.store_file, "SELECT stream, fetched, dropped FROM sources WHERE failures = 0")
    return {stream["stream"].rpartition("/")[2]: stream["fetched"] + stream["dropped"] for stream in found}


def test_the_real_feeds_become_mentions_judgements_and_alerts(place: Place) -> None:
    """64 whole feeds, six brands: judged and told; a second run adds nothing."""
    real = pages("real")
    with serving(real) as base:
        config = place.configure(HEAD + brands() + LOG + RULE + source(base, list(real)))
        first = one_turn(config, place.world, alert_history=True)
        second = one_turn(config, place.world, alert_history=True)
    assert (len(real), sum(heard(config).values())) == (64, ENTRIES)
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
    assert sum(heard(config).values()) == ENTRIES
    assert turn["judged"] == turn["mentions"] > 50
    assert (turn["alerts"], place.told()) == (0, [])


@pytest.mark.parametrize("folder", ["odd", "gofeed", "rss_parser/input"])
def test_every_odd_feed_passes_the_line(place: Place, folder: str) -> None:
    """Nothing crashes or hangs; what cannot be read is an error of its stream, said and kept."""
    served = pages(folder)
    with serving(served) as base:
        config = place.configure(HEAD + brands() + LOG + RULE + source(base, list(served)))
        turn = one_turn(config, place.world, alert_history=False)
    assert turn["errors"] == len(served) - len(heard(config))
    assert {path.removeprefix("/") for path in served} - set(heard(config)) <= NO_FEED
    for name, count in heard(config).items():
        assert count == entries(served[f"/{name}"]), name
