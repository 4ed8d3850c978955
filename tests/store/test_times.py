"""Times in the store: aware UTC, as text that SQLite compares."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from listener.store import tables
from tests.scripted import T0, Bench

DIALECT = sqlite.dialect()
KIND = tables.UtcText()


def there_and_back(time: datetime) -> datetime | None:
    """Write a time and read it."""
    return KIND.process_result_value(KIND.process_bind_param(time, DIALECT), DIALECT)


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()))  # noqa: DTZ001 - hypothesis' way
def test_aware_times_come_back_the_same(time: datetime) -> None:
    """To the second, in UTC."""
    assert there_and_back(time) == time.astimezone(UTC).replace(microsecond=0)


@given(*(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)) for _ in range(2)))  # noqa: DTZ001
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    """From the year 1 on: every time has 19 characters."""
    one, other = (time.replace(microsecond=0) for time in (one, other))
    texts = [KIND.process_bind_param(time, DIALECT) or "" for time in (one, other)]
    assert ((texts[0] < texts[1]) == (one < other), [len(text) for text in texts]) == (True, [19, 19])


def test_another_zone_is_written_as_utc() -> None:
    """So that text compares."""
    time = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert KIND.process_bind_param(time, DIALECT) == "2025-12-31 23:30:00"


def test_a_naive_time_is_refused(bench: Bench) -> None:
    """It is a mistake of ours, which must not be stored."""
    insert = tables.table(tables.Tombstone).insert().values(platform="x", post_id="", author_id="", what="x")
    with pytest.raises(StatementError, match="is naive"), bench.store.write() as db:
        db.execute(insert.values(at=T0.replace(tzinfo=None)))


def test_stored_times_compare_with_sqlite_itself(bench: Bench) -> None:
    """As docs/sql.md promises."""
    assert bench.column("SELECT due_at = datetime('2026-11-25 13:00:00', '-1 hour') FROM sources") == [1, 1]
    assert bench.column("SELECT due_at > datetime('2020-01-01') FROM sources") == [1, 1]


def test_every_time_column_is_of_this_kind() -> None:
    """A column that ends in ``_at``, ``_until``, ``since`` or ``until`` holds a time."""
    named = ("_at", "_until", "since", "until")
    columns = [column for table in tables.METADATA.tables.values() for column in table.c if column.name.endswith(named)]
    assert len(columns) > 30
    assert {str(column) for column in columns if not isinstance(column.type, tables.UtcText)} == set()
