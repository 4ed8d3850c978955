"""Finds and reads ``config.toml``: every block against its schema, then whether the blocks fit together."""

import codecs
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from listener.config.blocks import (
    BrandBlock,
    ChannelHead,
    DaemonBlock,
    JudgeBlock,
    NetBlock,
    RuleHead,
    SourceHead,
    StoreBlock,
)
from listener.config.mistakes import ConfigErrors, Mistake, did_you_mean, dotted, is_slip, listed
from listener.config.review import Document, Review
from listener.config.toml_positions import Path as TomlPath
from listener.config.toml_positions import Positions
from listener.config.values import ChannelConfig, Config, Schema, Schemas, SourceConfig, store_file
from listener.domain.brand import Brand
from listener.domain.errors import ConfigError
from listener.domain.match import BrandQuery
from listener.domain.rules import registry as rules
from listener.domain.rules.registry import AnyRule

VARIABLE = "LISTENER_CONFIG"
SYSTEM_WIDE = Path("/etc/listener/config.toml")
BLOCKS: Mapping[str, type[BaseModel]] = {
    "store": StoreBlock,
    "daemon": DaemonBlock,
    "net": NetBlock,
    "judge": JudgeBlock,
}
LISTS: Mapping[str, type[BaseModel]] = {
    "brand": BrandBlock,
    "source": SourceHead,
    "rule": RuleHead,
    "channel": ChannelHead,
}

B = TypeVar("B", bound=BaseModel)

_RULES = cast("Mapping[str, Schema]", {name: partial(rules.TYPES.__getitem__, name) for name in rules.TYPES})
_KIND_WORDS = {"source": "connector", "rule": "type of rule", "channel": "type of channel"}
_CONTACT_HINT = 'write contact = "you@example.com" (yours) below [net]'
# what tomllib says → what the writer has probably done
_SYNTAX_HINTS = {
    "Invalid value": ": text stands in quotes, true and false are lower case",
    "Invalid statement": ": key = value, [block] or [[block]] is needed",
    "Cannot overwrite a value": ": this key stands twice",
    "Unescaped '\\' in a string": ": write it twice, or use 'single quotes'",
}


def find(explicit: Path | None, environ: Mapping[str, str], folder: Path) -> Path:
    """Say which file configures us; ``folder`` is the working directory.

    What is named outright (``--config``, then the variable) is taken even if it is not there, so that a slip of
    the pen is an error and not another configuration.
    """
    if explicit is not None:
        return explicit
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    for candidate in (folder / "config.toml", SYSTEM_WIDE):
        if candidate.exists():
            return candidate
    near = next((name for name in environ if is_slip(name, VARIABLE, likeness=0.85)), "")
    raise ConfigError(
        f"no configuration: neither --config nor ${VARIABLE} is given, and there is no "
        f"{folder / 'config.toml'} and no {SYSTEM_WIDE}" + (f"; ${near} is set, was ${VARIABLE} meant?" if near else "")
    )


def stray_variables(environ: Mapping[str, str], config: Config) -> tuple[str, ...]:
    """Name the variables that look like ours and mean nothing: misspelt ones, mostly."""
    used = {VARIABLE, *(secret.env for _, secret in config.secrets(disabled=True))}
    return tuple(sorted(name for name in environ if name.startswith("LISTENER_") and name not in used))


def load(file: Path, schemas: Schemas) -> Config:
    """Read and check ``file``. Raises ConfigError if it cannot be read, ConfigErrors with all that is wrong in it."""
    return _Loading(Review(_read(file)), schemas).config()


def load_store_file(file: Path) -> Path:
    """Read where the store lies and no more, for those who ask it. Raises ConfigError, ConfigErrors."""
    review = Review(_read(file))
    store = review.check(StoreBlock, ("store",)) or StoreBlock()
    if review.mistakes:
        raise ConfigErrors(str(file), review.mistakes)
    return store_file(file, store)


def _read(file: Path) -> Document:
    try:
        data = file.read_bytes()
    except IsADirectoryError:
        raise ConfigError(f"{file}: this is a directory; name the file in it") from None
    except OSError as error:
        raise ConfigError(f"{file}: {(error.strerror or 'cannot be read').lower()}") from None
    text = _decoded(file, data)
    try:
        return Document(file, tomllib.loads(text), Positions(text))
    except ValueError as error:  # TOMLDecodeError, or Python's own for a number of thousands of digits
        raise _broken(file, *_syntax(str(error), text)) from None
    except RecursionError:
        raise _broken(file, "arrays or tables are nested too deeply") from None


def _decoded(file: Path, data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _broken(file, "this is UTF-16; save it as UTF-8", 1, 1)
    if data.startswith(codecs.BOM_UTF8):
        raise _broken(file, "the file begins with a byte order mark; save it as UTF-8 without one", 1, 1)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        raise _broken(file, "this is not UTF-8; save the file as UTF-8", line, column) from None
    if not text.strip():
        raise _broken(file, "the file is empty; the config.toml that comes with listenerd is a complete example")
    return text


def _syntax(message: str, text: str) -> tuple[str, int, int]:
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if found is None:
        return message, 0, 0
    if found[2] is None:
        return "a bracket, brace or quote is still open at the end of the file", text.rstrip().count("\n") + 1, 1
    what = found[1][:1].lower() + found[1][1:] + _SYNTAX_HINTS.get(found[1], "")
    return what, int(found[2]), int(found[3])


def _broken(file: Path, message: str, line: int = 0, column: int = 0) -> ConfigErrors:
    return ConfigErrors(str(file), [Mistake(message, line=line, column=column)])


class _Loading:
    """Reads every block of one document, then looks whether they fit together."""

    def __init__(self, review: Review, schemas: Schemas) -> None:
        self._review = review
        self._document = review.document
        self._schemas = schemas

    def config(self) -> Config:
        self._review.literal_secrets()
        self._top()
        check, schemas = self._review.check, self._schemas
        config = Config(
            file=self._document.file,
            store=check(StoreBlock, ("store",)) or StoreBlock(),
            daemon=check(DaemonBlock, ("daemon",)) or DaemonBlock(),
            net=check(NetBlock, ("net",)) or NetBlock(),
            judge=check(JudgeBlock, ("judge",)) or JudgeBlock(),
            brands=tuple(self._brands()),
            sources=tuple(
                SourceConfig(head.name, head.connector, head.enabled, options)
                for head, options in self._typed("source", SourceHead, "connector", schemas.connectors)
            ),
            rules=tuple(
                cast("AnyRule", rule) for head, rule in self._typed("rule", RuleHead, "type", _RULES) if head.enabled
            ),
            channels=tuple(
                ChannelConfig(head.name, head.type, head.enabled, options)
                for head, options in self._typed("channel", ChannelHead, "type", schemas.channels)
            ),
            warnings=(),
        )
        self._fit()
        if self._review.mistakes:
            raise ConfigErrors(str(self._document.file), self._review.mistakes)
        self._look_twice(config)
        return replace(config, warnings=tuple(self._review.warnings))

    def _top(self) -> None:
        for key in self._document.values:
            home = next((name for name, schema in BLOCKS.items() if key in schema.model_fields), None)
            if home and key not in BLOCKS:
                self._review.refuse((key,), "unknown key here", f"it belongs below [{home}]", show=False)
            elif key not in BLOCKS and key not in LISTS:
                self._review.unknown((key,), [*BLOCKS, *LISTS])

    def _brands(self) -> Iterator[Brand]:
        for path in self._tables("brand"):
            block = self._review.check(BrandBlock, path)
            if block is not None:
                query = BrandQuery(block.name, block.query, block.context, block.exclude, block.context_window)
                yield Brand(block.name, query, block.accounts, block.domains)

    def _typed(self, kind: str, head: type[B], word: str, types: Mapping[str, Schema]) -> Iterator[tuple[B, BaseModel]]:
        """Read a list of blocks whose key ``word`` says which schema the rest of the block follows."""
        ours = head.model_fields.keys()
        for path in self._tables(kind):
            table = self._document.get(path)
            first = self._review.check(head, path, without=table.keys() - ours)
            name = table.get(word)
            if isinstance(name, str) and name not in types:
                hint = did_you_mean(name, types, '"') or f"there are: {listed(types)}"
                self._review.refuse((*path, word), f"there is no such {_KIND_WORDS[kind]}", hint)
            if not isinstance(name, str) or name not in types:
                continue
            schema = types[name]()
            rest = self._review.check(schema, path, without=ours - schema.model_fields.keys(), also_known=ours)
            if first is not None and rest is not None:
                yield first, rest

    def _tables(self, kind: str) -> Iterator[TomlPath]:
        entries = self._document.get((kind,))
        if entries is not None and not isinstance(entries, list):
            self._review.refuse((kind,), "there may be several of these", f"write [[{kind}]]", show=False)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping):
                yield kind, index
            else:
                self._review.refuse((kind, index), "a table is needed", f"write [[{kind}]] and its keys below")

    def _named(self, kind: str) -> Iterator[tuple[TomlPath, str]]:
        """Yield the paths and names of all blocks of a list, sound or not."""
        for path in self._tables(kind):
            name = self._document.get((*path, "name"))
            if isinstance(name, str):
                yield path, name

    def _fit(self) -> None:
        for kind in LISTS:
            self._refuse_doubles(kind)
        for path in self._tables("rule"):
            brand = self._document.get((*path, "brand"))
            if brand:  # empty: all brands
                self._refuse_stranger((*path, "brand"), "brand", brand)
            channels = self._document.get((*path, "channels"))
            for index, channel in enumerate(channels if isinstance(channels, list) else ()):
                self._refuse_stranger((*path, "channels", index), "channel", channel)
        for kind, aim in (("brand", "for"), ("source", "to")):
            if not self._document.get((kind,)):
                self._review.refuse((kind,), f"there is no [[{kind}]]: nothing to listen {aim}", show=False)
        if self._document.get(("source",)) and not self._enabled("source"):
            self._review.refuse(("source",), "every source is disabled: nothing to listen to", show=False)

    def _refuse_doubles(self, kind: str) -> None:
        seen: dict[str, TomlPath] = {}
        for path, name in self._named(kind):
            # case does not tell two names apart for people who type them
            first = seen.setdefault(name.casefold(), path)
            if first != path:
                line, _ = self._document.positions.of_key((*first, "name"))
                self._review.refuse((*path, "name"), f"this name is taken by {dotted(first)}, line {line}")

    def _refuse_stranger(self, path: TomlPath, kind: str, name: Any) -> None:
        known = [one for _, one in self._named(kind)]
        if isinstance(name, str) and name not in known:
            hint = did_you_mean(name, known, '"') or f"there are: {listed(known)}"
            self._review.refuse(path, f"there is no {kind} of this name", hint)

    def _enabled(self, kind: str) -> set[str]:
        return {name for path, name in self._named(kind) if self._document.get((*path, "enabled")) is not False}

    def _look_twice(self, config: Config) -> None:
        """Warn of what is allowed, but leaves somebody without what they probably expect."""
        awake = self._enabled("channel")
        for path, name in self._named("rule"):
            channels = self._document.get((*path, "channels")) or []
            if name in self._enabled("rule") and not awake.intersection(channels):
                why = "its channels are all disabled" if channels else "it has no channels"
                self._review.doubt(path, f'nobody is told when "{name}" fires: {why}')
        if config.net.contact is None:
            self._review.doubt(("net",), "no contact: sites that mind our requests can only block us", _CONTACT_HINT)
