# ruff: noqa: ARG002, N802 (aiosmtpd calls these methods by its own names, with all it knows)
"""A mail server on this machine that can be told how to answer, and certificates for it."""

import asyncio
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.notify.world import PASSWORD

DROP = "drop"
"""An answer that is none: the connection ends."""


@dataclass
class Script:
    """What to answer: to the sender, to each recipient in turn, to the text, to a login; and what was taken."""

    mail: str = "250 OK"
    rcpt: dict[str, list[str]] = field(default_factory=dict)
    data: str = "250 OK"
    auth: str = ""
    taken: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    hello: list[str] = field(default_factory=list)
    """The names by which callers gave themselves out"""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        self.hello.append(str(session.host_name))
        return self.mail

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answers = self.rcpt.get(address, [])
        answer = answers.pop(0) if len(answers) > 1 else answers[0] if answers else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data == DROP:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 nobody hears this"
        if self.data.startswith("2"):
            self.taken.append(envelope.original_content or b"")
            self.recipients.append(list(envelope.rcpt_tos))
        return self.data

    def mails(self) -> list[EmailMessage]:
        """Parse what was taken. No property: aiosmtpd looks at the value of every attribute for each caller."""
        return [_parsed(raw) for raw in self.taken]


def _parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


class _OnFreePort(Controller):
    """Lets the system choose the port and hangs up when stopped, neither of which the base class can."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        self._calls: list[SMTP] = []
        super().__init__(*args, **settings)

    def factory(self) -> SMTP:
        server: SMTP = super().factory()  # type: ignore[no-untyped-call]
        self._calls.append(server)
        return server

    def stop(self, no_assert: bool = False) -> None:  # noqa: FBT001, FBT002 - the base class's signature
        self.loop.call_soon_threadsafe(self._hang_up)
        super().stop(no_assert)

    def _hang_up(self) -> None:
        for server in self._calls:
            if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def serving(script: Script, certificate: Path | None = None, *, tls: bool = False, auth: bool = False) -> Iterator[int]:
    """Serve ``script`` on a free port; with a certificate by STARTTLS, or by TLS from the first byte."""
    # Named, or the server itself would ask DNS who it is.
    settings: dict[str, Any] = {"decode_data": False, "server_hostname": "mail.test"}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        settings |= {"ssl_context": context} if tls else {"tls_context": context, "require_starttls": True}
    if auth:
        settings |= {"authenticator": _authenticator(script), "auth_required": True, "auth_require_tls": not tls}
    controller = _OnFreePort(script, hostname="127.0.0.1", port=0, **settings)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _authenticator(script: Script) -> Any:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
        assert isinstance(login, LoginPassword)
        script.users.append(login.login.decode())
        if script.auth:
            return AuthResult(success=False, handled=False, message=script.auth)
        return AuthResult(success=login.password == PASSWORD.encode(), handled=False)

    return check


def certificate(folder: Path, host: str) -> Path:
    """Make a certificate that vouches for itself and for ``host``; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    kept = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / f"{host}.pem"
    path.write_bytes(kept + made.public_bytes(serialization.Encoding.PEM))
    return path
