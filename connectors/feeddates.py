"""Dates as feeds write them, read strictly first and tolerantly after; what cannot be true is no date."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nothing was published on the web before; such dates are unset clocks."""

_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "mez": 60, "cest": 120,
    "mesz": 120, "eet": 120, "sast": 120, "eest": 180, "msk": 180, "trt": 180, "ist": 330, "sgt": 480, "hkt": 480,
    "awst": 480, "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "ast": -240, "adt": -180,
    "brt": -180, "art": -180, "edt": -240, "est": -300, "cdt": -300, "cst": -360, "mdt": -360, "mst": -420,
    "pdt": -420, "pst": -480, "akst": -540, "hst": -600,
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
_ZONE = r"\s*\(?(?P<zone>[a-z]{1,4}(?![a-z])|(?:gmt|utc)?\s*[+-]\d{1,2}:?(?:\d{2})?)?\)?"
_PATTERNS = tuple(
    re.compile(rf"\A{date}(?:(?:\s*[T,]\s*|\s+)(?:at\s+)?{_CLOCK}{_ZONE})?\s*(?:\(.*\))?\Z", re.IGNORECASE)
    for date in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?",
        r"(?:[a-z]+\.?,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?P<name>[a-z]{3})[a-z]*\.?,?[\s-]+(?P<year>\d{4})",
        r"(?:[a-z]+\.?,?\s+)?(?P<name>[a-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    )
)


def read_date(raw: str, now: datetime) -> datetime | None:
    """Read a date as aware UTC; None if there is none, or one before 1990 or more than a day after ``now``.

    Zones that nobody knows and dates without one are taken for UTC.
    """
    raw = " ".join(raw.split())
    if not 6 <= len(raw) <= 100:
        return None
    try:
        found = _iso(raw) or _tolerant(raw) or _rfc822(raw)
        found = found and (found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC))
    except (ValueError, OverflowError):
        return None
    return found if found and EARLIEST <= found <= now + timedelta(days=1) else None


def _iso(raw: str) -> datetime | None:
    if not raw[:4].isdigit():
        return None
    if raw.isdigit() and len(raw) in {10, 13}:
        return datetime.fromtimestamp(int(raw[:10]), UTC)
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return None


def _rfc822(raw: str) -> datetime | None:
    try:
        return parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError):
        return None


def _tolerant(raw: str) -> datetime | None:
    for pattern in _PATTERNS:
        if found := pattern.match(raw):
            return _assembled(found.groupdict())
    return None


def _assembled(part: dict[str, str | None]) -> datetime | None:
    name = (part.get("name") or "").lower()
    if name and name not in _MONTHS:
        return None
    month = _MONTHS.index(name) + 1 if name else int(part["month"] or 1)
    hour = int(part["hour"] or 0)
    if half := part["half"]:
        hour = hour % 12 + (12 if half.lower().startswith("p") else 0)
    days, hour = divmod(hour, 24)
    if days > 1 or (days == 1 and hour):
        return None
    second = min(int(part["second"] or 0), 59)  # a leap second
    found = datetime(
        int(part["year"] or 0), month, int(part["day"] or 1), hour, int(part["minute"] or 0), second,
        tzinfo=_zone((part["zone"] or "").lower().replace(" ", "")),
    )  # fmt: skip
    return found + timedelta(days=days)


def _zone(name: str) -> timezone:
    digits = re.search(r"([+-])(\d{1,2}):?(\d{2})?\Z", name)
    if not digits:
        return timezone(timedelta(minutes=_ZONES.get(name, 0)))
    minutes = int(digits[2]) * 60 + int(digits[3] or 0)
    return timezone(timedelta(minutes=-minutes if digits[1] == "-" else minutes)) if minutes < 24 * 60 else UTC
