"""docs/sql.md says of every view and column what it holds, and its questions can be asked."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from listener.domain.errors import Unavailable
from listener.domain.source import Gap, Page
from listener.store import derived
from tests.scripted import DAY, HOUR, MINUTE, T0, Bench, author, brand, every_mention, opened, post

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| `(\w+)` \| (\w+) \| ([^|]+) \| ([^|]*) ?\|")
KINDS = ("number", "text", "time", "flag", "label", "probability")
QUESTIONS = dict(re.findall(r"### (\d+\. [^\n]+)\n.*?```sql\n(.*?)```", PAGE, re.DOTALL))
REPORT = "acme kettles overheat, says the regulator, and about two million of them must be called back at once"


class Column(NamedTuple):
    """What the page says of a column."""

    name: str
    kind: str
    null: str


def documented() -> dict[str, list[Column]]:
    """Read the views off the page."""
    sections = re.findall(r"^## `(\w+)`\n(.*?)(?=^## )", PAGE, re.DOTALL | re.MULTILINE)
    return {view: [Column(*row[:3]) for row in ROW.findall(body)] for view, body in sections}


DOCUMENTED = documented()
COLUMNS = [(view, column) for view, columns in DOCUMENTED.items() for column in columns]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Fill a store with a bad day: a story, complaints, a thread, an outage, and one that cannot be judged."""
    own = brand(accounts=("forum:acme_help",))
    with opened(tmp_path_factory.mktemp("town"), brands=[own]) as made:
        made.follow(every_mention(complaint=True, cooldown="1 h", per="thread"))
        made.tell(
            post("1", title="Is it me?", url="https://forum.example/1", author=author("ann", followers=90)),
            post("2", "acme is broken, I am furious", by="bob", root_id="1", parent_id="1"),
            post("3", "acme is unclear", by="eve"),
            post("4", "acme klingon", by=None),
            post("5", "we at acme love it", by="acme_help"),
            post("6", REPORT, by="daily", kind="article"),
            post("7", REPORT, by="weekly", kind="article", created_at=T0 - DAY, community="Weekly"),
            post("8", "of no concern"),
        )
        made.poll(Page(gap=Gap(T0, T0 + MINUTE, "too much at once")), Unavailable("it is down"), at=T0 + HOUR)
        made.hear(post("9", "acme, not judged yet", by="ann"), at=T0 + 2 * HOUR)
        with made.store.write() as db:
            db.exec_driver_sql(
                "UPDATE alert SET state = 'acknowledged', acknowledged_by = 'eve', acknowledged_at = opened_at"
            )
            db.exec_driver_sql(
                "INSERT INTO spending (account, day, reserved, settled) VALUES ('x', '2026-11-25', 0, 1.5)"
            )
        made.tell(post("10", "acme is broken too", by="zoe"), at=T0 + 3 * HOUR)
        yield made


def test_every_view_is_documented_with_its_columns_in_order(town: Bench) -> None:
    """None is missing on the page, and none stands there that is not in the store."""
    with closing(sqlite3.connect(town.path)) as database:
        there = derived.columns(database)
    assert {view: tuple(column.name for column in columns) for view, columns in DOCUMENTED.items()} == there


def test_the_page_is_read_as_it_is_meant() -> None:
    """Every row of every view's table is understood by this test."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(rows) == len(COLUMNS) > 90
    assert {column.kind for _, column in COLUMNS} == set(KINDS)


def fits(kind: str, value: Any) -> bool:
    """Say whether a value that is not NULL is of the documented kind."""
    match kind:
        case "number":
            return isinstance(value, int | float)
        case "flag" | "label":
            return value in {0, 1}
        case "probability":
            return isinstance(value, float) and 0 <= value <= 1
        case "time":
            return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value) is not None
    return isinstance(value, str)


@pytest.mark.parametrize("view", DOCUMENTED)
def test_every_column_holds_what_the_page_says(town: Bench, view: str) -> None:
    """Of its kind, and NULL only where the page says when."""
    rows = town.sql(f"SELECT * FROM {view}")  # noqa: S608
    assert rows
    for column in DOCUMENTED[view]:
        values = [row[column.name] for row in rows]
        assert all(fits(column.kind, value) for value in values if value is not None), column
        assert None not in values or column.null.strip() != "never", column


def test_there_are_ten_questions() -> None:
    """As the heading says."""
    assert [title.split(".")[0] for title in QUESTIONS] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("title", QUESTIONS)
def test_every_question_has_an_answer(town: Bench, title: str) -> None:
    """Asked on the evening of that day."""
    query = QUESTIONS[title].replace("'now'", "'2026-11-25 18:00:00'")
    assert town.sql(query)


def test_the_command_line_is_described_as_it_is() -> None:
    """Every option that the page shows is one of the command, and none is left out."""
    from typer.main import get_command

    from listener.cli.commands import app

    options = {name for one in get_command(app).commands["sql"].params for name in one.opts if name.startswith("--")}  # type: ignore[attr-defined]
    assert options == set(re.findall(r"--(?:json|csv|timeout)", PAGE)) == {"--json", "--csv", "--timeout"}
