"""The connectors by name."""

import subprocess
import sys
from importlib import import_module

import pytest
from pydantic import BaseModel

from connectors import registry
from listener.domain.errors import ConfigError
from tests.connectors.contract import ConnectorContract


@pytest.mark.parametrize("name", registry.names())
def test_every_connector_has_its_parts(name: str) -> None:
    """Options that are frozen, strict and silent about values, and a way to build it."""
    kind = registry.load(name)
    assert issubclass(kind.Options, BaseModel)
    assert callable(kind.build)
    config = kind.Options.model_config
    assert (config["frozen"], config["extra"], config["hide_input_in_errors"]) == (True, "forbid", True)
    assert "keep_all" in kind.Options.model_fields


@pytest.mark.parametrize("name", registry.names())
def test_every_connector_runs_the_contract(name: str) -> None:
    """In a module of its own beside this one."""
    module = import_module(f"tests.connectors.test_{name}_contract")
    assert [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, ConnectorContract)
        if each.__module__ == module.__name__
    ]


def test_an_unknown_connector_is_named() -> None:
    """With those there are."""
    with pytest.raises(ConfigError, match=r"'rrs'.*rss"):
        registry.load("rrs")


def test_the_registry_is_light() -> None:
    """No connector is imported before it is asked for."""
    code = "import sys, connectors.registry; print(sorted({'feedparser', 'lxml', 'selectolax'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
