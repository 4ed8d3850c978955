"""E-mail, against a server that speaks STARTTLS, TLS and AUTH."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from listener.domain.alert import IdempotencyKey, Receipt, Severity
from listener.domain.errors import Deferred, Rejected
from listener.notify.channel import REPAIR
from listener.notify.mail import Mail, Options
from listener.notify.smtp import GREYLIST
from tests.notify import samples
from tests.notify.contract import KEY, NEXT, Bench, NotifierContract, told
from tests.notify.mailserver import DROP, Script, serving
from tests.notify.samples import NOW
from tests.notify.world import KEPT, LOST, PASSWORD, World

SENDER = "listenerd <alerts@quillnet.example>"
OPS, PR = "ops@quillnet.example", "pr@quillnet.example"

Make = Callable[..., Mail]

over_tls = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
"""aiosmtpd means STARTTLS by TLS, and does not see that the whole connection is encrypted."""


@pytest.fixture
def make(world: World, starttls: int, trusted: Path) -> Make:
    """Make a channel on the STARTTLS server, options changed at will."""

    def made(**changes: Any) -> Mail:
        base: dict[str, Any] = {
            "name": "ops-mail",
            "host": "127.0.0.1",
            "port": starttls,
            "username": "alerts",
            "password": KEPT,
            "sender": SENDER,
            "to": (OPS, PR),
            "ca_file": trusted,
            "timeout": "5 s",
        }
        return Mail(Options(**{**base, **changes}), world.tools)

    return made


class TestContract(NotifierContract):
    """Mail does what every channel does."""

    @pytest.fixture
    def bench(self, make: Make, script: Script, closed_port: int) -> Bench:
        return Bench(make, lambda: [_read(mail) for mail in script.mails()], PASSWORD, {"port": closed_port})


def _read(mail: Any) -> str:
    """Give the subject and the plain text, unwrapped as a reader's eye does it."""
    text = str(mail["Subject"]) + "\n" + mail.get_body(("plain",)).get_content()
    return re.sub(r"(?<=\S)\r?\n(?:> )?(?=\S)", " ", text)


def test_the_server_is_told_user_and_password_after_starttls(make: Make, script: Script) -> None:
    """A login happens, and only over TLS: the server requires it."""
    receipt = make().send(samples.message(), KEY, None)
    assert script.users == ["alerts"]
    assert script.recipients == [[OPS, PR]]
    assert receipt.detail == "accepted for 2"


@over_tls
def test_tls_from_the_first_byte(make: Make, script: Script, trusted: Path) -> None:
    """The other way of encrypting works too."""
    with serving(script, trusted, tls=True, auth=True) as port:
        make(security="tls", port=port).send(samples.message(), KEY, None)
    assert len(script.taken) == 1


def test_in_the_clear_on_this_machine(make: Make, script: Script) -> None:
    """A relay on this machine needs no encryption and no login."""
    with serving(script) as port:
        make(security="none", port=port, username="", password=None).send(samples.message(), KEY, None)
    assert len(script.taken) == 1


@over_tls
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_somebody_else_is_refused(
    make: Make, script: Script, mismatched: Path, security: str
) -> None:
    """No word goes to a server that cannot prove its name; the cause is told, and it may be mended."""
    with (
        serving(script, mismatched, tls=security == "tls", auth=True) as port,
        pytest.raises(Deferred, match=r"certificate cannot be trusted.*match.*127\.0\.0\.1"),
    ):
        make(security=security, port=port, ca_file=mismatched).send(samples.message(), KEY, None)
    assert not script.users


def test_a_certificate_of_an_unknown_issuer_is_refused(make: Make, script: Script) -> None:
    """Without ca_file the system's authorities count, and they know nothing of this one."""
    with pytest.raises(Deferred, match="name its issuer in ca_file"):
        make(ca_file=None).send(samples.message(), KEY, None)
    assert not script.users


def test_no_starttls_no_mail(make: Make, script: Script) -> None:
    """Where STARTTLS is not offered (or was taken out on the way), nothing is sent in the clear."""
    with serving(script) as port, pytest.raises(Deferred, match="STARTTLS"):
        make(port=port).send(samples.message(), KEY, None)
    assert not script.taken


def test_a_missing_ca_file_is_named(make: Make, tmp_path: Path) -> None:
    """The operator reads which file it is."""
    with pytest.raises(Deferred, match=r"ca_file .*gone\.pem cannot be used: No such file"):
        make(ca_file=tmp_path / "gone.pem").send(samples.message(), KEY, None)


def test_a_wrong_password_waits_for_its_repair(make: Make, world: World) -> None:
    """It may be set right, so the message is not lost; it is asked rarely, so that nothing is locked."""
    world.secret = "wrong-" + PASSWORD
    with pytest.raises(Deferred, match="refuses user name and password") as caught:
        make().send(samples.message(), KEY, None)
    assert caught.value.until == NOW + REPAIR
    assert world.secret not in told(caught.value)


def test_a_login_that_cannot_be_checked_now(make: Make, script: Script) -> None:
    """The server's own trouble is over sooner than a person's repair."""
    script.auth = "454 4.7.0 Temporary authentication failure"
    with pytest.raises(Deferred, match="cannot check the password now") as caught:
        make().send(samples.message(), KEY, None)
    assert caught.value.until == NOW + GREYLIST


def test_a_server_that_says_nothing(make: Make, silent_port: int) -> None:
    """The wait is bounded."""
    with pytest.raises(Deferred, match="in time"):
        make(port=silent_port, timeout="0.2 s").send(samples.message(), KEY, None)


@pytest.mark.parametrize(
    ("banner", "security", "kind", "said"),
    [
        (b"554 5.7.1 Not from your address\r\n", "starttls", Rejected, "554 5.7.1"),
        (b"421 4.3.2 Going down\r\n", "starttls", Deferred, "421 4.3.2"),
        (b"", "starttls", Deferred, "closed the connection"),
        (b"HTTP/1.1 400 Bad Request\r\n", "starttls", Deferred, "400 Bad Request"),
        (b"220 in the clear\r\n", "tls", Deferred, "no TLS"),
    ],
)
def test_odd_greetings(make: Make, banner: bytes, security: str, kind: type[Exception], said: str) -> None:
    """Whoever answers there, and however, the message is refused or waits."""

    def greet(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(banner)
            connection.shutdown(socket.SHUT_WR)
            while banner and connection.recv(1000):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        thread = threading.Thread(target=greet, args=(server,))
        thread.start()
        with pytest.raises(kind, match=said):
            make(port=server.getsockname()[1], security=security).send(samples.message(), KEY, None)
        thread.join()


def test_a_host_without_an_address(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator reads what to check."""

    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(Deferred, match="no address: check host"):
        make(host="mail.nowhere.example").send(samples.message(), KEY, None)


def test_a_name_that_cannot_be_looked_up_now(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to check in the configuration where the name server is down."""

    def down(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", down)
    with pytest.raises(Deferred, match=r"cannot be talked to: Temporary failure in name resolution$"):
        make(host="mail.example").send(samples.message(), KEY, None)


@pytest.mark.parametrize(
    ("host", "said"),
    [("box.quillnet.example", "box.quillnet.example"), ("box", "[127.0.0.1]"), ("bücher.example", "[127.0.0.1]")],
)
def test_the_own_name_is_not_asked_of_dns(
    make: Make, script: Script, monkeypatch: pytest.MonkeyPatch, host: str, said: str
) -> None:
    """A resolver that hangs does not hold up a mail; servers want a whole name or an address."""
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    monkeypatch.delattr(socket, "getfqdn")
    make().send(samples.message(), KEY, None)
    assert script.hello == [said]


def test_a_lost_secret_waits_for_its_repair(make: Make) -> None:
    """The place is named."""
    with pytest.raises(Deferred, match="env LOST is empty"):
        make(password=LOST).send(samples.message(), KEY, None)


def test_a_server_that_echoes_the_password_is_not_quoted(make: Make, script: Script) -> None:
    """No secret in any error, not even in a server's own words."""
    script.mail = f"550 5.7.1 I know that you are {PASSWORD}"
    with pytest.raises(Rejected, match=r"you are \[secret\]") as caught:
        make().send(samples.message(), KEY, None)
    assert PASSWORD not in told(caught.value)


@pytest.mark.parametrize(
    ("where", "answer", "error"),
    [
        ("mail", "451 4.7.1 Greylisted", Deferred),
        ("mail", "550 5.7.30 Basic authentication is not supported", Rejected),
        ("data", "452 4.3.1 Insufficient system storage", Deferred),
        ("data", "554 5.7.1 Spam", Rejected),
        ("data", DROP, Deferred),
    ],
)
def test_refusals_at_every_step(make: Make, script: Script, where: str, answer: str, error: type[Exception]) -> None:
    """The server's answer decides, whenever it comes; a line that breaks after the text is worth another try."""
    setattr(script, where, answer)
    with pytest.raises(error):
        make().send(samples.message(), KEY, None)


def test_refused_recipients_are_named_beside_accepted_ones(make: Make, script: Script) -> None:
    """Who has it has it: the receipt says who has not, and why."""
    script.rcpt[PR] = ["550 5.1.1 User unknown"]
    receipt = make().send(samples.message(), KEY, None)
    assert script.recipients == [[OPS]]
    assert receipt.detail == f"accepted for 1 of 2, refused: {PR} (550 5.1.1 User unknown)"


def test_all_recipients_refused_for_good(make: Make, script: Script) -> None:
    """Nobody will ever get it."""
    script.rcpt = {OPS: ["550 5.1.1 User unknown"], PR: ["550 5.1.1 User unknown"]}
    with pytest.raises(Rejected, match=OPS):
        make().send(samples.message(), KEY, None)


def test_one_recipient_may_be_accepted_later(make: Make, script: Script) -> None:
    """One hope among final refusals is worth coming back for, after the wait that greylisting wants."""
    script.rcpt = {OPS: ["550 5.1.1 User unknown"], PR: ["450 4.7.1 Greylisted, try again"]}
    with pytest.raises(Deferred) as caught:
        make().send(samples.message(), KEY, None)
    assert caught.value.until is not None
    assert (caught.value.until - NOW).total_seconds() >= 300


def test_too_many_recipients_are_served_in_turns(make: Make, script: Script) -> None:
    """4.5.3 asks for another transaction, not for another day."""
    script.rcpt[PR] = ["452 4.5.3 Too many recipients", "250 OK"]
    receipt = make().send(samples.message(), KEY, None)
    assert script.recipients == [[OPS], [PR]]
    assert receipt.detail == "accepted for 2"


def test_a_repeat_has_the_same_message_id(make: Make, script: Script) -> None:
    """Clients show a repeat of the same key once; another key is another mail."""
    for key in (KEY, KEY, NEXT):
        make().send(samples.message(), key, None)
    first, again, other = (mail["Message-ID"] for mail in script.mails())
    assert first == again != other
    assert first.endswith("@quillnet.example>")


def test_updates_join_their_alert(make: Make, script: Script) -> None:
    """References and the first subject make one thread, for Gmail too, though the title has moved on."""
    channel = make()
    receipt: Receipt | None = None
    for number, message in enumerate((samples.message(), samples.follow_up(), samples.follow_up(number=3)), 1):
        receipt = channel.send(message, IdempotencyKey(f"k{number}"), receipt)
    first, second, third = script.mails()
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert third["In-Reply-To"] == second["Message-ID"]
    assert third["References"] == f"{first['Message-ID']} {second['Message-ID']}"
    assert first["Subject"] == second["Subject"] == third["Subject"]
    assert "19 complaint mentions" in _read(second)


def test_a_bare_message_id_is_enough_to_join(make: Make, script: Script) -> None:
    """A receipt that holds no more than an id still threads."""
    make().send(samples.follow_up(), NEXT, Receipt("<first@quillnet.example>"))
    assert script.mails()[0]["References"] == "<first@quillnet.example>"


def test_headers_tell_what_this_is(make: Make, script: Script) -> None:
    """Robots do not answer, lists are filtered, critical is marked."""
    make(list_id="alerts.quillnet.example").send(samples.message(severity=Severity.CRITICAL), KEY, None)
    (mail,) = script.mails()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<alerts.quillnet.example>"
    assert mail["Importance"] == "high"
    assert mail["From"] == SENDER
    assert mail["To"] == f"{OPS}, {PR}"
    assert mail["Date"].datetime == NOW
    assert mail["Subject"] == "[listenerd] critical: Quillnet: 12 complaint mentions by 11 authors within 1 h"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("number", range(len(samples.HOSTILE_TEXTS)))
def test_no_text_becomes_a_header(make: Make, script: Script, number: int) -> None:
    """Nothing a stranger writes adds a header or a line that a server would refuse."""
    make().send(samples.hostile(samples.HOSTILE_TEXTS[number]), KEY, None)
    (mail,) = script.mails()
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "X-Auto-Response-Suppress"),
        *("MIME-Version", "Content-Type"),
    }
    assert not mail.defects
    assert max(map(len, script.taken[0].split(b"\r\n"))) <= 998
    assert "victim@example.org" not in str(mail["To"])


def test_names_in_any_script_reach_the_subject(make: Make, script: Script) -> None:
    """RFC 2047 on the wire, the words in the reader's eye."""
    make().send(samples.message(title="Grüße: Quillnet ist kaputt 🔥 不好"), KEY, None)
    assert script.taken[0].split(b"\r\n\r\n")[0].isascii()
    assert "Grüße: Quillnet ist kaputt 🔥 不好" in str(script.mails()[0]["Subject"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"security": "none", "host": "mail.example"}, "must not travel unencrypted"),
        ({"security": "none", "host": "mail.example", "insecure": True}, "must not travel unencrypted"),
        ({"security": "none", "host": "mail.example", "username": "", "password": None}, "insecure = true"),
        ({"username": ""}, "go together"),
        ({"password": None}, "go together"),
        ({"to": ()}, "at least 1"),
        ({"to": ("nobody",)}, "user@host"),
        ({"sender": "a@b.example\r\nBcc: c@d.example"}, "user@host"),
        ({"sender": "ä@b.example"}, "ASCII"),
        ({"list_id": "two words"}, "pattern"),
        ({"timeout": "0 s"}, "greater than"),
        ({"port": 0}, "greater than"),
        ({"passwort": "x"}, "not permitted"),
    ],
)
def test_options_that_cannot_be_meant(make: Make, changes: dict[str, Any], why: str) -> None:
    """Mistakes are told when the configuration is read."""
    with pytest.raises(ValidationError, match=re.escape(why)):
        make(**changes)


def test_unencrypted_over_the_wire_only_on_purpose() -> None:
    """The flag is there for closed networks."""
    options = Options(name="m", host="mail.example", security="none", insecure=True, sender=SENDER, to=(OPS,))
    assert options.port is None
