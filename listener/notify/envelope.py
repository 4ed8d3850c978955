"""The mail itself: headers that say what it is and which thread it belongs to, and its two bodies."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from listener.domain.alert import IdempotencyKey, Message, Receipt, Severity
from listener.notify import render
from listener.notify.harmless import line
from listener.notify.message import View

_SUBJECT = 160
"""Characters of a subject; phones show the first 40, and no folded header line comes near 998 bytes."""

_REFERENCE = re.compile(r"(<[^<>\s]{3,300}>)(?: (<[^<>\s]{3,300}>)(?: (.{1,400}))?)?")


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a mail stands in its alert's thread: its own id, the one it answers, the first one, the subject.

    Gmail joins mails only where References *and* subject agree, so the first subject stays, however the numbers in
    the title have moved. That is why the receipt carries it.
    """

    own: str
    parent: str
    root: str
    subject: str

    @property
    def reference(self) -> str:
        """What the receipt keeps of it, the Message-ID first."""
        return f"{self.own} {self.root} {self.subject}"


def join(key: IdempotencyKey, domain: str, subject: str, previous: Receipt | None) -> Joined:
    """Find a mail's place. The same key has the same Message-ID for ever, so that clients show a repeat once."""
    own = f"<{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()[:40]}@{domain}>"
    subject = header(subject)
    found = _REFERENCE.fullmatch(previous.reference) if previous else None
    if found is None or found[1] == own:
        return Joined(own, "", own, subject)
    return Joined(own, found[1], found[2] or found[1], header(found[3] or "") or subject)


def compose(message: Message, view: View, joined: Joined, sender: str, to: Sequence[str], list_id: str) -> EmailMessage:
    """Write the mail: plain text and HTML, and headers by which robots and list filters know it."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = mailbox(sender)
    mail["To"] = [mailbox(address) for address in to]
    mail["Subject"] = joined.subject
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = joined.own
    if joined.parent:
        mail["In-Reply-To"] = joined.parent
        mail["References"] = joined.parent if joined.root == joined.parent else f"{joined.root} {joined.parent}"
    mail["List-Id"] = list_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if message.severity is Severity.CRITICAL:
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    # Quoted-printable keeps every line short, whatever a stranger wrote, and needs no 8BITMIME on the way.
    mail.set_content(render.text(view), cte="quoted-printable")
    mail.add_alternative(render.html(view), subtype="html", cte="quoted-printable")
    return mail


def wire(mail: EmailMessage) -> bytes:
    """Write the mail as it travels.

    A subject in ASCII stays on one line: folded, it reaches some clients with a blank more, and no longer threads. One
    with encoded words must be folded, for each of these may have 75 characters.
    """
    width = 998 if str(mail["Subject"]).isascii() else 78
    return mail.as_bytes(policy=policy.SMTP.clone(max_line_length=width))


def header(words: str) -> str:
    """Make words fit for a header: one line, and nothing that a reader would take for an encoded word."""
    return line(words, _SUBJECT).replace("=?", "= ?")


def mailbox(written: str) -> Address:
    """Read ``Name <user@host>`` or ``user@host``. Raises ValueError."""
    name, address = parseaddr(written)
    if not address.isascii() or "@" not in address or not written.isprintable() or " " in address:
        raise ValueError("an address user@host is needed, in ASCII (write the domain as punycode)")
    return Address(display_name=line(name, 100), addr_spec=address)
