"""One conversation with a mail server, and its every ending told as a receipt, Rejected or Deferred."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from listener.domain.errors import Deferred, DeliveryError, Rejected
from listener.domain.scrub import scrub
from listener.notify.channel import REPAIR
from listener.notify.harmless import line
from listener.notify.patience import Patience, TooMuchError

GREYLIST = timedelta(minutes=5)
"""The shortest wait that a greylisting server asks of strangers."""

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")

_QUALIFIED = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where to hand mail in, and how."""

    host: str
    port: int
    security: Security
    timeout: float
    ca_file: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"mail server {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's refusal: code, enhanced code (RFC 3463, may be empty) and its words."""

    code: int
    words: str

    @property
    def enhanced(self) -> str:
        """The enhanced status, the finer and therefore the trusted one."""
        found = _ENHANCED.match(self.words)
        return found[0] if found else ""

    @property
    def passing(self) -> bool:
        """Whether the same message may be taken later: not after a final no, but after what is no answer at all."""
        return not (self.enhanced or str(self.code)).startswith("5")

    def again(self, now: datetime) -> datetime | None:
        """When to come back: a server that may be greylisting wants to be left alone for a while."""
        waits = self.code in {421, 450, 451} or self.enhanced.startswith("4.7.")
        return now + GREYLIST if waits else None

    def __str__(self) -> str:
        return f"{self.code} {line(self.words, 200)}"


def refusal(reply: Reply, what: str, now: datetime) -> DeliveryError:
    """Turn a refusal into the error that says whether to come back."""
    if reply.passing:
        return Deferred(f"{what}: {reply}", until=reply.again(now))
    return Rejected(f"{what}: {reply}")


def hand_in(server: Server, sender: str, to: Sequence[str], mail: bytes, now: datetime) -> dict[str, Reply]:
    """Give a mail to the server; return who was refused while others were not.

    Raises Rejected or Deferred. A connection lost after the text was sent is Deferred: the mail may arrive twice,
    under one Message-ID.
    """
    with _told(server, now):
        client = _connect(server)
        try:
            _greet(client, server)
            return _transact(client, sender, list(to), mail, now)
        finally:
            with suppress(smtplib.SMTPException, OSError, ValueError):
                client.quit()
            client.close()


def _connect(server: Server) -> smtplib.SMTP:
    # Never smtplib's own context, which verifies nothing.
    return _Talk(server, _context(server) if server.security == "tls" else None)


class _Talk(smtplib.SMTP):
    """A conversation that is over in time, however many addresses the server has and however slowly it drips.

    With a context it is secret from the first byte. Some servers quote what they do not like, the password with it:
    it is taken out before anybody reads the reply, and before anybody cuts it.
    """

    def __init__(self, server: Server, secret: ssl.SSLContext | None) -> None:
        self._secret = secret
        self._password = server.password
        self._patience = Patience(server.timeout)
        super().__init__(server.host, server.port, _own_name(), timeout=server.timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        del timeout
        plain = self._patience.connect((host, port))
        return self._secret.wrap_socket(plain, server_hostname=host) if self._secret else plain

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = self._patience.reader(self.sock)
        code, said = super().getreply()
        return code, scrub(_words(said), [self._password]).encode()

    def send(self, s: Any) -> None:
        if self.sock is not None:
            self._patience.bound(self.sock)
        super().send(s)


def _own_name() -> str:
    """Say who calls. Not by DNS, as smtplib would: that can hang for as long as a resolver likes."""
    name = socket.gethostname()
    return name if _QUALIFIED.fullmatch(name) else "[127.0.0.1]"


def _context(server: Server) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise Deferred(f"ca_file {server.ca_file} cannot be used: {said}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _greet(client: smtplib.SMTP, server: Server) -> None:
    """Say hello, go secret, log in. A server that offers no STARTTLS is never trusted in the clear."""
    client.ehlo_or_helo_if_needed()
    if server.security == "starttls":
        client.starttls(context=_context(server))
        client.ehlo()
    if server.username:
        client.login(server.username, server.password)


def _transact(client: smtplib.SMTP, sender: str, to: list[str], mail: bytes, now: datetime) -> dict[str, Reply]:
    """Send to all, and once more to those for whom the server found the list too long (4.5.3)."""
    refused: dict[str, Reply] = {}
    while to:
        answers = _replies(_sendmail(client, sender, to, mail, now, some_have_it=bool(refused)))
        late = [address for address, reply in answers.items() if reply.enhanced == "4.5.3"]
        refused = {**{address: reply for address, reply in refused.items() if address not in to}, **answers}
        to = late if len(late) < len(to) else []
    return refused


def _sendmail(
    client: smtplib.SMTP, sender: str, to: list[str], mail: bytes, now: datetime, *, some_have_it: bool
) -> Mapping[str, tuple[int, bytes]]:
    """Run one transaction. That nobody in it is accepted is an error only if nobody else has the mail."""
    try:
        return client.sendmail(sender, to, mail)
    except smtplib.SMTPRecipientsRefused as error:
        if some_have_it:
            return error.recipients
        raise _nobody(_replies(error.recipients), now) from None


def _replies(answers: Mapping[str, tuple[int, bytes]]) -> dict[str, Reply]:
    return {address: Reply(code, _words(said)) for address, (code, said) in answers.items()}


def _nobody(refused: dict[str, Reply], now: datetime) -> DeliveryError:
    """Nobody was accepted: worth coming back if anybody may be accepted then."""
    passing = [reply for reply in refused.values() if reply.passing]
    said = "; ".join(f"{address}: {reply}" for address, reply in list(refused.items())[:5])
    if passing:
        times = [time for reply in passing if (time := reply.again(now))]
        return Deferred(f"no recipient is accepted yet: {said}", until=max(times, default=None))
    return Rejected(f"no recipient is accepted: {said}")


@contextmanager
def _told(server: Server, now: datetime) -> Iterator[None]:
    """Tell whatever goes wrong as Rejected or Deferred, with the server's name and without the password."""
    try:
        yield
    except DeliveryError:
        raise
    except smtplib.SMTPException as error:
        raise _said_by_server(error, str(server), now) from None
    except (OSError, ValueError) as error:
        raise Deferred(f"{server} cannot be talked to: {_cause(error)}") from None


def _said_by_server(error: smtplib.SMTPException, where: str, now: datetime) -> DeliveryError:
    """Tell what the server answered, or that it would not."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return _no_login(Reply(error.smtp_code, _words(error.smtp_error)), where, now)
        case smtplib.SMTPResponseException():
            return refusal(Reply(error.smtp_code, _words(error.smtp_error)), f"{where} refuses the message", now)
        case smtplib.SMTPNotSupportedError():
            return Deferred(f"{where} does not offer what the configuration asks for: {line(str(error), 150)}")
        case smtplib.SMTPServerDisconnected():
            return Deferred(f"{where} {_ending(error)}")
        case _:
            return Deferred(f"{where}: {line(str(error), 150)}")


def _ending(error: smtplib.SMTPServerDisconnected) -> str:
    """Say how a conversation ended: smtplib calls the connection closed whatever befell it while it read or wrote."""
    match error.__context__:
        case TimeoutError():
            return "did not answer in time"
        case TooMuchError() as cause:
            return f"cannot be talked to: {cause.strerror}"
        case _:
            return "closed the connection"


def _no_login(reply: Reply, where: str, now: datetime) -> DeliveryError:
    """Never final: servers say 535 in their own troubles too, and a password can be set right."""
    if reply.passing:
        return refusal(reply, f"{where} cannot check the password now", now)
    said = f"{where} refuses user name and password ({reply}): set them right in the configuration"
    return Deferred(said, until=now + REPAIR)


def _cause(error: OSError | ValueError) -> str:
    """Name what is wrong on the way to the server, and what to do where a person can do something."""
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"its certificate cannot be trusted ({error.verify_message}): renew it, or name its issuer in ca_file"
            )
        case ssl.SSLError():
            return f"no TLS ({line(error.reason or 'handshake failed', 100)}): check port and security"
        case TimeoutError():
            return "no answer in time"
        case socket.gaierror(errno=why) if why != socket.EAI_AGAIN:
            return "its name has no address: check host"
        case OSError() if error.strerror:
            return line(error.strerror, 150)
        case _:
            return type(error).__name__


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
