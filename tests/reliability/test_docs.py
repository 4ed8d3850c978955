"""docs/reliability.md names a test for every line, and each of them is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = [row for row in re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE) if "shown by" not in row]
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


@cache
def there(path: str) -> frozenset[str]:
    """Give the names of the tests in a file, none if there is no such file."""
    file = TESTS / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return frozenset(name for name in functions if name.startswith("test_"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0])
def test_each_line_names_a_test_that_is_there(row: str) -> None:
    """In its last column, and none that was renamed or taken away."""
    when, said, shown = row.split(" | ")
    named = NAMED.findall(shown)
    assert when
    assert said
    assert named
    assert NAMED.sub("", shown).strip(" ,") == ""
    assert [(path, name) for path, name in named if name not in there(path)] == []


def test_each_fault_that_is_shown_stands_on_the_page() -> None:
    """What the tests of this room show, an operator may read."""
    faults = {
        (f"reliability/{file.name}", name)
        for file in Path(__file__).parent.glob("test_faults_*.py")
        for name in there(f"reliability/{file.name}")
    }
    assert len(faults) > 10
    assert faults - set(NAMED.findall(PAGE)) == set()
