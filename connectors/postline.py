"""One line of JSON Lines to one post: the fields of ``Post`` by name, checked, with the reason where one is bad."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.feeddates import read_date
from listener.domain.plaintext import one_line, tidy
from listener.domain.post import Author, Post

KINDS = frozenset(("article", "post", "comment", "review", "message"))
_COUNTS = ("reach", "replies", "shares", "likes")
_LARGEST = 2**53


class BadLineError(Exception):
    """A line that is no post. ``reason`` is one of a few phrases; the message says what is wrong with which field."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(f"{reason}: {message}" if message else reason)
        self.reason = reason


def read_line(data: bytes, platform: str, now: datetime) -> Post:
    """Read a post; raises BadLineError. ``platform`` is taken where the line names none; unknown fields are ignored."""
    fields = _object(data)
    native_id, url = _id(fields), _string(fields, "url").strip()
    if not native_id and not url:
        raise BadLineError("no id", "one of native_id and url is required")
    title, text = one_line(_string(fields, "title")), tidy(_string(fields, "text"))
    if not title and not text:
        raise BadLineError("no text", "one of text and title is required")
    named = one_line(_string(fields, "platform")) or platform
    return Post(
        platform=named,
        native_id=native_id or url,
        url=url,
        kind=_kind(fields),
        community=one_line(_string(fields, "community")),
        author=_author(fields.get("author"), named),
        created_at=_date(fields, "created_at", now, required=True),
        edited_at=_date(fields, "edited_at", now),
        title=title,
        text=text,
        lang_hint=one_line(_string(fields, "lang_hint")),
        parent_id=_string(fields, "parent_id").strip(),
        root_id=_string(fields, "root_id").strip(),
        rating=_rating(fields.get("rating")),
        private=_flag(fields.get("private")),
        media=_strings(fields, "media"),
        links=_strings(fields, "links"),
        **{name: count for name in _COUNTS if (count := _count(fields, name)) is not None},
    )


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadLineError("not UTF-8", f"byte {error.start} of the line") from error
    except json.JSONDecodeError as error:
        raise BadLineError("not JSON", f"{error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise BadLineError("not JSON", "nested too deeply, or a number without end") from error
    if not isinstance(found, dict):
        raise BadLineError("not an object", f"a line is one JSON object, and this is a {type(found).__name__}")
    return found


def _bad(name: str, wanted: str) -> BadLineError:
    return BadLineError("bad field", f"{name} must be {wanted}")


def _string(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isascii() else _well_formed(value)
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith("_id"):
        return str(value)
    raise _bad(name, "a string")


def _well_formed(value: str) -> str:
    return value.encode("utf-8", "replace").decode("utf-8")


def _id(fields: Mapping[str, Any]) -> str:
    native_id = one_line(_string(fields, "native_id"))
    if len(native_id) > 1_000:
        raise _bad("native_id", "at most 1000 characters long")
    return native_id


def _kind(fields: Mapping[str, Any]) -> str:
    kind = _string(fields, "kind") or "post"
    if kind not in KINDS:
        raise _bad("kind", f"one of {', '.join(sorted(KINDS))}")
    return kind


def _date(fields: Mapping[str, Any], name: str, now: datetime, *, required: bool = False) -> datetime | None:
    value = fields.get(name)
    if value is None:
        if required:
            raise BadLineError("no date", f"{name} is required")
        return None
    found = _instant(value, now)
    if found is None:
        raise BadLineError("bad date", f"{name} must be a date like 2026-01-31T08:00:00Z, after 1990 and not to come")
    return found


def _instant(value: Any, now: datetime) -> datetime | None:
    if isinstance(value, str):
        return read_date(value, now)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e13:
        return None
    seconds = value / 1000 if value > 1e11 else value
    return read_date(datetime.fromtimestamp(seconds, UTC).isoformat(), now)


def _author(value: Any, platform: str) -> Author | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        handle = one_line(_well_formed(value))
        return Author(platform, handle, handle=handle.removeprefix("@"))
    if not isinstance(value, dict):
        raise _bad("author", "a handle or an object")
    handle = one_line(_string(value, "handle"))
    native_id = one_line(_string(value, "native_id")) or handle
    if not native_id:
        raise _bad("author", "an object with native_id or handle")
    return Author(
        one_line(_string(value, "platform")) or platform,
        native_id,
        handle.removeprefix("@"),
        one_line(_string(value, "name")),
        _count(value, "followers"),
    )


def _count(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LARGEST:
        raise _bad(name, "a whole number, 0 or more")
    return value


def _rating(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _bad("rating", "a number")
    return float(value)


def _flag(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise _bad("private", "true or false")


def _strings(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _bad(name, "a list of strings")
    return tuple(_well_formed(item) for item in value[:1_000])
