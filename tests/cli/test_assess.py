"""``listener assess``: how lines are read, answered and streamed."""

import json
import os
import tracemalloc
from collections.abc import Sequence
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any

import pytest

from listener.cli.assess import CHUNK, answers, arriving, finder
from listener.domain.brand import Brand
from listener.domain.judgement import Judgement, Passage
from listener.domain.match import BrandQuery
from listener.domain.query import parse


class Echo:
    """Judges nothing; remembers what it was asked."""

    model_id = "echo-1"

    def __init__(self) -> None:
        self.asked: list[Passage] = []

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Take the text for the language."""
        self.asked += passages
        return [Judgement(self.model_id, passage.text) for passage in passages]


class Silent(Echo):
    """Remembers nothing."""

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Answer with a language alone."""
        return [Judgement(self.model_id, "en") for _ in passages]


def answered(given: bytes, judge: Echo | None = None, brand: str = "") -> list[dict[str, Any]]:
    """Answer lines of bytes."""
    said = answers(judge or Echo(), finder({}), BufferedReader(BytesIO(given)), brand)
    return [json.loads(line) for line in "".join(said).splitlines()]


def test_lines_are_answered_in_their_order() -> None:
    """Whatever stands between them: blank lines have no answer, and the last needs no end."""
    said = answered(b'{"id": 1, "text": "a"}\r\n\n{"id": [2], "text": ""}\n  \n{"text": "c", "brand": null}')
    assert [(one["id"], one["language"], one["model"]) for one in said] == [
        (1, "a", "echo-1"),
        ([2], "", "echo-1"),
        (None, "c", "echo-1"),
    ]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"nonsense", None),
        (b"[1, 2]", None),
        (b'{"id": 7}', 7),
        (b'{"id": 7, "text": null}', 7),
        (b'{"id": 7, "text": 5}', 7),
        (b'{"id": 7, "text": "a", "brand": ["Acme"]}', 7),
        (b'{"id": 7, "text": "\xff"}', None),
        (b"[" * 100_000, None),
        (b"9" * 5_000, None),
    ],
)
def test_a_bad_line_is_answered_with_its_number_and_loses_nothing(line: bytes, number: int | None) -> None:
    """It is not taken for an empty text; those before and after it are judged."""
    judge = Echo()
    first, bad, last = answered(b'{"id": 1, "text": "a"}\n' + line + b'\n{"id": 3, "text": "c"}\n', judge)
    assert (first["language"], last["language"]) == ("a", "c")
    assert (bad["id"], bad["sentiment"], bad["complaint"], bad["labels"]["complaint"]) == (number, None, None, None)
    assert bad["abstained"].startswith("line 2 is no JSON object")
    assert len(judge.asked) == 2


def test_an_id_of_any_kind_comes_back() -> None:
    """Half a pair of surrogates cannot be written as UTF-8; escaped it can."""
    assert answered(b'{"id": "\\ud83d \\u00e9", "text": "a"}')[0]["id"] == "\ud83d \u00e9"


def test_a_line_that_names_no_brand_is_judged_toward_the_option() -> None:
    """Its own comes first."""
    judge = Echo()
    answered(b'{"text": "a umbra"}\n{"text": "an acme", "brand": "acme"}', judge, brand="umbra")
    assert [(one.brand, [(span.start, span.end) for span in one.spans]) for one in judge.asked] == [
        ("umbra", [(2, 7)]),
        ("acme", [(3, 7)]),
    ]


def test_a_configured_brand_is_found_as_the_daemon_finds_it() -> None:
    """By its query, its context and its exclusions."""
    query = BrandQuery("Acme", parse("acme OR zoomster"), context=("router",), exclude=parse('"acme looney"'))
    find = finder({"Acme": Brand("Acme", query)})
    found = find("acme looney, but the zoomster router", "Acme").spans
    assert [(span.start, span.end) for span in found] == [(21, 29)]
    assert find("the zoomster film", "Acme").spans == ()


@pytest.mark.parametrize("name", ["", '"', "NOT", "( OR", "@", "#", 'the "best"', "\u732b", "*", "a" * 5_000])
def test_any_name_is_a_brand(name: str) -> None:
    """One that no query can be made of is not found, and is the target all the same."""
    assert finder({})(f"so {name} it is", name).brand == name


def test_who_writes_a_line_gets_its_answer_before_the_next() -> None:
    """A program that talks with us line by line must not wait for lines that it has not written yet."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as typed:
        said = answers(Echo(), finder({}), stream)
        for number in range(3):
            typed.write(b'{"id": %d, "text": "a"}\n' % number)
            assert json.loads(next(said))["id"] == number


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_lines_of_any_length_come_whole(length: int) -> None:
    """Wherever a chunk ends."""
    lines = [b"a" * length, b"b", b"", b"c" * length, b"d"]
    found = [line for some in arriving(BufferedReader(BytesIO(b"\n".join(lines)))) for line in some]
    assert found == lines


class Flood(RawIOBase):
    """A hundred megabytes that are made as they are read."""

    line = b'{"id": 1, "text": "' + b"x" * 9_976 + b'"}\n'

    def __init__(self) -> None:
        super().__init__()
        self.left = 10_000

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Give a line a time."""
        if not self.left:
            return 0
        self.left -= 1
        buffer[: len(self.line)] = self.line
        return len(self.line)


def test_memory_does_not_grow_with_the_input() -> None:
    """Ten thousand long lines take no more than a few chunks."""
    said = answers(Silent(), finder({}), BufferedReader(Flood(), CHUNK))
    tracemalloc.start()
    try:
        count = sum(answer.count("\n") for answer in said)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 20 * CHUNK
