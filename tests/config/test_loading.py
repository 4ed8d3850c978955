"""The configuration: what is accepted, and everything that is refused with its place and what would be right."""

import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, model_validator

import connectors.registry
import listener.notify.registry
from listener.config import Config, ConfigErrors, Schemas, find, load, stray_variables
from listener.config.loading import SYSTEM_WIDE
from listener.config.toml_positions import Positions
from listener.domain.errors import ConfigError
from listener.domain.schema import Block, Duration
from listener.domain.secret import Secret, SecretUrl

CORPUS = Path(__file__).parent / "corpus"
EXAMPLE = Path(__file__).parents[2] / "config.toml"
SECRETS = "s3cr3t"


class Rss(Block):
    """A connector's options, as the real ones look."""

    urls: tuple[str | SecretUrl, ...] = Field(min_length=1)
    every: Duration = timedelta(minutes=15)


class Mail(Block):
    """A channel's options that repeat what every channel has."""

    name: str
    type: str
    enabled: bool = True
    host: str
    username: str = ""
    password: Secret | None = None
    sender: str
    to: tuple[str, ...] = Field(min_length=1)


class Slack(Block):
    """A channel's own options alone."""

    webhook: Secret


def schema(block: type[BaseModel]) -> Callable[[], type[BaseModel]]:
    """Hand a schema in."""
    return lambda: block


SCHEMAS = Schemas({"rss": schema(Rss)}, {"mail": schema(Mail), "slack": schema(Slack), "log": schema(Block)})
MINIMAL = (CORPUS / "good_minimal.toml").read_text()


def said_of(file: Path) -> str:
    """Everything that is said about a bad file, without the folder it lies in."""
    with pytest.raises(ConfigErrors) as caught:
        load(file, SCHEMAS)
    return str(caught.value).replace(str(file), file.name) + "\n"


def loaded(tmp_path: Path, text: str) -> Config:
    """Load a text."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load(file, SCHEMAS)


@pytest.mark.parametrize("expected", sorted(CORPUS.glob("bad_*.txt")), ids=lambda file: file.stem)
def test_bad_file_is_refused_with_all_its_mistakes(expected: Path) -> None:
    """What is said stands beside each file, to the letter."""
    assert said_of(expected.with_suffix(".toml")) == expected.read_text()


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("bad_syntax_value", "bad_syntax_value.toml:3: "),
        ("bad_syntax_twice", "bad_syntax_twice.toml:3: "),
        ("bad_syntax_end", "bad_syntax_end.toml:3: a bracket, brace or quote is still open"),
        ("bad_syntax_escape", "bad_syntax_escape.toml:2: "),
    ],
)
def test_what_is_no_toml_is_refused_at_its_line(name: str, start: str) -> None:
    """The words are tomllib's, and differ between versions of Python."""
    assert said_of(CORPUS / f"{name}.toml").startswith(start)


def test_the_corpus_is_whole() -> None:
    """Every bad file has its expected words, but those that Python words."""
    worded = {file.stem for file in CORPUS.glob("bad_*.txt")}
    assert {file.stem for file in CORPUS.glob("bad_*.toml") if "syntax" not in file.stem} == worded


@pytest.mark.parametrize("file", sorted(CORPUS.glob("bad_*.toml")), ids=lambda file: file.stem)
def test_no_secret_is_ever_printed(file: Path) -> None:
    """Not in the message, not in its parts, and not by a schema's own words."""
    with pytest.raises(ConfigErrors) as caught:
        load(file, SCHEMAS)
    assert SECRETS not in str(caught.value)
    assert SECRETS not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_schemas_own_words_are_cleaned(tmp_path: Path) -> None:
    """A validator that quotes values gives nothing away."""

    class Careless(Block):
        token: Any
        url: str

        @model_validator(mode="after")
        def _careless(self) -> "Careless":
            raise ValueError(f"{self.url} does not take {self.token}")

    text = """
        [[channel]]
        name = "careless"
        type = "careless"
        token = "s3cr3t-token"
        url = "https://example.com/x?key=s3cr3t-too"
    """
    (tmp_path / "config.toml").write_text(MINIMAL + text)
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path / "config.toml", Schemas(SCHEMAS.connectors, {"careless": schema(Careless)}))
    assert "https://example.com/x?key=… does not take …" in str(caught.value)
    assert SECRETS not in str(caught.value)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("good_*.toml")), ids=lambda file: file.stem)
def test_good_file_is_accepted(file: Path) -> None:
    """Whatever TOML can write, the configuration can be written in."""
    config = load(file, SCHEMAS)
    assert [brand.name for brand in config.brands] == ["Acme"]
    assert config.sources[0].name == "press"


def test_everything_is_read() -> None:
    """Values arrive as what they mean."""
    config = load(CORPUS / "good_everything.toml", SCHEMAS)
    brand = config.brands[0]
    assert config.store_url == "sqlite:////var/lib/listener/mentions.db"
    assert config.state_dir == CORPUS / "state"
    assert (config.store.keep, config.store.keep_unmatched) == (timedelta(days=365), timedelta(weeks=1))
    assert config.daemon.stop_within == timedelta(seconds=5)
    assert config.net.agent == "acme-listener/1 (+https://acme.com/contact)"
    assert config.net.allow == ("127.0.0.1/32", "fd00::/8")
    assert brand.query.context_window == 10
    assert brand.query.context == ("router", "app")
    assert brand.accounts == ("x:@acmehelp", "reddit:u/acme_official")
    assert brand.domains == ("acme.com", "xn--acm-dma.example")
    assert [(one.name, one.enabled) for one in config.sources] == [("press", True), ("asleep", False)]
    assert [rule.name for rule in config.rules] == ["each"]
    assert [(one.name, one.enabled) for one in config.channels] == [("mail", True), ("slack", False), ("log", True)]
    assert isinstance(config.sources[0].options, Rss)
    assert config.sources[0].options.every == timedelta(hours=1)
    assert config.warnings == ()


def test_secrets_of_what_is_enabled_are_named() -> None:
    """`listener check` looks each of them up."""
    config = load(CORPUS / "good_everything.toml", SCHEMAS)
    assert [(path, str(secret)) for path, secret in config.secrets()] == [
        ("source[0].urls[1]", "env CLIPPINGS_URL"),
        ("channel[0].password", "file smtp-password"),
    ]


def test_relative_paths_start_beside_the_configuration(tmp_path: Path) -> None:
    """A service has no working directory that means anything."""
    config = loaded(tmp_path, MINIMAL)
    assert config.store_url == f"sqlite:///{tmp_path}/var/mentions.db"
    assert config.store_file == tmp_path / "var" / "mentions.db"
    assert config.state_dir == tmp_path / "var"


def test_the_runtime_must_be_able_to_run_the_model(tmp_path: Path) -> None:
    """Said before the daemon starts, not by it."""
    with pytest.raises(ConfigErrors, match=r'judge\.runtime = "torch": .* needs the onnx runtime\n    model = "hf:…"'):
        loaded(tmp_path, MINIMAL + '[judge]\nruntime = "torch"\n')


@pytest.mark.parametrize(
    ("written", "meant"),
    [("default", ""), ("hf:acme/mood", "hf:acme/mood"), ("./own", "{}/own"), ("/srv/own", "/srv/own")],
)
def test_a_model_ships_or_is_named_or_lies_in_a_folder(tmp_path: Path, written: str, meant: str) -> None:
    """A relative folder starts beside the configuration, as all paths do."""
    runtime = "torch" if written.startswith("hf:") else "onnx"
    config = loaded(tmp_path, MINIMAL + f'[judge]\nruntime = "{runtime}"\nmodel = "{written}"\n')
    assert config.model == meant.format(tmp_path)


def test_what_is_hardly_meant_is_warned_of(tmp_path: Path) -> None:
    """A rule whose channels all sleep tells nobody; a listener without contact gets blocked."""
    text = """
        [[rule]]
        name = "quiet"
        type = "mention"
        channels = ["log"]
        [[rule]]
        name = "mute"
        type = "mention"
        [[rule]]
        name = "asleep"
        type = "mention"
        enabled = false
        [[channel]]
        name = "log"
        type = "log"
        enabled = false
    """
    config = loaded(tmp_path, MINIMAL + text)
    assert str(config.warnings[1]) == 'line 8: rule[1]: nobody is told when "mute" fires: it has no channels'
    assert [warning.rendered("c").partition("\n")[0] for warning in config.warnings] == [
        'c:4: rule[0]: nobody is told when "quiet" fires: its channels are all disabled',
        'c:8: rule[1]: nobody is told when "mute" fires: it has no channels',
        "c: net: no contact: sites that mind our requests can only block us",
    ]


def connector_options(name: str) -> type[BaseModel]:
    """The real schema of a connector."""
    return connectors.registry.load(name).Options


def test_the_example_is_complete() -> None:
    """The config.toml at the top is accepted with the real schemas, and starts without any key."""
    schemas = Schemas(
        {name: partial(connector_options, name) for name in connectors.registry.names()},
        {name: partial(listener.notify.registry.options, name) for name in listener.notify.registry.names()},
    )
    config = load(EXAMPLE, schemas)
    assert len(config.brands) == 2
    assert {rule.type for rule in config.rules} == {"mention", "frequency"}
    assert {one.name: one.enabled for one in config.channels} == {"log": True, "ops-mail": False, "ops-slack": False}
    assert list(config.secrets()) == []
    assert all(warning.path == "net" for warning in config.warnings)


def test_what_is_named_outright_is_taken(tmp_path: Path) -> None:
    """--config before $LISTENER_CONFIG before the working directory, whether there or not."""
    (tmp_path / "config.toml").touch()
    environ = {"LISTENER_CONFIG": "/from/environ.toml"}
    assert find(Path("given.toml"), environ, tmp_path) == Path("given.toml")
    assert find(None, environ, tmp_path) == Path("/from/environ.toml")
    assert find(None, {}, tmp_path) == tmp_path / "config.toml"


@pytest.mark.skipif(SYSTEM_WIDE.exists(), reason="this machine has a configuration of its own")
def test_no_configuration_names_the_places_and_the_slip(tmp_path: Path) -> None:
    """A misspelt variable is named too."""
    with pytest.raises(ConfigError, match=r"no configuration: .*config\.toml and no /etc/listener/config\.toml$"):
        find(None, {"PATH": "/bin"}, tmp_path)
    with pytest.raises(ConfigError, match=r"\$LISTENER_CONFG is set, was \$LISTENER_CONFIG meant"):
        find(None, {"LISTENER_TOKEN": "", "LISTENER_CONFG": "x"}, tmp_path)


def test_variables_that_mean_nothing_are_named(tmp_path: Path) -> None:
    """Those that the configuration refers to mean something."""
    config = loaded(tmp_path, MINIMAL + SLACK + "enabled = false\n")
    environ = {"LISTENER_CONFIG": "", "LISTENER_HOOK": "", "LISTENER_CONF": "", "PATH": ""}
    assert stray_variables(environ, config) == ("LISTENER_CONF",)


SLACK = """
[[channel]]
name = "slack"
type = "slack"
webhook = { env = "LISTENER_HOOK" }
"""


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Absent, or a directory."""
    with pytest.raises(ConfigError, match=r"absent\.toml: no such file or directory"):
        load(tmp_path / "absent.toml", SCHEMAS)
    with pytest.raises(ConfigError, match="this is a directory"):
        load(tmp_path, SCHEMAS)


def test_deep_nesting_is_an_error_not_a_crash(tmp_path: Path) -> None:
    """Whatever the parser's limit is, it is told as a mistake of the file."""
    with pytest.raises(ConfigErrors):
        loaded(tmp_path, f"x = {'[' * 5000}{']' * 5000}\n")


def test_numbers_too_large_are_an_error_not_a_crash(tmp_path: Path) -> None:
    """A duration longer than Python can hold."""
    with pytest.raises(ConfigErrors, match="store"):
        loaded(tmp_path, '[store]\nkeep = "99999999999999 d"\n')
    with pytest.raises(ConfigErrors, match=r"daemon\.threads: must be at most 256"):
        loaded(tmp_path, f"[daemon]\nthreads = 0x{'f' * 9000}\n")
    with pytest.raises(ConfigErrors):
        loaded(tmp_path, f"[daemon]\nthreads = {'9' * 9000}\n")


GOOD = (CORPUS / "good_everything.toml").read_text()
PLACES: Mapping[Any, Any] = {
    path: place
    for path, place in Positions(GOOD).places.items()
    if place.end > place.start and place.key != place.start
}
REPLACEMENTS = ['""', '"x"', "0", "-1", "1.5", "true", "[]", "[[]]", "{}", "{ a = 1 }", "1979-05-27", "nan", "[{}, 1]"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(sorted(PLACES, key=str)), value=st.sampled_from(REPLACEMENTS))
def test_any_value_in_any_place_is_taken_or_refused_there(tmp_path: Path, path: Any, value: str) -> None:
    """Nothing but ConfigErrors comes out."""
    place = PLACES[path]
    text = GOOD[: place.start] + value + GOOD[place.end :]
    tomllib.loads(text)
    with suppress(ConfigErrors):
        loaded(tmp_path, text)
