"""Mail servers that go wrong while an alert is to be told: what is kept, what is said, and what arrives in the end."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.line.place import BRAND, HEAD, LOG, POSTS
from tests.notify.mailserver import Script, serving
from tests.reliability.shift import EVERY_MENTION, Shift, shift

TEAM = "team@example.com"

MAIL = f"""
[[channel]]
name = "mail"
type = "mail"
host = "127.0.0.1"
port = %d
security = "none"
timeout = "%s"
sender = "listener@example.com"
to = ["{TEAM}"]
"""

OUTBOX = "SELECT state, attempts, error FROM deliveries WHERE channel = 'mail'"


def wire_of(server: SMTP) -> asyncio.WriteTransport:
    """Give the connection on which the server speaks."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    return server.transport


@dataclass
class Slow(Script):
    """Says again and again that it is still thinking, and never what it thinks."""

    thinks: bool = True

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        wire = wire_of(server)
        while self.thinks and not wire.is_closing():
            wire.write(b"250-wait\r\n")
            await asyncio.sleep(0.02)
        return await super().handle_MAIL(server, session, envelope, address, options)


@dataclass
class Forgetful(Script):
    """Takes the first mail and hangs up before it says so."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.taken) == 1:
            wire_of(server).abort()
        return answer


@dataclass
class Mumbling(Script):
    """Takes the first mail and says so a letter at a time, for ever."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        answer = await super().handle_DATA(server, session, envelope)
        wire = wire_of(server)
        if len(self.taken) == 1:
            wire.write(b"250 ")
            while not wire.is_closing():
                wire.write(b"O")
                await asyncio.sleep(0.02)
        return answer


@contextmanager
def telling(folder: Path, script: Script, timeout: str = "20 s") -> Iterator[Shift]:
    """Begin a shift whose alerts go to a mail server and to the log; one post waits to be heard."""
    with serving(script) as port:
        rule = EVERY_MENTION.replace('["log"]', '["mail", "log"]')
        with shift(folder, HEAD + BRAND + LOG + MAIL % (port, timeout) + POSTS + rule) as watch:
            watch.place.post("acme lost my parcel", title="A parcel")
            yield watch


def text(mail: EmailMessage) -> str:
    """Give what a reader without pictures reads."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def waits(watch: Shift, why: str) -> None:
    """Check that the mail waits with its reason, which an operator sees, and that the other channel was told."""
    (waiting,) = watch.ask(OUTBOX)
    assert (waiting["state"], why in waiting["error"]) == ("pending", True), waiting
    assert watch.see("status")["counts"]["to_deliver"] == 1
    assert watch.said("WARNING a message has to wait", "'channel': 'mail'", why)
    assert watch.told() == ["A parcel"]


def arrived(watch: Shift, script: Script, *, attempts: int) -> None:
    """Check that the mail says what was heard, that it is done with, and that nobody was told twice."""
    assert {"lost my parcel" in text(mail) for mail in script.mails()} == {True}
    assert watch.ask(OUTBOX) == [{"state": "sent", "attempts": attempts, "error": ""}]
    assert watch.told() == ["A parcel"]
    watch.run(minutes=60)
    assert watch.count("deliveries") == 2


def test_a_mail_server_that_drips_its_answer(tmp_path: Path) -> None:
    """The conversation is over in time, the other channel is told meanwhile, and the mail goes out afterwards, once."""
    script = Slow()
    with telling(tmp_path, script, timeout="1 s") as watch:
        watch.run()
        waits(watch, "did not answer in time")
        script.thinks = False
        watch.run(minutes=1)
        arrived(watch, script, attempts=2)
    assert len(script.taken) == 1


def test_a_mail_server_that_greylists(tmp_path: Path) -> None:
    """It is left alone for five minutes, and takes the very same mail then."""
    script = Script(mail="451 4.7.1 Greylisted, come again")
    with telling(tmp_path, script) as watch:
        watch.run()
        waits(watch, "451 4.7.1 Greylisted")
        watch.run(minutes=4)
        assert len(script.hello) == 1
        script.mail = "250 OK"
        watch.run(minutes=2)
        arrived(watch, script, attempts=2)
    assert len(script.taken) == 1


def test_a_mail_server_that_refuses(tmp_path: Path) -> None:
    """The message is dead, with the reason; its alert stays open, and the next message reaches who is right by then."""
    script = Script(rcpt={TEAM: ["550 5.1.1 User unknown", "250 OK"]})
    with telling(tmp_path, script) as watch:
        watch.run()
        (dead,) = watch.see("status")["dead_deliveries"]
        assert (dead["channel"], "550 5.1.1 User unknown" in dead["error"]) == ("mail", True)
        assert watch.said("ERROR a message was refused for good", "550 5.1.1 User unknown")
        assert [alert["state"] for alert in watch.see("alerts")] == ["open"]
        assert watch.told() == ["A parcel"]
        watch.place.post("acme lost another one", title="A second")
        watch.run(minutes=2)
        assert [delivery["state"] for delivery in watch.ask(OUTBOX)] == ["dead", "sent"]
        assert watch.told() == ["A parcel", "A second"]
    (mail,) = script.mails()
    assert "lost another one" in text(mail)


@pytest.mark.parametrize(
    ("kind", "why"),
    [(Forgetful, "closed the connection"), (Mumbling, "did not answer in time")],
    ids=["hangs up", "drips"],
)
def test_a_mail_server_that_takes_the_text_and_never_says_so(tmp_path: Path, kind: type[Script], why: str) -> None:
    """Nobody knows whether it took the mail: it goes out again under its own Message-ID, by which readers show one."""
    script = kind()
    with telling(tmp_path, script, timeout="1 s") as watch:
        watch.run()
        waits(watch, why)
        watch.run(minutes=1)
        arrived(watch, script, attempts=2)
    first, second = script.mails()
    assert first["Message-ID"] == second["Message-ID"]
