"""Kinds of values in a configuration: durations and queries."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from listener.domain.schema import Block, ConfiguredPath, ConfiguredPlace, Duration, QueryText, in_words


class Example(Block):
    """A block with one of each."""

    pause: Duration = timedelta(hours=1)
    query: QueryText | None = None


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90 s", 90), ("15min", 900), ("1.5 h", 5400), ("2 d", 172_800), ("1 w", 604_800), (" 5 m ", 300), ("0 s", 0)],
)
def test_durations_are_a_number_and_a_unit(written: str, seconds: float) -> None:
    """A blank between them is optional."""
    assert Example.model_validate({"pause": written}).pause == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "15", "min", "-1 h", "1 hour and a half", "1e3 s", 15, None, True])
def test_anything_else_is_refused_with_an_example(written: object) -> None:
    """The message shows what is right, and never the value."""
    with pytest.raises(ValidationError, match='a duration such as "90 s"'):
        Example.model_validate({"pause": written})


@given(st.integers(0, 3 * 10**9))
def test_words_lead_back_to_the_duration(seconds: int) -> None:
    """Settings are kept as they are written."""
    length = timedelta(seconds=seconds)
    assert Example.model_validate({"pause": in_words(length)}).pause == length


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (90, "90 s"), (900, "15 min"), (7200, "2 h"), (86_400, "1 d"), (0.5, "0.5 s")]
)
def test_the_largest_unit_that_fits_is_used(seconds: float, words: str) -> None:
    """As people would write it."""
    assert in_words(timedelta(seconds=seconds)) == words


def test_a_query_says_where_it_is_wrong() -> None:
    """For the caret under the line."""
    with pytest.raises(ValidationError) as raised:
        Example.model_validate({"query": "acme AND ("})
    (error,) = raised.value.errors()
    assert error["ctx"]["query"] == "acme AND ("
    assert isinstance(error["ctx"]["position"], int)


def test_a_query_is_written_in_one_way() -> None:
    """So a rule's version changes with what its query means, not with its spacing."""
    dumps = [Example.model_validate({"query": query}).model_dump_json() for query in ("acme  OR bolt", "acme OR bolt")]
    assert dumps[0] == dumps[1] != Example.model_validate({"query": "acme OR nuts"}).model_dump_json()


def test_unknown_keys_are_refused() -> None:
    """What is misspelt would otherwise be missing without a word."""
    with pytest.raises(ValidationError, match="puase"):
        Example.model_validate({"puase": "1 h"})


def test_values_are_not_printed() -> None:
    """A mistyped secret must not end in a log."""
    with pytest.raises(ValidationError) as raised:
        Example.model_validate({"pause": "hunter2"})
    assert "hunter2" not in str(raised.value)


def test_what_is_no_query_is_refused() -> None:
    """In words; and a query that is wrong says what is wrong with it."""
    with pytest.raises(ValidationError) as raised:
        Example.model_validate({"query": 7})
    assert [(error["type"], error["msg"]) for error in raised.value.errors()] == [("query", "a query is a string")]
    with pytest.raises(ValidationError) as raised:
        Example.model_validate({"query": "acme AND ("})
    (error,) = raised.value.errors()
    assert (error["type"], error["msg"]) == ("query", error["ctx"]["reason"])


def test_a_duration_of_more_than_a_century_is_refused() -> None:
    """It could not be added to any date."""
    assert Example.model_validate({"pause": "36500 d"}).pause == timedelta(days=36_500)
    with pytest.raises(ValidationError, match="at most 100 years"):
        Example.model_validate({"pause": "36501 d"})


class Placed(Block):
    """A block with places."""

    path: ConfiguredPath
    place: ConfiguredPlace = "-"


def test_a_relative_path_starts_at_the_configuration() -> None:
    """Wherever the program was started; the home directory and whole paths stay what they are."""
    found = Placed.model_validate({"path": "a/b", "place": "told.jsonl"}, context={"folder": "/etc/listener"})
    assert (found.path, found.place) == (Path("/etc/listener/a/b"), "/etc/listener/told.jsonl")
    assert Placed.model_validate({"path": "/a"}, context={"folder": "/etc"}).path == Path("/a")
    assert Placed.model_validate({"path": "~/a"}, context={"folder": "/etc"}).path == Path("~/a").expanduser()
    assert Placed.model_validate({"path": "a"}).path == Path("a")


@pytest.mark.parametrize("written", ["-", "stderr", "https://example.com/a"])
def test_a_place_may_be_no_file(written: str) -> None:
    """A stream or a URL is not looked for in any folder."""
    assert Placed.model_validate({"path": "a", "place": written}, context={"folder": "/etc"}).place == written


@pytest.mark.parametrize("written", ["", "  ", 7, None])
def test_what_is_no_path_is_refused(written: object) -> None:
    """An empty one would be the folder itself."""
    for key in ("path", "place"):
        with pytest.raises(ValidationError, match="a path in quotes is needed"):
            Placed.model_validate({"path": "a", key: written})
