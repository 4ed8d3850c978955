"""Logging: what a line holds, and what none may hold."""

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from listener.app.configured import revealer
from listener.domain.secret import Secret
from listener.logs import NOISY, hide, set_up
from tests.line.place import EVERYTHING, Place

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


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand three hours and a half behind UTC."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "America/St_Johns")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_away")
def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With what was bound to it, whatever that is and however it is called; in UTC, wherever the machine stands."""
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


def _refused(password: str) -> None:
    try:
        int(password)
    except ValueError as error:
        raise RuntimeError("t0k3nt0k3n was refused") from error


@both
def test_a_hidden_secret_is_in_no_line(capsys: pytest.CaptureFixture[str], *, as_json: bool) -> None:
    """Whoever says it: a library, an exception, and what caused that; its telling parts go as well."""
    set_up("info", as_json=as_json)
    hide('s3cr3t "quoted"')
    hide("https://board.example/private/t0k3nt0k3n?key=hush")
    logging.getLogger("a.library").warning("GET /private/t0k3nt0k3n as %s", "s3cr3t%20%22quoted%22")
    logger.bind(key="hush").info("asked")
    try:
        _refused('s3cr3t "quoted"')
    except RuntimeError:
        logger.exception("the connector broke its contract")
    said = capsys.readouterr().err
    assert "broke its contract" in said
    assert said.count("[secret]") >= 4
    assert not any(secret in said for secret in ("s3cr3t", "quoted", "t0k3n", "hush"))
    if as_json:
        assert [json.loads(line)["level"] for line in said.splitlines()] == ["WARNING", "INFO", "ERROR"]


def test_what_is_fetched_is_hidden(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """From the moment on that the program knows it."""
    place = Place(tmp_path, environ={"TOKEN": "t0k3n-of-ours"})
    config = place.configure(EVERYTHING)
    assert revealer(config, place.world)(Secret(env="TOKEN")) == "t0k3n-of-ours"
    set_up("info")
    logger.info("it is t0k3n-of-ours")
    assert "it is [secret]" in capsys.readouterr().err
