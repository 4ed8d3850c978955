"""Which parts of a long text are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain.text import Span
from models.windows import Window, Word, choose, head

ROOM = 126
"""What a limit of 128 tokens leaves beside the first and the last."""


def words(*costs: int) -> list[Word]:
    """Lay out words of nine letters, each costing its number of tokens."""
    return [Word(10 * at, 10 * at + 9, cost) for at, cost in enumerate(costs)]


def at(word: int) -> Span:
    """Return the span of a word."""
    return Span(10 * word, 10 * word + 9)


def read(window: Window) -> range:
    """Return which words a window holds."""
    return range(window.start // 10, window.end // 10 + 1)


@pytest.mark.parametrize(("count", "whole"), [(125, True), (126, True), (127, False), (128, False), (129, False)])
def test_a_text_that_fits_is_read_whole(count: int, whole: bool) -> None:  # noqa: FBT001
    """At the border one word more makes a window of as many words as fit."""
    (window,) = choose(words(*[1] * count), [], ROOM)
    assert len(read(window)) == min(count, ROOM)
    assert (len(read(window)) == count) is whole


@pytest.mark.parametrize("count", [126, 127, 128, 129, 1000])
def test_a_brand_at_the_end_is_read(count: int) -> None:
    """A long text is never cut at the front: the window ends with the text."""
    (window,) = choose(words(*[1] * count), [at(count - 1)], ROOM)
    assert read(window) == range(max(0, count - ROOM), count)


def test_a_window_is_centred_on_its_span() -> None:
    """As much is read before the brand as after it."""
    (window,) = choose(words(*[1] * 1000), [at(500)], ROOM)
    assert read(window) == range(437, 563)
    assert window.weight == 1


def test_spans_that_stand_together_share_a_window() -> None:
    """They count by how many they are."""
    windows = choose(words(*[1] * 1000), [at(100), at(110), at(150), at(900)], ROOM)
    assert [window.weight for window in windows] == [3, 1]
    assert {100, 110, 150} <= set(read(windows[0]))


def test_of_many_clusters_a_few_are_read_evenly() -> None:
    """The first, the last, and those between in equal steps."""
    spans = [at(word) for word in range(50, 10_000, 1000)]
    windows = choose(words(*[1] * 10_000), spans, ROOM, most=4)
    assert [read(window)[63] // 1000 for window in windows] == [0, 3, 6, 9]
    assert len(choose(words(*[1] * 10_000), spans, ROOM, most=1)) == 1


def test_words_are_never_cut() -> None:
    """A window begins and ends with a whole word, though its middle falls inside one."""
    (window,) = choose(words(*[7] * 100), [at(50)], ROOM)
    assert len(read(window)) * 7 <= ROOM
    assert 50 in read(window)


def test_a_span_longer_than_the_room_is_read_from_its_start() -> None:
    """A query that matches a whole article is no reason to read its middle."""
    (window,) = choose(words(*[1] * 1000), [Span(2000, 9000)], ROOM)
    assert read(window) == range(200, 326)


def test_nothing_gives_no_windows() -> None:
    """Without words there is nothing to read."""
    assert choose([], [at(3)], ROOM) == []


def test_a_head_ends_with_a_whole_word() -> None:
    """None fits, some fit, all fit."""
    assert [head(words(2, 2, 2), room) for room in (1, 4, 5, 99)] == [0, 19, 19, 29]
    assert head([], 10) == 0


@given(
    costs=st.lists(st.integers(1, 16), max_size=200),
    places=st.lists(st.tuples(st.integers(-5, 2500), st.integers(-5, 2500)), max_size=12),
    room=st.integers(16, 130),
    most=st.integers(1, 5),
)
def test_windows_fit_whatever_is_asked(costs: list[int], places: list[tuple[int, int]], room: int, most: int) -> None:
    """Any words and spans: a bounded number of windows, in order, none beyond the room."""
    laid = words(*costs)
    windows = choose(laid, [Span(start, end) for start, end in places], room, most)
    assert bool(windows) is bool(laid)
    assert len(windows) <= most
    assert windows == sorted(windows, key=lambda window: window.start)
    for window in windows:
        inside = [word.tokens for word in laid if window.start <= word.start and word.end <= window.end]
        assert 0 < sum(inside) <= room
        assert window.weight >= 1


@given(
    costs=st.lists(st.integers(1, 16), min_size=1, max_size=300),
    room=st.integers(16, 130),
    data=st.data(),
)
def test_no_place_of_the_brand_is_missed(costs: list[int], room: int, data: st.DataObject) -> None:
    """As long as windows are not rationed, every word that is a span stands whole in a window."""
    places = data.draw(st.lists(st.integers(0, len(costs) - 1), min_size=1, max_size=8))
    windows = choose(words(*costs), [at(place) for place in places], room, most=len(places))
    assert set(places) <= {word for window in windows for word in read(window)}
    assert sum(window.weight for window in windows) == len(places)
