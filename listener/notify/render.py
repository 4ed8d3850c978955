"""Views poured into templates: the two bodies of a mail."""

import textwrap
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from listener.notify.excerpt import Piece
from listener.notify.message import View

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Environment

_WIDTH = 76
"""Mail clients wrap plain text at 78; the quotation mark takes two."""


def html(view: View) -> str:
    """Render the HTML body, its style written into every element and the dark theme kept in its head."""
    return _inliner().inline(_environment().get_template("mail.html").render(view=view))


def text(view: View) -> str:
    """Render the plain body: lines of at most 78 characters, but for addresses, which must stay whole."""
    return _environment().get_template("mail.txt").render(view=view)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("listener.notify"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(wrapped=_wrapped, starred=_starred)
    return environment


@cache
def _inliner() -> "CSSInliner":
    from css_inline import CSSInliner

    # Nothing is fetched: a template names no other file, and no text of a stranger may make it.
    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, keep_style_tags=False)


def _wrapped(words: str, prefix: str = "") -> str:
    """Wrap one line of words; every line begins with ``prefix``."""
    return textwrap.fill(
        words, _WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False, drop_whitespace=True
    )


def _starred(pieces: Iterable[Piece]) -> str:
    """Mark the matched words the way people do where there is no bold."""
    return "".join(f"*{piece.text}*" if piece.marked else piece.text for piece in pieces)
