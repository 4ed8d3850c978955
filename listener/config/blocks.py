"""The blocks of ``config.toml`` that belong to no connector, channel or rule, with their defaults.

``docs/configuration.md`` says what each key means to the people who write it; a test compares the two.
"""

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from listener import __version__
from listener.config.mistakes import did_you_mean
from listener.domain.query import QueryError, parse
from listener.domain.schema import Block, Duration, QueryText
from listener.domain.secret import Secret
from listener.domain.url import host

_SQLITE = "sqlite:///"
_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+")
_ACCOUNT = re.compile(r"[a-z][a-z0-9._-]*:\S.*")


def _wrong(message: str, hint: str = "", **at: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{message}", {"message": message, "hint": hint, **at})


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable() or value != value.strip() or not 0 < len(value) <= 100:
        raise _wrong("a name of 1 to 100 printable characters in quotes is needed")
    return value


Name = Annotated[str, BeforeValidator(_name)]
"""What people call a thing, in the configuration, in SQL and on the command line."""

Enabled = Annotated[bool, Field(strict=True)]
"""A bare ``true`` or ``false``: what is taken for false must also read as false."""

Positive = Annotated[Duration, Field(gt=timedelta(0))]


def _sqlite_url(value: str) -> str:
    if not value.startswith(_SQLITE):
        raise _wrong("only SQLite is supported", 'such as "sqlite:////var/lib/listener/mentions.db"')
    file = value.removeprefix(_SQLITE)
    if not file or file.endswith("/") or file.startswith(":memory:") or "?" in file or not file.isprintable():
        raise _wrong("a file is needed after sqlite:///, without options", 'such as "sqlite:///var/mentions.db"')
    return value


class StoreBlock(Block):
    """``[store]``: where everything is kept, and for how long."""

    url: Annotated[str, AfterValidator(_sqlite_url)] = "sqlite:///var/mentions.db"
    keep_unmatched: Positive = timedelta(days=30)
    keep: Positive | None = None


def _timezone(value: str) -> str:
    try:
        # UTC is known even on a machine without a time zone database
        known = value == "UTC" or bool(ZoneInfo(value))
    except (ValueError, OSError, KeyError):
        known = False
    if not known:
        hint = did_you_mean(value, available_timezones(), '"') or 'such as "Europe/Berlin" or "UTC"'
        raise _wrong("no such time zone in the IANA database", hint)
    return value


class DaemonBlock(Block):
    """``[daemon]``: how the process runs."""

    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    threads: Annotated[int, Field(ge=1, le=256)] = 8
    stop_within: Positive = timedelta(seconds=20)
    step_within: Positive = timedelta(minutes=5)
    heartbeat: Secret | None = None
    state_dir: Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")] | None = None


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise _wrong("a network in CIDR notation is needed", 'such as "127.0.0.1/32" or "fd00::/8"') from None
    raise _wrong("this is an address within a network", f'write "{meant}" for the network')


def _agent(value: str) -> str:
    if not value.strip() or not value.isascii() or not value.isprintable():
        raise _wrong("printable ASCII is needed: it is sent as an HTTP header")
    return value


def _contact(value: str) -> str:
    if not _CONTACT.fullmatch(value.removeprefix("mailto:")):
        raise _wrong("an e-mail address or a URL is needed", 'such as "social-team@example.com"')
    return _agent(value)


class NetBlock(Block):
    """``[net]``: manners and limits of every request."""

    user_agent: Annotated[str, AfterValidator(_agent)] = f"listenerd/{__version__}"
    contact: Annotated[str, AfterValidator(_contact)] | None = None
    allow: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    timeout: Positive = timedelta(seconds=45)
    max_bytes: Annotated[int, Field(ge=10_000)] = 10_000_000
    redirects: Annotated[int, Field(ge=0, le=20)] = 6
    spacing: Duration = timedelta(seconds=2)

    @property
    def agent(self) -> str:
        """The User-Agent as it is sent, with the contact."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent


class JudgeBlock(Block):
    """``[judge]``: which classifier judges, and with how much of the machine."""

    runtime: Literal["onnx", "torch"] = "onnx"
    model: str = "default"
    threads: Annotated[int, Field(ge=1, le=256)] | None = None
    batch: Annotated[int, Field(ge=1, le=1024)] = 64

    @field_validator("model")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != "default" and not value.removeprefix("hf:").strip():
            raise _wrong('the name or path of a model is needed after "hf:"')
        if value != "default" and not value.startswith(("hf:", "/", "./", "../")):
            hint = f'for a Hugging Face model write "hf:{value}", for a folder of our own kind "./{value}"'
            raise _wrong('"default", "hf:NAME-OR-PATH" or a folder is needed', hint)
        return value

    @model_validator(mode="after")
    def _fits(self) -> "JudgeBlock":
        if self.model.startswith("hf:") and self.runtime != "torch":
            raise _wrong("a Hugging Face model needs the torch runtime", 'runtime = "torch"', at="model")
        if self.model == "default" and self.runtime != "onnx":
            raise _wrong(
                "the classifier that comes with listenerd needs the onnx runtime", 'model = "hf:…"', at="runtime"
            )
        return self


def _account(value: str) -> str:
    if not _ACCOUNT.fullmatch(value):
        raise _wrong("an account is written platform:handle", 'such as "x:@acmehelp" or "reddit:u/acme"')
    return value


def _domain(value: str) -> str:
    name = host(value).removeprefix("*.")  # a domain stands for all below it
    if "." not in name or re.search(r"[\s/:@?#*]", value):
        raise _wrong("a bare domain is needed", f'write "{name}"' if "." in name else 'such as "example.com"')
    return name


def _context(value: str) -> str:
    try:
        parse(value)  # most are a word or two, but any query will do
    except QueryError as error:
        context = {"reason": error.message, "position": error.position}
        raise PydanticCustomError("query", "{reason}", context) from None
    return value


class BrandBlock(Block):
    """``[[brand]]``: what is listened for."""

    name: Name
    query: QueryText
    context: tuple[Annotated[str, AfterValidator(_context)], ...] = ()
    context_window: Annotated[int, Field(ge=1, le=1000)] = 25
    exclude: QueryText | None = None
    accounts: tuple[Annotated[str, AfterValidator(_account)], ...] = ()
    domains: tuple[Annotated[str, AfterValidator(_domain)], ...] = ()


class SourceHead(Block):
    """What every ``[[source]]`` has; the rest belongs to its connector."""

    name: Name
    connector: str
    enabled: Enabled = True


class ChannelHead(Block):
    """What every ``[[channel]]`` has; the rest belongs to its type."""

    name: Name
    type: str
    enabled: Enabled = True


class RuleHead(Block):
    """What every ``[[rule]]`` has; the rest belongs to its type."""

    name: Name
    type: str
    enabled: Enabled = True
