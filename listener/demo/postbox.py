"""A mail server that takes everything and keeps it: as much of SMTP (RFC 5321) as a client needs to hand in mail."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer

_LONGEST = 100_000


class Postbox(ThreadingTCPServer):
    """Answers on a loopback port until it is shut down. ``taken`` are the mails as they came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[bytes] = []

    @property
    def port(self) -> int:
        """Where it answers."""
        return int(self.server_address[1])


class _Handler(StreamRequestHandler):
    """One conversation."""

    server: Postbox

    def handle(self) -> None:
        """Greet, obey until QUIT or until the client hangs up."""
        self._say("220 postbox.nuthatch.example")
        while line := self.rfile.readline(_LONGEST):
            verb = line[:4].upper().strip()
            if verb == b"QUIT":
                self._say("221 bye")
                return
            self._obey(verb)

    def _obey(self, verb: bytes) -> None:
        if verb == b"DATA":
            self._say("354 go on, end with a dot")
            self.server.taken.append(self._text())
            self._say("250 taken")
        elif verb in {b"EHLO", b"HELO", b"MAIL", b"RCPT", b"RSET", b"NOOP"}:
            self._say("250 fine")
        else:
            self._say("502 not here")

    def _text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline(_LONGEST)) not in {b".\r\n", b""}:
            # a line that begins with a dot was given a second one (RFC 5321, 4.5.2)
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


def parsed(raw: bytes) -> EmailMessage:
    """Read a mail as its reader's program does."""
    mail = message_from_bytes(raw, policy=policy.default)
    if not isinstance(mail, EmailMessage):
        raise TypeError("the default policy makes an EmailMessage")
    return mail
