"""What an HTTP answer means."""

from datetime import UTC, datetime, timedelta

import pytest

from listener.domain.errors import BadData, Gone, RateLimited, SourceError, Unauthorized, Unavailable
from listener.net.answers import error_for, fresh_for, http_date, retry_at
from listener.net.client import Response

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, BadData),
        (400, Unavailable),
        (401, Unauthorized),
        (402, Unauthorized),
        (403, Unauthorized),
        (404, Unavailable),
        (407, Unauthorized),
        (410, Gone),
        (418, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (599, Unavailable),
    ],
)
def test_a_status_is_an_error(status: int, kind: type[SourceError]) -> None:
    """Each has one, whose message names the host and no query."""
    error = error_for(Response("https://example.com/a?key=hush", status, {}, b""), NOW)
    assert type(error) is kind
    assert "example.com" in str(error)
    assert "hush" not in str(error)


@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_a_good_answer_is_none(status: int) -> None:
    """2xx and 304 are answers."""
    assert error_for(Response("https://example.com/", status, {}, b""), NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": " 30 "}, 30),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Wed, 25 Nov 2026 12:10:00 GMT"}, 600),
        ({"retry-after": "Wed, 25-Nov-26 12:10:00 GMT"}, 600),
        ({"retry-after": "Tue, 24 Nov 2026 12:10:00 GMT"}, 0),
        ({"retry-after": "99999999999999999999"}, None),
        ({"retry-after": "31536000"}, 7 * 86_400),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "90"}, 90),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"x-ratelimit-remaining": "5", "x-ratelimit-reset": "90"}, None),
        ({}, None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, dates and epochs; never in the past, never in more than a week."""
    assert retry_at(headers, NOW) == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"expires": "Wed, 25 Nov 2026 14:00:00 GMT", "date": "Wed, 25 Nov 2026 13:00:00 GMT"}, 3600),
        ({"expires": "Wed, 25 Nov 2026 14:00:00 GMT"}, 7200),
        ({"expires": "Wed, 25 Nov 2020 14:00:00 GMT"}, 0),
        ({"expires": "-1"}, None),
        ({"cache-control": 'MAX-AGE="60"', "expires": "Wed, 25 Nov 2026 14:00:00 GMT"}, 60),
        ({"cache-control": "s-maxage=10, max-age=60", "age": "x"}, 60),
        ({"cache-control": "max-age=60", "age": "90"}, 0),
        ({"cache-control": "no-store"}, None),
        ({}, None),
    ],
)
def test_how_long_it_is_fresh(headers: dict[str, str], seconds: float | None) -> None:
    """Cache-Control before Expires, less the age it arrived with."""
    assert fresh_for(headers, NOW) == seconds


@pytest.mark.parametrize("value", ["", "soon", "Wed, 99 Nov 2026 14:00:00 GMT", "Wed", "0"])
def test_no_date(value: str) -> None:
    """What is no date raises nothing."""
    assert http_date(value) is None
