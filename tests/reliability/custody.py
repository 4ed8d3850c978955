"""A place in which ``listener`` runs with secrets that the test knows, and a search of all that came out of it."""

import base64
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from listener.cli import main
from listener.domain.errors import StoreError
from listener.store.console import rows

LIMIT = 150.0

HEAD = """
[store]
url = "sqlite:///var/mentions.db"
[daemon]
log_level = "debug"
[net]
allow = ["127.0.0.1/32"]
spacing = "0 s"
timeout = "3 s"
contact = "tests@example.com"
[[brand]]
name = "Acme"
query = "acme"
"""


@dataclass
class Custody:
    """A folder with a configuration, secrets that are kept beside it, and all that came out."""

    folder: Path
    elsewhere: Path
    config: str = HEAD
    environ: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    channels: list[str] = field(default_factory=list)
    heard: dict[str, bytes] = field(default_factory=dict)
    """what people and servers were told, by who they are"""

    def token(self, name: str) -> str:
        """Make up a secret that nobody writes by chance; ``name`` is for the test's own words."""
        made = f"Hush{len(self.tokens)}q7Z{''.join(filter(str.isalnum, name))}x"
        return self.tokens.setdefault(name, made)

    def in_environment(self, value: str) -> dict[str, str]:
        """Keep a secret in a variable, and refer to it."""
        name = f"KEPT_{len(self.environ)}"
        self.environ[name] = value
        return {"env": name}

    def in_file(self, value: str) -> dict[str, str]:
        """Keep a secret in a file, and refer to it."""
        path = self.elsewhere / f"kept-{len(list(self.elsewhere.iterdir()))}"
        path.write_text(f"{value}\n")
        path.chmod(0o600)
        return {"file": str(path)}

    def as_credential(self, value: str) -> dict[str, str]:
        """Keep a secret as systemd does, and refer to it."""
        self.environ["CREDENTIALS_DIRECTORY"] = str(self.elsewhere)
        return {"credential": Path(self.in_file(value)["file"]).name}

    def feed(self, name: str, url: str) -> None:
        """Configure a private feed."""
        self._block("source", name, connector="rss", urls=[{"name": f"board {name}", **self.in_environment(url)}])

    def channel(self, name: str, kind: str, **settings: Any) -> None:
        """Configure a channel."""
        self.channels.append(name)
        self._block("channel", name, type=kind, **settings)

    def heartbeat(self, url: str) -> None:
        """Configure a heartbeat, which begins soon."""
        line = f'heartbeat = {_toml(self.in_environment(url))}\nstep_within = "10 s"'
        self.config = self.config.replace("[daemon]\n", f"[daemon]\n{line}\n")

    def _block(self, kind: str, name: str, **settings: Any) -> None:
        lines = (f"{key} = {_toml(value)}\n" for key, value in {"name": name, **settings}.items())
        self.config += f"[[{kind}]]\n{''.join(lines)}"

    def write(self, more: str = "") -> None:
        """Write the configuration, with a rule that tells everybody of everything."""
        rule = f'[[rule]]\nname = "every"\ntype = "mention"\nchannels = {_toml(self.channels)}\n'
        (self.folder / "config.toml").write_text(self.config + (rule if self.channels else "") + more)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run ``listener`` as people do; what it says is kept beside the store."""
        command = [sys.executable, "-m", "listener", "--config", "config.toml", *arguments]
        name = " ".join(arguments)[:60].replace("/", " ")
        with (self.folder / f"said by {name}").open("ab") as out:
            return subprocess.Popen(command, cwd=self.folder, env=self._environment(), stdout=out, stderr=out)

    def listener(self, *arguments: str) -> int:
        """Run a command to its end and return its exit code."""
        process = self.start(*arguments)
        try:
            return process.wait(LIMIT)
        finally:
            process.kill()

    def command(self, *arguments: str, config: Path | None = None) -> None:
        """Run a command as people do, but for the new process."""
        out, file = io.StringIO(), config or self.folder / "config.toml"
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(out):
            patch.setattr("sys.argv", ["listener", "--config", str(file), *arguments])
            patch.setattr("os.environ", self._environment())
            with suppress(SystemExit):
                main()
        self.heard[f"those who called {' '.join(arguments)}"] = out.getvalue().encode()

    def _environment(self) -> dict[str, str]:
        """Give what a program needs, and none of the proxies of the machine that runs the tests."""
        needed = ("PATH", "PYTHONPATH", "HOME", "LANG", "TZ", "TMPDIR", "COVERAGE_PROCESS_START")
        return {**{name: os.environ[name] for name in needed if name in os.environ}, **self.environ}

    def said(self, name: str) -> str:
        """Return what a command said."""
        return (self.folder / f"said by {name}").read_text("utf-8")

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Ask the store; empty while it is not there yet."""
        with suppress(StoreError):
            return rows(self.folder / "var" / "mentions.db", query)
        return []

    def leaks(self) -> list[str]:
        """Search all that was said, written and told to others for every secret, whatever coding it is in."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        found = {str(path.relative_to(self.folder)): path.read_bytes() for path in files} | self.heard
        return [
            f"{secret} in {place}"
            for place, content, folded in ((place, content, content.lower()) for place, content in found.items())
            for secret, token in self.tokens.items()
            if any(end in folded for end in _ends(token)) or any(trace in content for trace in _traces(token))
        ]


def until(what: str, holds: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait for something that the process does; fails if it ends before, or takes too long."""
    end = time.monotonic() + LIMIT
    while not holds():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            pytest.fail(f"{what} did not happen; the exit code is {process.wait()}")
        time.sleep(0.05)


def _ends(token: str) -> Iterator[bytes]:
    """Give what is left of a secret that was cut, or written otherwise in capitals."""
    folded = token.lower().encode()
    yield from (folded[:10], folded[-10:])


def _traces(token: str) -> Iterator[bytes]:
    """Give what shows of a secret in base64, wherever it stands in what was coded."""
    for before in range(3):
        # the ends are mixed with what stands beside it
        yield base64.b64encode(b"\0" * before + token.encode())[4:-4]


def _toml(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return json.dumps(value)
