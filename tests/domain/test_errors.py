"""Errors: what each carries to those who catch it."""

import pytest

from listener.domain import errors
from tests.scripted import T0

SOURCE: list[type[errors.SourceError]] = [errors.SourceError, *errors.SourceError.__subclasses__()]


@pytest.mark.parametrize("kind", [*SOURCE, errors.Deferred])
def test_an_error_says_when_to_ask_again(kind: type[errors.SourceError | errors.Deferred]) -> None:
    """Where somebody named a time; and what happened."""
    assert (str(kind("board.example is down")), kind("down").until) == ("board.example is down", None)
    assert kind("down", until=T0).until == T0


def test_each_kind_of_source_error_has_a_word_of_its_own() -> None:
    """For rows and metrics."""
    assert len({kind.reason for kind in SOURCE}) == len(SOURCE)
