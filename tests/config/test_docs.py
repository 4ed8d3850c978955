"""docs/configuration.md says of every key what the schemas say: that it exists, its type, its default."""

import re
import types
from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import connectors.registry
import listener.notify.registry
from listener import __version__
from listener.config.loading import BLOCKS, LISTS
from listener.domain.query import Query
from listener.domain.rules import registry
from listener.domain.schema import in_words
from listener.domain.secret import Secret, SecretUrl
from listener.notify.channel import Channel

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
ROW = re.compile(r"\| `(?P<key>\w+)` \| (?P<type>[^|]+) \| (?P<default>[^|]+) \| [^|]{10,} \|")
Rows = dict[str, tuple[str, str]]
RULES = cast("dict[str, type[BaseModel]]", registry.TYPES)
WORDS: dict[Any, str] = {
    str: "text",
    Path: "path",
    int: "whole number",
    float: "number",
    bool: "true or false",
    timedelta: "duration",
    Query: "query",
    Secret: "secret",
    SecretUrl: "secret address",
}


def type_words(annotation: Any) -> str:
    """Say a type the way the page does."""
    origin, inner = get_origin(annotation), [one for one in get_args(annotation) if one not in {type(None), ...}]
    if origin is Annotated:
        return type_words(inner[0])
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if origin in {Union, types.UnionType}:
        return " or ".join(type_words(one) for one in inner)
    if origin in {tuple, list, frozenset}:
        return f"list of: {type_words(inner[0])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    return WORDS[annotation]


def default_words(field: FieldInfo) -> str:
    """Say a default the way it would be written in the file."""
    value = field.get_default(call_default_factory=True) if not field.is_required() else None
    if field.is_required():
        return "required"
    if value is None or value in ("", ()):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, timedelta):
        return f'`"{in_words(value)}"`'
    if isinstance(value, str | Path):
        return f'`"{str(value).replace(__version__, "VERSION")}"`'
    return f"`{value}`"


def rows(schema: type[BaseModel]) -> Rows:
    """What the schema says of each key."""
    return {
        field.alias or name: (type_words(field.annotation), default_words(field))
        for name, field in schema.model_fields.items()
    }


def shared(schemas: Iterable[type[BaseModel]]) -> set[str]:
    """The keys that all schemas have."""
    return set.intersection(*(set(rows(schema)) for schema in schemas))


def only(said: Rows, keys: Iterable[str]) -> Rows:
    """Some of the keys."""
    return {key: said[key] for key in keys}


def connector(name: str) -> Rows:
    """What a connector adds to every source."""
    said = rows(connectors.registry.load(name).Options)
    return only(said, said.keys() - LISTS["source"].model_fields.keys())


def rule(name: str = "") -> Rows:
    """What a type of rule adds, or what all have."""
    common = shared(RULES.values())
    said = {**rows(RULES[name or "mention"]), **({} if name else rows(LISTS["rule"]))}
    return only(said, said.keys() - common if name else common | {"enabled"})


def channel(name: str = "") -> Rows:
    """What a type of channel adds or has otherwise, or what all have."""
    common = {**rows(Channel), **rows(LISTS["channel"])}
    if not name:
        return common
    said = rows(listener.notify.registry.options(name))
    return only(said, [key for key in said if key != "type" and said[key] != common.get(key)])


SECTIONS: dict[str, Callable[[], Rows]] = {
    **{f"## `[{name}]`": partial(rows, schema) for name, schema in BLOCKS.items()},
    "## `[[brand]]`": partial(rows, LISTS["brand"]),
    "## `[[source]]`": partial(rows, LISTS["source"]),
    "## `[[rule]]`": rule,
    "## `[[channel]]`": channel,
    **{f"### Connector `{name}`": partial(connector, name) for name in connectors.registry.names()},
    **{f"### Rule `{name}`": partial(rule, name) for name in RULES},
    **{f"### Channel `{name}`": partial(channel, name) for name in listener.notify.registry.names()},
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_each_key_stands_there_as_it_is(heading: str) -> None:
    """Same keys, same types, same defaults, and a meaning."""
    assert found_under(heading) == SECTIONS[heading]()


def test_nothing_else_stands_there() -> None:
    """What is gone from the program is gone from the page."""
    headings = set(re.findall(r"^##+ .*`.*$", PAGE.read_text(), re.MULTILINE))
    assert headings <= SECTIONS.keys()


def found_under(heading: str) -> Rows:
    """Read the table below a heading."""
    page = PAGE.read_text()
    assert f"\n{heading}\n" in page, f"add a section {heading} with a line for each key"
    section = re.split(r"\n##", page.partition(f"\n{heading}\n")[2], maxsplit=1)[0]
    return {row["key"]: (row["type"], row["default"]) for row in ROW.finditer(section)}
