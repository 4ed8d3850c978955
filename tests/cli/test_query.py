"""``listener query test``: at the shell, and line by line for other programs."""

import json

from tests.cli.conftest import Listener


def test_the_caret_stands_under_the_mistake(listener: Listener) -> None:
    """In the line of it, wide characters counted as a terminal shows them."""
    said = listener("query", "test", "acme OR\n\u6771\u4eac (router", "x")
    assert said.code == 78
    assert said.err.splitlines()[1:] == ["    \u6771\u4eac (router", "         ^"]


def test_texts_come_from_standard_input(listener: Listener) -> None:
    """Where none is given: one a line."""
    said = listener("query", "test", "acme", typed="Acme is down\r\nnothing\n")
    assert said.out.splitlines() == ["yes acme  [0-4]  ['Acme']", "no  acme"]


def test_no_line_stops_the_next(listener: Listener) -> None:
    """Whatever a line holds, it is answered, and so is the one after it."""
    bad = ["nonsense", "[" * 100_000, '{"id": 1, "query": "acme", "text": 5}', '{"id": 1, "query": "acme OR"}', "[1]"]
    odd = ['{"id": "\\ud800", "query": "acme", "text": "\\ud800 acme"}', '{"id": 2, "query": "acme (", "text": ""}']
    good = '{"id": "\u2713", "query": "acme", "text": "Acme"}'
    said = listener("query", "test", "--jsonl", typed="\n".join([*bad, *odd, "", good]) + "\n")
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0
    assert [answer["error"] is None for answer in answers] == [False] * 5 + [True, False, True]
    assert [answer["spans"] for answer in answers[-3:]] == [[[2, 6]], [], [[0, 4]]]
    assert answers[-1]["id"] == "\u2713"
