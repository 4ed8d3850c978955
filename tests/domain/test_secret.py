"""Secrets by reference: one place each, and no value anywhere."""

import pytest
from pydantic import ValidationError

from listener.domain.secret import Secret


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ({"env": "TOKEN"}, "env TOKEN"),
        ({"file": "/run/token"}, "file /run/token"),
        ({"credential": "t"}, "credential t"),
    ],
)
def test_a_secret_names_its_place(place: dict[str, str], named: str) -> None:
    """Which is not secret."""
    assert str(Secret.model_validate(place)) == named


@pytest.mark.parametrize("places", [{}, {"env": "A", "file": "b"}, {"env": "A", "file": "b", "credential": "c"}])
def test_a_secret_has_one_place(places: dict[str, str]) -> None:
    """None is none; of two nobody knows which counts."""
    with pytest.raises(ValidationError, match="say exactly one of"):
        Secret.model_validate(places)


def test_a_secret_that_was_written_down_is_not_printed() -> None:
    """Whoever puts the value itself there finds it in no message."""
    with pytest.raises(ValidationError) as raised:
        Secret.model_validate({"env": {"value": "hunter2"}})
    assert "hunter2" not in str(raised.value)
