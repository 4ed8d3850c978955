"""The list of channels, and what importing it costs."""

import subprocess
import sys

import pytest

from listener.domain.errors import ConfigError
from listener.notify import registry
from listener.notify.channel import Channel
from tests.notify.world import World


def test_every_type_has_its_schema() -> None:
    """Each is a channel whose ``type`` is its name in the registry."""
    assert registry.names() == ("log", "mail", "slack")
    for name in registry.names():
        schema = registry.options(name)
        assert issubclass(schema, Channel)
        assert schema.model_fields["type"].default == name


def test_building_touches_nothing(world: World) -> None:
    """No file, no connection, no secret before the first message."""
    options = registry.options("log")(name="l", path="/no/such/folder/x")  # type: ignore[call-arg]
    assert registry.build("log", options, world.tools)


def test_an_unknown_type_is_named() -> None:
    """With those there are."""
    with pytest.raises(ConfigError, match=r'"fax".*log, mail, slack'):
        registry.options("fax")


def test_libraries_are_imported_when_used() -> None:
    """Reading the configuration of all channels loads neither the Slack SDK nor a template engine."""
    script = (
        "import sys; from listener.notify import registry; [registry.options(n) for n in registry.names()];"
        "print(*sorted({'slack_sdk', 'jinja2', 'css_inline'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
