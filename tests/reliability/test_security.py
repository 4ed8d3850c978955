"""docs/security.md names a test for every line, and each of them is there."""

import re

import pytest

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
