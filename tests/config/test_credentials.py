"""Secrets: fetched from where they are kept, named and never shown, recognised where they must not stand."""

import os
from pathlib import Path

import pytest

from listener.config.credentials import (
    exposed,
    is_place,
    is_secret_key,
    is_secret_value,
    missing,
    redacted,
    reveal,
    secrets_in,
)
from listener.domain.errors import ConfigError
from listener.domain.schema import Block
from listener.domain.secret import Secret, SecretUrl


def test_a_variable_is_read_from_the_environment_handed_in() -> None:
    """As it is, spaces included."""
    assert reveal(Secret(env="TOKEN"), {"TOKEN": " a b "}) == " a b "


@pytest.mark.parametrize(
    ("content", "value"), [("x", "x"), ("x\n", "x"), ("x\r\n", "x"), ("x\n\n", "x\n"), (" x", " x")]
)
def test_a_files_last_newline_is_no_part_of_the_secret(tmp_path: Path, content: str, value: str) -> None:
    """Whatever else stands in the file is."""
    (tmp_path / "token").write_bytes(content.encode())
    assert reveal(Secret(file="token"), {}, tmp_path) == value
    assert reveal(Secret(file=str(tmp_path / "token")), {}) == value


def test_a_credential_is_read_from_the_units_directory(tmp_path: Path) -> None:
    """Where systemd puts it."""
    (tmp_path / "slack").write_text("hook\n")
    assert reveal(Secret(credential="slack"), {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == "hook"


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (Secret(env="NONE"), "env NONE: not set, or empty"),
        (Secret(file="absent"), "file absent: .*no such file"),
        (Secret(file="empty"), "file empty: empty"),
        (Secret(file="."), "file .: .*is a directory"),
        (Secret(file="binary"), "file binary: .*is not UTF-8"),
        (Secret(credential="absent"), "credential absent: .*no such file"),
        (SecretUrl(name="feed", env="NONE"), "env NONE: not set"),
    ],
)
def test_what_is_not_there_is_named_by_its_place(tmp_path: Path, secret: Secret, words: str) -> None:
    """`missing` says the same without raising."""
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    with pytest.raises(ConfigError, match=f"^{words}") as caught:
        reveal(secret, environ, tmp_path)
    assert missing(secret, environ, tmp_path) == str(caught.value)


def test_a_credential_outside_a_unit_says_what_to_do() -> None:
    """There is no directory of credentials by hand."""
    assert "LoadCredential=slack:/path" in missing(Secret(credential="slack"), {})
    assert missing(Secret(env="THERE"), {"THERE": "x"}) == ""


def test_a_file_that_everybody_can_read_is_told(tmp_path: Path) -> None:
    """A group may: so a service account shares one."""
    file = tmp_path / "token"
    file.touch()
    for mode, told in ((0o600, False), (0o640, False), (0o644, True)):
        os.chmod(file, mode)  # noqa: PTH101
        assert bool(exposed(Secret(file="token"), tmp_path)) is told
    assert exposed(Secret(file="absent"), tmp_path) == ""
    assert exposed(Secret(env="TOKEN"), tmp_path) == ""


def test_references_are_found_at_any_depth() -> None:
    """In lists, tables and blocks of blocks."""

    class Inner(Block):
        token: Secret

    class Outer(Block):
        inner: Inner
        several: tuple[str | SecretUrl, ...]
        named: dict[str, Secret]
        none: Secret | None = None

    a, b, c = Secret(env="A"), SecretUrl(name="b", env="B"), Secret(env="C")
    outer = Outer(inner=Inner(token=a), several=("x", b), named={"k": c})
    assert list(secrets_in(outer, "source[0]")) == [
        ("source[0].inner.token", a),
        ("source[0].several[1]", b),
        ("source[0].named.k", c),
    ]


@pytest.mark.parametrize(
    "key",
    ["password", "passwd", "Token", "bot_token", "api-key", "apikey", "webhook", "webhook_url", "client_secret", "pat"],
)
def test_keys_that_hold_secrets_are_known_by_name(key: str) -> None:
    """In any spelling."""
    assert is_secret_key(key)


@pytest.mark.parametrize(
    "key", ["max_tokens_per_day", "key", "keys", "path", "patience", "tokenizer", "author", 3, "keep"]
)
def test_other_keys_are_not(key: str | int) -> None:
    """Or people would have to hide their limits."""
    assert not is_secret_key(key)


@pytest.mark.parametrize(
    "value",
    [
        "xoxb-123456-abc",
        "ghp_0123456789abcdef0123",
        "https://hooks.slack.com/services/T0/B0/xyz",
        "https://me:pw@example.com/feed",
        "postgresql://:pw@db/x",
        "https://example.com/feed?format=rss&api_key=abc",
    ],
)
def test_values_that_can_only_be_secrets_are_known(value: str) -> None:
    """Wherever they stand."""
    assert is_secret_value(value)
    assert not any(is_place(kind, value) for kind in ("env", "file", "credential"))


@pytest.mark.parametrize(
    "value",
    [
        "https://example.com/feed?token=",
        "https://example.com/a:b@c",
        "x:@acmehelp",
        'acme AND "password reset"',
        "https://reader@example.com/",
        "https://hnrss.org/newest?q=token",
    ],
)
def test_other_values_are_not(value: str) -> None:
    """A refusal without a reason costs more than it saves."""
    assert not is_secret_value(value)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [("env", "SMTP_PASSWORD", "5mtp-pass"), ("credential", "smtp.pass-word@2", "up/../out"), ("credential", "x", "..")],
)
def test_a_place_has_a_name_that_its_kind_can_have(kind: str, good: str, bad: str) -> None:
    """Whatever else stands there is a secret written in the wrong place, or leads out of the unit's directory."""
    assert is_place(kind, good)
    assert not is_place(kind, bad)


def test_addresses_lose_what_may_be_secret() -> None:
    """Within any text."""
    text = "see https://me:pw@example.com/x?key=abc#d and http://example.org/"
    assert redacted(text) == "see https://example.com/x?key=… and http://example.org/"
