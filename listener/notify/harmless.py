"""Text of strangers made fit to print: nothing in it can command a terminal, a header or the reading order."""

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

_MOST_MARKS = 4
"""Combining marks on one letter; no script that people write needs more."""

_JOINERS = "\u200c\u200d"
"""Persian and Indic scripts, and composed emoji, need these two format characters."""

_LONGEST_LINK = 2000

_KEPT = "/?#&=%:;,+@!$'()*~[]-._"
"""What a path or query may hold as it stands."""

_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")


def clean(text: str) -> str:
    """Drop controls, bidi overrides, invisible and half characters; make every white space one blank.

    Applied to pieces of a text it gives the same as applied to the whole, but for blanks where they meet.
    """
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category == "Cs":
            kept.append("\ufffd")
        elif char.isspace() or category in {"Zl", "Zp"}:
            if not kept or kept[-1] != " ":
                kept.append(" ")
        elif category == "Cc" or (category == "Cf" and char not in _JOINERS) or marks > _MOST_MARKS:
            continue
        else:
            kept.append(char)
    return "".join(kept)


def line(text: str, limit: int) -> str:
    """Make one clean line of at most ``limit`` characters, an ellipsis where it was cut."""
    # Cleaning never lengthens, so what lies far beyond the limit need not be looked at.
    cleaned = clean(text[: 4 * limit + 4]).strip()
    return cut(cleaned, limit)


def cut(text: str, limit: int) -> str:
    """Cut at ``limit`` characters, at a blank where one is near, and say so with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    blank = text.rfind(" ", 0, limit)
    # Half a grapheme must not remain: a joiner or mark at the edge belongs to what is cut away.
    return (head[:blank] if blank > limit - 30 and blank > 0 else head).rstrip(" " + _JOINERS) + "…"


def link(url: str) -> str:
    """Give a web address that is safe to follow and to print, or nothing.

    Only http and https with a host and no login; whatever is not plain ASCII is encoded, and so are the characters
    that end a link in HTML, Slack markup or a mail.
    """
    if len(url) > _LONGEST_LINK:
        return ""
    try:
        parts = urlsplit(url)
        place = _place(parts)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not place:
        return ""
    rest = quote(urlunsplit(("", "", parts.path, parts.query, parts.fragment)), safe=_KEPT, errors="replace")
    whole = f"{parts.scheme}://{place}{rest}"
    return whole if len(whole) <= _LONGEST_LINK else ""


def _place(parts: SplitResult) -> str:
    """Give host and port, the host as DNS writes it; empty where it is no host. Raises ValueError too."""
    name = parts.hostname or ""
    name = f"[{name}]" if ":" in name else name if name.isascii() else name.encode("idna").decode()
    port = f":{parts.port}" if parts.port else ""
    return f"{name}{port}" if parts.username is None and _HOST.fullmatch(name) else ""


def host(url: str) -> str:
    """Name the host of a link as people know it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
