"""docs/security.md names a test for every line, and each of them is there; and who reads strangers' texts stays in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.domain.errors import Deferred
from listener.notify.mail import Mail, Options
from tests.notify import samples
from tests.notify.contract import KEY
from tests.notify.mailserver import Script, serving
from tests.notify.world import KEPT, World
from tests.reliability.test_docs import NAMED, TESTS, there

PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [row for row in re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE) if "shown by" not in row]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0][:60])
def test_what_stands_against_an_attack_is_shown(row: str) -> None:
    """By tests that are named in the last column, of which none was renamed or taken away."""
    _, _, shown = row.split(" | ")
    named = NAMED.findall(shown)
    assert named
    assert NAMED.sub("", shown).strip(" ,") == ""
    assert [(path, name) for path, name in named if name not in there(path)] == []


READERS = ("connectors", "listener/domain", "listener/stages", "listener/store")
"""The rooms that handle what strangers wrote, addresses among it."""

WAYS_OUT = {
    "socket", "socketserver", "ssl", "asyncio", "subprocess", "http", "urllib.request", "ftplib", "smtplib", "poplib",
    "imaplib", "telnetlib", "xmlrpc", "requests", "urllib3", "aiohttp", "httpx", "httpx2", "httpcore", "httpcore2",
    "slack_sdk",
}  # fmt: skip


@pytest.mark.parametrize("room", READERS)
def test_who_reads_what_strangers_write_has_no_way_out_of_his_own(room: str) -> None:
    """The guarded client is handed in: nothing that speaks with a network is imported there."""
    files = list((TESTS.parent / room).rglob("*.py"))
    assert files
    assert [(file.name, name) for file in files for name in imported(file) if ways(name) & WAYS_OUT] == []


def imported(file: Path) -> Iterator[str]:
    """Name all that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield from (f"{module}.{alias.name}" for alias in node.names)


def ways(name: str) -> set[str]:
    """Give a module with those that it lies in."""
    parts = name.split(".")
    return {".".join(parts[: end + 1]) for end in range(len(parts))}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_who_asks_for_the_password_in_the_clear_is_told_nothing(security: str) -> None:
    """A mail server that offers no TLS, and would take user, password and mail as they are."""
    script = Script()
    with serving(script, tls=True, auth=True) as port:
        asked = {
            "name": "m",
            "host": "127.0.0.1",
            "port": port,
            "username": "alerts",
            "password": KEPT,
            "timeout": "9 s",
        }
        options = Options(**asked, security=security, sender="l@example.com", to=("a@example.com",))
        with pytest.raises(Deferred, match="TLS"):
            Mail(options, World().tools).send(samples.message(), KEY, None)
    assert (script.users, script.taken) == ([], [])
