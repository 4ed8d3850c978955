"""A web server on loopback, beside what is measured."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def files(folder: Path) -> Iterator[str]:
    """Serve a folder from a process of its own, so that serving costs the measured one nothing; yields its URL."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--protocol", "HTTP/1.1"]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        said = server.stdout.readline() if server.stdout else ""
        yield f"http://127.0.0.1:{said.partition(' port ')[2].split()[0]}"
    finally:
        server.terminate()
        server.communicate()
