"""E-mail, handed to an SMTP server over a verified connection."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from listener.domain.alert import IdempotencyKey, Message, Receipt
from listener.domain.schema import ConfiguredPath
from listener.domain.secret import Secret
from listener.notify.channel import LOOPBACK, Channel, Timeout, Tools, fetch
from listener.notify.envelope import compose, join, mailbox, wire
from listener.notify.message import view
from listener.notify.smtp import Reply, Security, Server, hand_in

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _address(written: str) -> str:
    mailbox(written)
    return written


Mailbox = Annotated[str, AfterValidator(_address)]
"""``user@host`` or ``Name <user@host>``"""


class Options(Channel):
    """A ``[[channel]]`` of type mail."""

    type: Literal["mail"] = "mail"
    timeout: Timeout = timedelta(seconds=60)
    """Servers take their time over the end of a mail; to give up there means to send it twice."""
    host: str = Field(min_length=1, pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int | None = Field(default=None, ge=1, le=65535)
    """By default what the security asks for: 587, 465 or 25"""
    security: Security = "starttls"
    insecure: bool = False
    """Lets mail leave this machine unencrypted; never together with a password"""
    username: str = ""
    password: Secret | None = None
    sender: Mailbox
    to: tuple[Mailbox, ...] = Field(min_length=1)
    ca_file: ConfiguredPath | None = None
    """Certificates to trust instead of the system's"""
    list_id: str = Field(default="", pattern=r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+)?$")
    """What List-Id says, like ``alerts.acme.com``, so that people can filter on it"""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password go together")
        if self.security == "none" and self.host not in LOOPBACK:
            if self.password is not None:
                raise ValueError('a password must not travel unencrypted: use security = "starttls" or "tls"')
            if not self.insecure:
                raise ValueError('security = "none" needs a host on this machine, or insecure = true')
        return self


class Mail:
    """Sends alerts by mail. Opens a connection for each message: alerts are rare, and idle ones are dropped."""

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        self._domain = mailbox(options.sender).domain

    def send(self, message: Message, key: IdempotencyKey, previous: Receipt | None) -> Receipt:
        """Hand the mail in. Refused recipients beside accepted ones are named in the receipt."""
        options = self._options
        words = view(message, private=options.private)
        joined = join(key, self._domain, words.subject, previous)
        list_id = f"<{options.list_id or f'listenerd.{self._domain}'}>"
        mail = compose(message, words, joined, options.sender, options.to, list_id)
        sender, to = mailbox(options.sender).addr_spec, [mailbox(address).addr_spec for address in options.to]
        refused = hand_in(self._server(), sender, list(dict.fromkeys(to)), wire(mail), self._tools.now())
        return Receipt(reference=joined.reference, detail=_detail(len(set(to)), refused))

    def _server(self) -> Server:
        options = self._options
        return Server(
            host=options.host,
            port=options.port or _PORTS[options.security],
            security=options.security,
            timeout=options.timeout.total_seconds(),
            ca_file=options.ca_file,
            username=options.username,
            password=fetch(options.password, self._tools) if options.password else "",
        )


def _detail(asked: int, refused: dict[str, Reply]) -> str:
    """Say who got it, and name who did not and why."""
    if not refused:
        return f"accepted for {asked}"
    said = "; ".join(f"{address} ({reply})" for address, reply in refused.items())
    return f"accepted for {asked - len(refused)} of {asked}, refused: {said}"


def build(options: Options, tools: Tools) -> Mail:
    """Make the channel."""
    return Mail(options, tools)
