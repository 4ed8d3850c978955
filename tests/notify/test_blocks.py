"""Block Kit: limits, and nothing that pings."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.domain.alert import AlertState
from listener.notify.blocks import (
    FALLBACK,
    HEADER,
    MOST_BLOCKS,
    SECTION,
    TOTAL,
    blocks,
    broken,
    escaped,
    fallback,
    size,
    units,
)
from listener.notify.message import view
from tests.notify import samples

PING = re.compile(r"<[!@#]|@(channel|here|everyone|group)\b", re.IGNORECASE)
LINK = re.compile(r"<https?://[^|<>\s]+\|[^<>|]*>")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Walk through all objects of a layout."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _objects(inner)


def _check(laid: list[dict[str, Any]]) -> None:
    """Hold a layout against Slack's rules."""
    assert len(laid) <= MOST_BLOCKS
    assert size(laid) <= TOTAL
    for block in laid:
        if block["type"] == "header":
            assert 1 <= units(block["text"]["text"]) <= HEADER
        elif block["type"] == "section":
            assert 1 <= units(block["text"]["text"]) <= SECTION
        elif block["type"] == "context":
            assert len(block["elements"]) <= 10
    for item in _objects(laid):
        if isinstance(item.get("text"), str):
            assert item["text"], item
            assert not PING.search(item["text"])
        if item.get("type") == "mrkdwn":
            assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", LINK.sub("", item["text"]))
            assert item["verbatim"] is True


@pytest.mark.parametrize("number", range(len(samples.HOSTILE_TEXTS)))
def test_hostile_messages_stay_within_the_limits(number: int) -> None:
    """Whatever strangers write."""
    words = view(samples.hostile(samples.HOSTILE_TEXTS[number]), private=False)
    _check(blocks(words))
    assert units(fallback(words)) <= FALLBACK
    assert not PING.search(fallback(words))


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(codec=None) | st.sampled_from("<>&!@#*`_~|😀"), max_size=600))
def test_any_message_stays_within_the_limits(text: str) -> None:
    """Also what nobody thought of."""
    words = view(samples.hostile(text), private=True)
    _check(blocks(words))
    assert not PING.search(fallback(words))


def test_what_does_not_fit_is_left_out_and_counted() -> None:
    """Long links are many characters: excerpts are dropped from the end, the commands stay."""
    long = samples.excerpt("x " * 400, url="https://x.example/" + "a" * 1900)
    laid = blocks(view(samples.message(excerpts=(long,) * 5), private=False))
    _check(laid)
    said = json.dumps(laid)
    assert re.search(r"[1-4] more did not fit here", said)
    assert "listener alerts ack 42" in said


def test_the_matched_words_are_bold_and_the_rest_is_not() -> None:
    """In a quotation that Slack does not parse."""
    laid = blocks(view(samples.message(), private=False))
    quotes = [block for block in laid if block["type"] == "rich_text"]
    bold = [item["text"] for item in _objects(quotes[0]) if item.get("style") == {"bold": True}]
    assert bold == ["Quillnet", "router"]


def test_a_drill_is_marked_first() -> None:
    """In the header, in the fallback, and in a sentence."""
    words = view(samples.message(test=True), private=False)
    laid = blocks(words)
    assert laid[0]["text"]["text"].startswith("[TEST] warning: Quillnet")
    assert fallback(words).startswith("[TEST] [listenerd] warning")
    assert "This is a drill" in laid[1]["text"]["text"]


def test_a_closed_alert_says_so_first() -> None:
    """In the header, where a glance falls."""
    words = view(samples.follow_up(state=AlertState.RESOLVED), private=False)
    assert blocks(words)[0]["text"]["text"].startswith("warning, resolved: Quillnet")


def test_cuts_fall_behind_escapes() -> None:
    """The limit counts what is sent, and no entity is cut in two."""
    for limit in range(2, 40):
        made = escaped("a<&>" * 20, limit)
        assert units(made) <= limit
        assert re.fullmatch(r"(a|&lt;|&amp;|&gt;)*…", made)
    assert escaped("😀" * 10, 5) == "😀😀…"


def test_mentions_are_broken_and_still_read() -> None:
    """Also written as entities; longer words that begin like one are left alone."""
    assert broken("<!here> <@U1> @Everyone &lt;!channel&gt;").count("\u2060") == 5
    assert broken("@hereford AT&T a < b") == "@hereford AT&T a < b"


def test_names_can_be_copied() -> None:
    """Marks within a word format nothing and are left alone; at its edge they are broken."""
    assert escaped("some_user_name", 99) == "some_user_name"
    assert escaped("*bold* `code`", 99).replace("\u2060", "") == "*bold* `code`"
    assert "*bold*" not in escaped("*bold*", 99)
