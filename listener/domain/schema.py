"""Kinds of values that stand in a configuration: durations, queries, and the manner of every block."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo
from pydantic_core import PydanticCustomError

from listener.domain.query import Query, QueryError, parse

LONGEST = timedelta(days=36_500)
_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(s|sec|m|min|h|d|w)")


class Block(BaseModel):
    """A block of the configuration: frozen, unknown keys refused, bad values never printed by the library."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("duration", 'a duration such as "90 s", "15 min", "1 h" or "2 d" is needed')
    seconds = float(found[1]) * _UNITS[found[2]]
    if seconds > LONGEST.total_seconds():
        raise PydanticCustomError("duration", "at most 100 years (36500 d) are possible")
    return timedelta(seconds=seconds)


def in_words(length: timedelta) -> str:
    """Write a duration the way the configuration does, in the largest unit that fits."""
    seconds = length.total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds / size:.12g} {unit}"
    return f"{seconds:.12g} s"


Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(in_words)]
"""A length of time, written ``"15 min"``."""


def _path(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise PydanticCustomError("path", "a path in quotes is needed")
    folder = (info.context or {}).get("folder", Path())
    return Path(folder) / Path(value).expanduser()


ConfiguredPath = Annotated[Path, BeforeValidator(_path)]
"""A file or folder; a relative one starts in the folder of the configuration."""


def _place(value: Any, info: ValidationInfo) -> str:
    elsewhere = isinstance(value, str) and (value in {"-", "stderr"} or "://" in value)
    return value if elsewhere else str(_path(value, info))


ConfiguredPlace = Annotated[str, BeforeValidator(_place)]
"""As ConfiguredPath, or what is no file: a URL, ``-``, ``stderr``."""


def _query(value: Any) -> Query:
    if isinstance(value, Query):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("query", "a query is a string")
    try:
        return parse(value)
    except QueryError as error:
        raise PydanticCustomError(
            "query", "{reason}", {"reason": error.message, "position": error.position, "query": value}
        ) from None


QueryText = Annotated[Query, BeforeValidator(_query), PlainSerializer(str)]
"""A query; its errors carry ``position`` in their context, for the caret."""
