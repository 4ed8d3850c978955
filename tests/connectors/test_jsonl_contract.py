"""The JSON Lines connector keeps what every connector promises."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors import jsonl
from connectors.registry import Tools
from listener.domain.source import Connector
from tests.connectors.contract import ConnectorContract, World


@dataclass
class _File:
    """One file, read by its own name or by that of its folder."""

    file: Path
    path: Path

    def publish(self, count: int) -> None:
        rows = [
            {"native_id": str(n), "text": f"Text {n}", "created_at": f"2026-11-01T00:{n:02}:00Z"} for n in range(count)
        ]
        self.file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    def spoil(self, body: bytes) -> None:
        self.file.write_bytes(body)

    def connect(self, tools: Tools) -> tuple[Connector, Any]:
        options = jsonl.Options(path=str(self.path))
        return jsonl.build(options, tools), options


class TestFile(ConnectorContract):
    """The contract on a file."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """Give a file."""
        return _File(tmp_path / "posts.jsonl", tmp_path / "posts.jsonl")


class TestDirectory(ConnectorContract):
    """The contract on a directory."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """Give a directory with one file in it."""
        return _File(tmp_path / "posts.jsonl", tmp_path)
