"""Messages to send: a plain one of a fictional brand, and the worst that strangers may write."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from listener.domain.alert import AlertState, Excerpt, Message, Severity
from listener.domain.judgement import Judgement, Sentiment
from listener.domain.text import Span

NOW = datetime(2026, 3, 9, 13, 5, tzinfo=UTC)
"""The time of every clock in these tests"""

ANGRY = Judgement(
    model="m",
    language="en",
    sentiment=Sentiment(0.91, 0.07, 0.02),
    heads={"complaint": 0.84, "anger": 0.12, "spam": 0.01},
)
UNSURE = Judgement(
    model="m",
    language="en",
    sentiment=Sentiment(0.48, 0.41, 0.11),
    heads={"complaint": 0.44},
    abstained="low confidence",
)
FOREIGN = Judgement(model="m", language="pt", abstained="language pt is not supported")


def spans(text: str, *words: str) -> tuple[Span, ...]:
    """Mark the first place of each word."""
    return tuple(Span(text.index(word), text.index(word) + len(word)) for word in words)


_ROUTER = (
    "Third evening in a row that my Quillnet router drops the line right in the middle of dinner calls with my kids. "
    "Support keeps telling me to restart it. Anybody else on firmware 4.2 seeing this, or is it just my street?"
)
_APP = "quillnet app logs me out every hour now. wonderful. who tests these updates"
_LETTER = "Quillnet: os técnicos vieram ontem e a internet voltou, mas a fatura continua errada."


def excerpt(text: str = _ROUTER, **changes: object) -> Excerpt:
    """Give an excerpt, marked where it says the brand."""
    base = Excerpt(
        text=text,
        marks=spans(text, "Quillnet") if "Quillnet" in text else (),
        title="",
        author="marta_runs",
        reach=12_400,
        platform="reddit",
        community="r/HomeNetworking",
        url="https://www.reddit.com/r/HomeNetworking/comments/1b9xk2/quillnet_drops/",
        posted_at=NOW - timedelta(minutes=11),
        judgement=ANGRY,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def message(**changes: object) -> Message:
    """Give the first message of an alert."""
    base = Message(
        alert_id=42,
        number=1,
        rule="complaints-pile-up",
        brand="Quillnet",
        severity=Severity.WARNING,
        state=AlertState.OPEN,
        title="Quillnet: 12 complaint mentions by 11 authors within 1 h",
        reason=(
            "The rule complaints-pile-up asks for 10 complaint mentions by 5 authors within 1 h; "
            "there are 12 by 11 authors."
        ),
        excerpts=(
            excerpt(
                title="Quillnet router drops every evening since the 4.2 update",
                marks=spans(_ROUTER, "Quillnet", "router"),
                copies=3,
            ),
            excerpt(
                _APP,
                marks=spans(_APP, "quillnet app"),
                author="@tobias_w",
                reach=310,
                platform="mastodon",
                community="",
                url="https://mastodon.example/@tobias_w/112233",
                judgement=UNSURE,
            ),
            excerpt(
                _LETTER,
                marks=spans(_LETTER, "Quillnet"),
                author="Inês",
                reach=None,
                platform="forum",
                community="Clientes",
                url="https://forum.example/t/fatura/88",
                judgement=FOREIGN,
            ),
        ),
        events=12,
        held_back=0,
        opened_at=NOW - timedelta(minutes=2),
        at=NOW,
        acknowledge="listener alerts ack 42",
        resolve="listener alerts resolve 42",
        timezone="Europe/Berlin",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def follow_up(**changes: object) -> Message:
    """Give a later message of the same alert, its title moved on."""
    later: dict[str, object] = {
        "number": 2,
        "title": "Quillnet: 19 complaint mentions by 17 authors within 1 h",
        "events": 19,
        "held_back": 7,
        "at": NOW + timedelta(hours=1),
    }
    return message(**{**later, **changes})


PINGS = "<!channel> <!here|here> <!everyone> <@U123ABC> <#C99|general> <!subteam^S1> @everyone @channel @here"
MARKUP = "`code` ```pre``` *bold* _it_ ~gone~ > quoted <https://evil.example|your bank> &lt;!channel&gt; :fire:"
INJECTION = "Hi\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script> =?utf-8?q?a=0d=0aBcc:_x=40example.org?="
CONTROLS = "\x00\x07\x1b[31mred\x1b[0m \u202egnp.exe\u202c \u2066iso\u2069 \ufeff\u200b\ud83d lone \U000e0041tag"
ZALGO = "a" + "\u0301" * 500
RTL = "שלום Quillnet، الخدمة سيئة جدا ולא עובד"
EMOJI = "👩‍👩‍👧‍👦🏴‍☠️🔥" * 400
LONG_WORD = "Quillnet" + "x" * 20_000
HUGE = ("lorem ipsum " * 90_000) + "Quillnet router broke"

HOSTILE_TEXTS = (
    "",
    " \n\t ",
    PINGS,
    MARKUP,
    INJECTION,
    CONTROLS,
    ZALGO,
    RTL,
    EMOJI,
    LONG_WORD,
    HUGE,
    "<b>&amp;" * 3000,
    "\n" * 5000,
    "{{ 7*7 }} {% for %} {0} %s",
)
BAD_URLS = (
    "",
    "javascript:alert(1)",
    "https://user:pw@evil.example/",
    'https://x.example/"><script>|*',
    "https://x.example/\r\nBcc: a@b",
    "https://münchen.example/straße?q=ü",
    "http://[::1",
    "ftp://x.example/",
    "https://x.example/" + "a" * 5000,
)


def hostile(text: str) -> Message:
    """Put one text wherever a stranger, or a name taken from a stranger, can put it."""
    nasty = excerpt(
        text,
        title=text,
        author=text,
        community=text,
        platform=text[:2000],
        url=BAD_URLS[len(text) % len(BAD_URLS)],
        marks=(Span(3, 9), Span(0, 5), Span(-4, 2), Span(7, 10**9), Span(10**8, 10**9)),
        judgement=replace(FOREIGN, abstained=text or None),
    )
    zone = "No/Such" + text[:20]
    return message(title=text, reason=text, brand=text, rule=text, excerpts=(nasty,) * 9, timezone=zone)
