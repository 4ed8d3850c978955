"""Logging: what a line holds, and what none may hold."""

import json
import logging

import pytest
from loguru import logger

from listener.logs import NOISY, set_up

TRICKY = "{0} {token} <red>%s</red> 100 %"
"""Formats of three kinds, as people write them in posts."""

both = pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])


@both
def test_texts_pass_as_they_are(capsys: pytest.CaptureFixture[str], *, as_json: bool) -> None:
    """Nothing that people wrote is taken for a format or for markup, whoever logs it."""
    set_up("info", as_json=as_json)
    logger.bind(text=TRICKY).info("heard")
    logging.getLogger("a.library").warning("said %s", TRICKY)
    ours, theirs = capsys.readouterr().err.splitlines()
    assert "heard" in ours
    assert TRICKY in ours
    assert f"said {TRICKY}" in theirs
    assert "a.library" in theirs


@both
def test_a_traceback_shows_no_values(capsys: pytest.CaptureFixture[str], *, as_json: bool) -> None:
    """The line that failed, and nothing that a variable held."""
    set_up("debug", as_json=as_json)
    token = "s3cr3t"
    try:
        token.index("?")
    except ValueError:
        logger.exception("failed")
        logging.getLogger("a.library").exception("failed, too")
    said = capsys.readouterr().err
    assert said.count("substring not found") == 2
    assert token not in said


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With what was bound to it, whatever that is and however it is called."""
    set_up("info", as_json=True)
    logger.bind(message=3, at=NotImplemented).info("polled\ntwice")
    logger.debug("not this")
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert line.pop("time").endswith("+00:00")
    extra = {"message": 3, "at": "NotImplemented"}
    assert line == {"level": "INFO", "message": "polled\ntwice", "extra": extra}


@pytest.mark.parametrize("library", NOISY)
def test_libraries_keep_to_themselves_what_they_should(capsys: pytest.CaptureFixture[str], library: str) -> None:
    """Some write tokens at their lowest level."""
    set_up("debug")
    logging.getLogger(f"{library}.client").debug("Authorization: s3cr3t")
    logging.getLogger(f"{library}.client").error("it failed")
    said = capsys.readouterr().err
    assert "it failed" in said
    assert "s3cr3t" not in said
