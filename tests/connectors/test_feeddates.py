"""Dates as feeds write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeddates import read_date
from tests.connectors.conftest import NOW

NOON = "2024-03-05 12:00:00"

TABLE = [
    ("2024-03-05T12:00:00Z", NOON),
    ("2024-03-05T13:00:00+01:00", NOON),
    ("2024-03-05T13:00:00+0100", NOON),
    ("2024-03-05T12:00:00.123Z", "2024-03-05 12:00:00.123000"),
    ("2024-03-05T12:00Z", NOON),
    ("2024-03-05 12:00:00", NOON),
    ("2024-03-05 13:00:00 +0100", NOON),
    ("2024-03-05 12:00:00 UTC", NOON),
    ("2024-03-05 13:00 CET", NOON),
    ("2024-03-05", "2024-03-05 00:00:00"),
    ("2024-03", "2024-03-01 00:00:00"),
    ("20240305", "2024-03-05 00:00:00"),
    ("2024/03/05 12:00:00", NOON),
    ("1709640000", NOON),
    ("1709640000000", NOON),
    ("Tue, 05 Mar 2024 12:00:00 GMT", NOON),
    ("Tue, 05 Mar 2024 12:00:00 Z", NOON),
    ("Tue, 5 Mar 2024 12:00 +0000", NOON),
    ("5 Mar 2024 12:00:00 -0000", NOON),
    ("Tue, 05 Mar 24 12:00:00 GMT", NOON),
    ("Tuesday, 05 March 2024 12:00:00 GMT", NOON),
    ("Mon, 05 Mar 2024 12:00:00 GMT", NOON),
    ("Tue, 05 Mar 2024 07:00:00 EST", NOON),
    ("Tue, 05 Mar 2024 14:00:00 CEST", NOON),
    ("Tue, 05 Mar 2024 17:30:00 IST", NOON),
    ("Tue, 05 Mar 2024 12:00:00 XYZ", NOON),
    ("Tue, 05 Mar 2024 14:00:00 GMT+2", NOON),
    ("Tue, 05 Mar 2024 12:00:00 +0000 (UTC)", NOON),
    ("Tue, 05 Mar 2024", "2024-03-05 00:00:00"),
    ("Mar 5, 2024", "2024-03-05 00:00:00"),
    ("March 5th, 2024 12:00 PM", NOON),
    ("March 5, 2024 at 1:00 pm CET", NOON),
    ("Mar 5 2024 12:00 AM", "2024-03-05 00:00:00"),
    ("5. Mar 2024, 12:00", NOON),
    ("2024-03-04T24:00:00Z", "2024-03-05 00:00:00"),
    ("2016-12-31T23:59:60Z", "2016-12-31 23:59:59"),
    ("  Tue,\n 05 Mar 2024\t12:00:00 GMT ", NOON),
    ("2026-11-26T11:00:00Z", "2026-11-26 11:00:00"),
]


@pytest.mark.parametrize(("raw", "utc"), TABLE)
def test_reads(raw: str, utc: str) -> None:
    """Standards first, then what is met in the wild; unknown zones and none are UTC."""
    found = read_date(raw, NOW)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found is not None
    assert found.tzinfo is UTC


ABSURD = [
    "", "10", "soon", "yesterday", "2024-13-45", "2024-02-30", "2026-13-45T00:00:00Z", "Tue, 35 Mar 2024 12:00:00 GMT",
    "Tue, 05 Foo 2024 12:00:00 GMT", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z",
    "Thu, 01 Jan 1970 00:00:00 GMT", "1989-12-31T23:59:59Z", "2026-11-27T00:00:00Z", "9999-12-31T23:59:59-12:00",
    "3000-01-01", "99999999999999", "2024-03-05T25:00:00Z", "2024-03-05T12:61:00Z", "05/03/2024",
    "x" * 200, "Tue, 05 Mar 99999 12:00:00 GMT", "-1", "12:00:00", "mardi 5 mars",
]  # fmt: skip


@pytest.mark.parametrize("raw", ABSURD)
def test_what_cannot_be_true_is_no_date(raw: str) -> None:
    """Impossible, before the web, more than a day ahead, ambiguous, or no date at all."""
    assert read_date(raw, NOW) is None


@given(
    st.text(max_size=40)
    | st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [-+A-Z0-9]{0,5}")
)
def test_any_text_is_a_date_in_range_or_none(raw: str) -> None:
    """Nothing raises."""
    found = read_date(raw, NOW)
    assert found is None or datetime(1990, 1, 1, tzinfo=UTC) <= found <= datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 25), timezones=st.timezones()))  # noqa: DTZ001 - made aware by hypothesis
def test_iso_dates_come_back(moment: datetime) -> None:
    """Whatever the zone, the instant is the same."""
    offset = moment.utcoffset()
    if offset is not None and offset.seconds % 60 == 0 and moment.astimezone(UTC).year >= 1990:
        assert read_date(moment.isoformat(), NOW) == moment.astimezone(UTC)
