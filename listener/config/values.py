"""A configuration as the program uses it: frozen and checked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from listener.config.blocks import DaemonBlock, JudgeBlock, NetBlock, StoreBlock
from listener.config.credentials import secrets_in
from listener.config.mistakes import Mistake, dotted
from listener.domain.brand import Brand
from listener.domain.rules.registry import AnyRule
from listener.domain.secret import Secret

Schema = Callable[[], type[BaseModel]]
"""Gives the schema of one type's block; called only for types that the configuration names."""


@dataclass(frozen=True, slots=True)
class Schemas:
    """The types of sources and channels there are, by name."""

    connectors: Mapping[str, Schema]
    channels: Mapping[str, Schema]


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A ``[[source]]``: a connector with its options."""

    name: str
    connector: str
    enabled: bool
    options: BaseModel


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """A ``[[channel]]``: a way to tell somebody."""

    name: str
    type: str
    enabled: bool
    options: BaseModel


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that holds together. ``warnings`` are what is allowed but hardly meant.

    Disabled sources and channels are here, marked so; disabled rules were checked and left out.
    """

    file: Path
    store: StoreBlock
    daemon: DaemonBlock
    net: NetBlock
    judge: JudgeBlock
    brands: tuple[Brand, ...]
    sources: tuple[SourceConfig, ...]
    rules: tuple[AnyRule, ...]
    channels: tuple[ChannelConfig, ...]
    warnings: tuple[Mistake, ...]

    @property
    def folder(self) -> Path:
        """Where relative paths of the configuration start."""
        return self.file.absolute().parent

    @property
    def store_file(self) -> Path:
        """The store's file."""
        return store_file(self.file, self.store)

    @property
    def store_url(self) -> str:
        """The store's SQLAlchemy URL, absolute."""
        return f"sqlite:///{self.store_file}"

    @property
    def state_dir(self) -> Path:
        """Where what is not the store is kept: beside it, unless configured."""
        return self.folder / self.daemon.state_dir if self.daemon.state_dir else self.store_file.parent

    @property
    def model(self) -> str:
        """The judge's model: empty for the one that ships, ``hf:…``, or a folder, absolute."""
        model = self.judge.model
        if model == "default":
            return ""
        return model if model.startswith("hf:") else str(self.folder / model)

    def secrets(self, *, disabled: bool = False) -> Iterator[tuple[str, Secret]]:
        """Yield the secrets of all that is enabled (or of all there is), each with the path of its key."""
        yield from secrets_in(self.daemon, "daemon")
        entries: Mapping[str, Sequence[SourceConfig | ChannelConfig]] = {
            "source": self.sources,
            "channel": self.channels,
        }
        for kind, configured in entries.items():
            for index, entry in enumerate(configured):
                if entry.enabled or disabled:
                    yield from secrets_in(entry.options, dotted((kind, index)))


def store_file(config: Path, store: StoreBlock) -> Path:
    """Say which file a configuration's ``[store]`` names: relative names are relative to the configuration."""
    return config.absolute().parent / store.url.removeprefix("sqlite:///")
