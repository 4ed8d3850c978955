"""``config.toml`` → frozen, checked values, or every mistake in it at once.

Connectors' and channels' own schemas are handed in: this package knows neither.
"""

from listener.config.loading import find, load, load_store_file, stray_variables
from listener.config.mistakes import ConfigErrors, Mistake
from listener.config.values import ChannelConfig, Config, Schemas, SourceConfig

__all__ = [
    "ChannelConfig",
    "Config",
    "ConfigErrors",
    "Mistake",
    "Schemas",
    "SourceConfig",
    "find",
    "load",
    "load_store_file",
    "stray_variables",
]
