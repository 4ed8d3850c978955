"""What a message says, in words, ready for any channel: the one place where an alert becomes prose."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from listener.domain.alert import AlertState, Excerpt, Message, place
from listener.notify.excerpt import Piece, snippet
from listener.notify.harmless import host, line, link
from listener.notify.prose import counted, judged, local

QUOTED = 5
"""Excerpts shown; the rest is counted. Five keep a mail below the 102 kB at which Gmail clips."""

_QUOTE = 700
"""Characters of one quoted text."""

_WITHHELD = (
    "This text was sent to you in private, and this channel is not marked private = true: only the link is given."
)


@dataclass(frozen=True, slots=True)
class Quote:
    """One excerpt, all of it clean. ``pieces`` are empty where the text is withheld and ``withheld`` says why."""

    pieces: tuple[Piece, ...]
    title: str
    author: str
    reach: str
    place: str
    when: str
    judged: str
    link: str
    host: str
    copies: str
    withheld: str


@dataclass(frozen=True, slots=True)
class View:
    """A message in words. Every text is one clean line, or pieces of such lines."""

    subject: str
    """What a list of mails or a notification shows, ``[TEST]`` first on a drill"""
    title: str
    severity: str
    state: str
    """Empty while the alert is open"""
    summary: str
    """How much there is by now, and how much of it is new"""
    reason: str
    brand: str
    rule: str
    opened: str
    at: str
    quotes: tuple[Quote, ...]
    more: str
    """What is not quoted, counted; empty where all is"""
    acknowledge: str
    resolve: str
    update: str
    """Which message of which alert this is"""
    drill: str
    """Empty but on a drill"""


def view(message: Message, *, private: bool) -> View:
    """Put a message into words; ``private`` tells whether the channel may quote what was sent in private."""
    zone = _zone(message.timezone)
    drill = "[TEST] " if message.test else ""
    title = line(message.title, 200) or f"{line(message.rule, 80)}: something happened"
    known = message.brand.casefold() in title.casefold()
    state = "" if message.state is AlertState.OPEN else message.state.value
    brand = line(message.brand, 80)
    said = title if known else f"{brand}: {title}"
    return View(
        subject=f"{drill}[listenerd] {message.severity.value}: {said}",
        title=f"{drill}{said}",
        severity=message.severity.value,
        state=state,
        summary=_summary(message, zone),
        reason=line(message.reason, 500),
        brand=brand or "any",
        rule=line(message.rule, 80),
        opened=local(message.opened_at, zone),
        at=local(message.at, zone),
        quotes=tuple(_quote(excerpt, zone, private=private) for excerpt in message.excerpts[:QUOTED]),
        more=_more(message),
        acknowledge=line(message.acknowledge, 200) if not state else "",
        resolve=line(message.resolve, 200) if message.state is not AlertState.RESOLVED else "",
        update=f"Message {message.number} of alert {message.alert_id}",
        drill="This is a drill: somebody is testing this channel. Nothing has happened." if message.test else "",
    )


def _zone(name: str) -> tzinfo:
    """Find the zone. One that is not known here must not hold a message back: its times are then UTC, and say so."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _summary(message: Message, zone: tzinfo) -> str:
    """Say how many mentions belong to the alert, and how many of them are new to the reader."""
    total = f"{counted(message.events, 'mention')} so far"
    if message.number > 1 and message.held_back:
        last = f" of {local(message.last_at, zone)}" if message.last_at else ""
        return f"{total}, {message.held_back:,} more since the last message{last}."
    return f"{total}."


def _more(message: Message) -> str:
    """Count what is not quoted: of the whole alert in its first message, of what is new in a later one."""
    told = message.held_back if message.number > 1 else message.events
    left = told - min(len(message.excerpts), QUOTED)
    return f"{counted(left, 'more mention')}, not quoted here" if left > 0 else ""


def _quote(excerpt: Excerpt, zone: tzinfo, *, private: bool) -> Quote:
    """Put one excerpt into words. Of a withheld one nothing remains that its author wrote, nor who that is."""
    hidden = excerpt.private and not private
    safe = link(excerpt.url)
    where = line(place(excerpt.platform, excerpt.url), 80)
    community = line(excerpt.community, 80)
    return Quote(
        pieces=() if hidden else snippet(excerpt.text, excerpt.marks, _QUOTE),
        title="" if hidden else line(excerpt.title, 150),
        author="" if hidden else line(excerpt.author, 80) or "unknown author",
        reach="" if hidden else _reach(excerpt.reach),
        place=f"{where}, {community}" if community and not hidden else where,
        when=local(excerpt.posted_at, zone),
        judged=judged(excerpt.judgement),
        link=safe,
        host=host(safe),
        copies=f"{counted(excerpt.copies, 'more copy', 'more copies')} of the same story" if excerpt.copies > 0 else "",
        withheld=_WITHHELD if hidden else "",
    )


def _reach(number: int | None) -> str:
    return "reach unknown" if number is None else f"reach {number:,}"
