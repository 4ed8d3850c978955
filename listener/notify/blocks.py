"""A view as Slack's Block Kit, within its limits, with nothing in it that pings or formats by a stranger's will.

Texts of strangers stand in ``rich_text`` and ``plain_text``, which Slack does not parse; what our ``mrkdwn`` lines
name is escaped. Mentions are broken everywhere, since clients and bridges differ in what they parse.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from listener.notify.excerpt import plain
from listener.notify.harmless import cut
from listener.notify.message import Quote, View

Block = dict[str, Any]

HEADER = 150
SECTION = 3000
MOST_BLOCKS = 50
TOTAL = 12_000
"""Slack refuses a message whose blocks come near 13,200 characters in all, counted somehow; this stays below."""

FALLBACK = 4000
"""Slack advises no more of ``text``."""

_CONTEXT = 1000
"""Ours; Slack states no limit for a context line."""

_MENTION = re.compile(r"<(?=[!@#])|@(?=(?:channel|here|everyone|group)\b)|&(?=#?\w{1,8};)", re.IGNORECASE)
_MARKUP = re.compile(r"`|(?<!\w)[*_~]|[*_~](?!\w)")
"""Marks format only at a word's edge; within one (``some_name``) they stay, so that names can be copied."""

_ENTITY = re.compile(r"&[a-z]{0,3}$")
_BREAK = "\u2060"
"""A word joiner: nothing to see, and no longer a mention."""


def blocks(view: View) -> list[Block]:
    """Lay the view out; leave excerpts out from the end until it fits, and say how many."""
    for shown in range(len(view.quotes), -1, -1):
        laid = [*_head(view), *_quotes(view, shown), *_foot(view)]
        if len(laid) <= MOST_BLOCKS and size(laid) <= TOTAL:
            break
    return laid


def fallback(view: View) -> str:
    """Write what notifications and screen readers get in place of the blocks."""
    first = view.quotes[0] if view.quotes else None
    said = [view.subject, view.summary, (first.withheld or cut(plain(first.pieces), 300)) if first else ""]
    link = first.link.replace("&", "&amp;") if first else ""
    return "\n".join(filter(None, (escaped("\n".join(filter(None, said)), 900), link)))


def size(laid: list[Block]) -> int:
    """Count the way Slack may: UTF-16 units of the whole JSON."""
    return units(json.dumps(laid, ensure_ascii=False, separators=(",", ":")))


def units(text: str) -> int:
    """Count UTF-16 units, in which an emoji is two: never fewer than Slack counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def broken(text: str) -> str:
    """Break mentions: ``<!channel>``, ``<@U…>``, ``@everyone``, and entities that could become one: ``&lt;``."""
    return _MENTION.sub(lambda found: found[0] + _BREAK, text)


def escaped(text: str, limit: int) -> str:
    """Escape for mrkdwn, break mentions and markup; cut *after* that, never inside an entity."""
    safe = _MARKUP.sub(lambda found: _BREAK + found[0] + _BREAK, broken(text))
    safe = safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if units(safe) <= limit:
        return safe
    return _ENTITY.sub("", _fitting(safe, limit - 1)).rstrip() + "…"


def _fitting(text: str, limit: int) -> str:
    """Cut to ``limit`` UTF-16 units, never inside a character."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * limit].decode("utf-16-le", "ignore")


def _head(view: View) -> Iterator[Block]:
    mark = "[TEST] " if view.drill else ""
    standing = f"{view.severity}, {view.state}" if view.state else view.severity
    title = f"{mark}{standing}: {view.title.removeprefix(mark)}"
    yield {"type": "header", "text": _plain(title, HEADER)}
    if view.drill:
        yield _section(f"*{view.drill}*")
    yield _section(f"*{escaped(view.summary, 500)}*\n{escaped(view.reason, SECTION - 600)}".rstrip())


def _quotes(view: View, shown: int) -> Iterator[Block]:
    for quote in view.quotes[:shown]:
        yield {"type": "divider"}
        yield from _quote(quote)
    if shown < len(view.quotes):
        yield _context(f"… {len(view.quotes) - shown} more did not fit here")
    if view.more:
        yield _context(view.more)


def _quote(quote: Quote) -> Iterator[Block]:
    who = " · ".join(filter(None, (quote.author, quote.reach, quote.place, quote.when)))
    yield _context(who)
    if quote.withheld:
        yield _section(f"_{escaped(quote.withheld, 500)}_")
    elif quote.pieces or quote.title:
        yield {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": list(_words(quote))}]}
    judged = "\n".join(filter(None, (f"Classifier: {quote.judged}", quote.copies)))
    yield _context(judged)
    # A link's own text must not hold a bar or bracket; the address holds none after cleaning.
    target = f"<{quote.link.replace('&', '&amp;')}|Read it on {escaped(quote.host, 300)}>"
    yield _section(target if quote.link else "No link is known.")


def _words(quote: Quote) -> Iterator[Block]:
    """Write title and text as elements; the matched words are bold."""
    if quote.title:
        yield _element(broken(quote.title) + ("\n" if quote.pieces else ""), italic=True)
    for piece in quote.pieces:
        yield _element(broken(piece.text), bold=piece.marked)


def _element(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _foot(view: View) -> Iterator[Block]:
    steps = (("To say that you are on it", view.acknowledge), ("To close the alert", view.resolve))
    lines = [f"{what}: `{escaped(how.replace('`', ''), 500)}`" for what, how in steps if how]
    yield {"type": "divider"}
    if lines:
        yield _section("\n".join(lines))
    yield _context(f"{view.update} · {view.at} · rule {view.rule} · open since {view.opened}")


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text, _CONTEXT)]}


def _plain(text: str, limit: int) -> Block:
    """Give a text that Slack does not parse."""
    safe = broken(text)
    fits = safe if units(safe) <= limit else _fitting(safe, limit - 1).rstrip() + "…"
    return {"type": "plain_text", "text": fits, "emoji": False}


def _mrkdwn(text: str) -> Block:
    # Verbatim: Slack makes no links and no channel names out of bare words.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
