"""What an HTTP answer means for us: which error a status is, when to ask again, how long it stays fresh."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from listener.domain import url as urls
from listener.domain.errors import BadData, Gone, RateLimited, SourceError, Unauthorized, Unavailable
from listener.net.client import Response

LONGEST = timedelta(days=7)
"""No platform can send us away for longer: a longer Retry-After is a mistake."""

_SAID = {
    400: "does not understand the request (400)",
    401: "wants credentials (401)",
    402: "wants to be paid (402)",
    403: "forbids it (403)",
    404: "has no such page (404)",
    406: "has it in no form that can be read (406)",
    407: "is behind a proxy that wants credentials (407)",
    408: "did not get the request in time (408)",
    410: "says it is gone for good (410)",
    429: "says that we ask too often (429)",
    451: "may not show it for legal reasons (451)",
}


def error_for(answer: Response, now: datetime) -> SourceError | None:
    """Name the error an answer is, None for a 2xx or 304. Messages name the host, never the whole URL."""
    status = answer.status
    if 200 <= status < 300 or status == 304:
        return None
    said = _SAID.get(status) or (f"is out of order ({status})" if status >= 500 else f"answered {status}")
    message = f"{urls.host(answer.url)} {said}"
    until = retry_at(answer.headers, now)
    if status in {401, 402, 403, 407}:
        return Unauthorized(message, until=until)
    if status == 410:
        return Gone(message)
    if status == 429:
        return RateLimited(message, until=until)
    return Unavailable(message, until=until) if status >= 400 else BadData(message)


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Say when the platform wants to be asked again (Retry-After, else a rate limit's reset), if it says so."""
    value = headers.get("retry-after", "").strip()
    if value:
        return _at(value, now)
    if headers.get("x-ratelimit-remaining", "").partition(".")[0] in {"0", ""}:
        return _at(headers.get("x-ratelimit-reset", "").strip(), now)
    return None


def _at(value: str, now: datetime) -> datetime | None:
    if re.fullmatch(r"\d{1,12}(\.\d*)?", value):
        number = float(value)
        seconds = number - now.timestamp() if number > 1_000_000_000 else number
        return now + min(timedelta(seconds=max(seconds, 0.0)), LONGEST)
    date = http_date(value)
    return None if date is None else min(max(date, now), now + LONGEST)


def http_date(value: str) -> datetime | None:
    """Read an HTTP date as aware UTC; None if it is none."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def fresh_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Say for how many seconds the answer stays fresh by Cache-Control or Expires; None where it does not say."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(?:cache|store)\b", control):
        return None
    if found := re.search(r"\bmax-age\s*=\s*\"?(\d{1,10})", control):
        age = headers.get("age", "").strip()
        return max(float(found[1]) - (float(age) if re.fullmatch(r"\d{1,9}", age) else 0.0), 0.0)
    expires = http_date(headers["expires"]) if "expires" in headers else None
    if expires is None:
        return None
    return max((expires - (http_date(headers.get("date", "")) or now)).total_seconds(), 0.0)
