"""HTML to plain text that keeps its paragraphs, and plain text made fit to store."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML = 1_000_000
"""What stands further down is not read."""

_DEEPEST = 2_000
"""The parser's time grows with the square of the depth; of what nests deeper, the words alone are read."""

_PARAGRAPH, _LINE, _BREAK, _CELL, _HARD = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
"""Private-use marks, so that white space of the source can be told from ours. Lines meet, breaks add up."""

_PARAGRAPHS = "p,h1,h2,h3,h4,h5,h6,ul,ol,dl,pre,table,blockquote,figure,hr,article,section,header,footer,aside"
_LINES = "div,li,dt,dd,tr,figcaption,address,caption,main,nav,option,details,summary,legend,fieldset,center"
_UNREAD = "script,style,template,head,noscript,iframe,object,svg,math,textarea,select,audio,video,canvas"
_AROUND = dict.fromkeys(_PARAGRAPHS.split(","), _PARAGRAPH) | dict.fromkeys(_LINES.split(","), _LINE)
_AFTER = {"br": _BREAK, "td": _CELL, "th": _CELL}
_DROPPED = frozenset(_UNREAD.split(","))

_TAG = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9:-]*(?:\s[^<>]*)?/?|!--|!\[CDATA\[)", re.DOTALL)
_ANY_TAG = re.compile(r"<[^<>]*>")
_NESTING = re.compile(
    r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|source|t[drh]|track|wbr)\b)[a-z]",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ESCAPED_MARKUP = re.compile(r"<(?:/(?:p|a|div|em|strong|blockquote|ul|ol|li|span|h[1-6])|br\s*/?|p)>", re.IGNORECASE)
_PRE = re.compile(r"(</?pre\b[^<>]*>)", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BLANKS = re.compile(r"[^\S\n]+")
_MARKS = re.compile(f"[{_PARAGRAPH}{_LINE}{_BREAK}{_CELL}{_HARD}\x00]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028]")


@dataclass(frozen=True, slots=True)
class Read:
    """What a piece of HTML holds: its text, and its links and pictures as they stand there."""

    text: str = ""
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


def tidy(text: str) -> str:
    """Make plain text fit to store: no control characters, no lone surrogates, no two empty lines in a row."""
    if _is_tidy(text):
        return text.strip()
    text = _LINE_ENDS.sub("\n", text.replace("\u2029", "\n\n"))
    text = _BLANKS.sub(" ", _UNPRINTABLE.sub("", text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", text)).strip()


def _is_tidy(text: str) -> bool:
    """Say at little cost whether a text is tidy but for its ends: most are, and patterns take their time."""
    blanks = "  " in text or " \n" in text or "\n " in text or "\n\n\n" in text
    return not blanks and text.replace("\n", "").isprintable()


def one_line(text: str) -> str:
    """Make plain text fit to be a title or a name."""
    return " ".join(tidy(text).split())


def has_markup(text: str) -> bool:
    """Say whether a text can be meant as HTML: it holds a tag or an entity."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def from_html(html: str) -> str:
    """Turn HTML into plain text, paragraphs kept."""
    return read(html).text


def title_from_html(html: str) -> str:
    """Turn a title that may hold markup into one plain line."""
    return one_line(from_html(html) if _TAG.search(html) else unescape(html))


def read(html: str) -> Read:
    """Read text, links and pictures of a piece of HTML; markup escaped once too often is read too."""
    if not _TAG.search(html):
        text = unescape(html)
        return read(text) if text != html and _ESCAPED_MARKUP.search(text) else Read(tidy(text))
    found = _parsed(html)
    if html.count("<") <= 2 and _ESCAPED_MARKUP.search(found.text):  # wrapped in one element at most
        inner = _parsed(found.text)
        return Read(inner.text, (*found.links, *inner.links), (*found.images, *inner.images))
    return found


def _parsed(html: str) -> Read:
    html = html[:MAX_HTML]
    tree = LexborHTMLParser(_shielded(_ANY_TAG.sub(" ", html) if _is_too_deep(html) else html))
    nodes = _nodes(tree)
    links = tuple(href for node in nodes if node.tag == "a" and (href := node.attributes.get("href")))
    images = tuple(src for node in nodes if node.tag == "img" and (src := node.attributes.get("src")))
    for node in reversed([node for node in nodes if node.tag in _DROPPED]):  # from the inside out
        node.decompose()
    _mark(_nodes(tree))
    return Read(_broken(tree.body.text() if tree.body else ""), links, images)


def _nodes(tree: LexborHTMLParser) -> list[LexborNode]:
    """List all elements; a selector for each kind of them would take several times as long."""
    return list(tree.root.traverse()) if tree.root else []


def _is_too_deep(html: str) -> bool:
    if html.count("<") <= _DEEPEST:
        return False
    depth = 0
    for tag in _NESTING.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return True
    return False


def _shielded(html: str) -> str:
    """Drop what would be mistaken for our marks, and open CDATA sections, which HTML takes for comments."""
    if not html.isascii() or "\x00" in html:
        html = _SURROGATE.sub("\ufffd", _MARKS.sub("", html))
    html = html.replace("<![CDATA[", "").replace("]]>", "") if "<![CDATA[" in html else html
    return _with_kept_lines(html) if "<pre" in html.lower() else html


def _with_kept_lines(html: str) -> str:
    """Mark the line breaks of preformatted text, which mean something."""
    pieces = _PRE.split(html)
    depth = 0
    for place, piece in enumerate(pieces):
        if place % 2:
            depth = max(depth - 1, 0) if piece.startswith("</") else depth + 1
        elif depth:
            pieces[place] = piece.replace("\n", _BREAK)
    return "".join(pieces)


def _mark(nodes: Iterable[LexborNode]) -> None:
    for node in nodes:
        if mark := _AROUND.get(node.tag or ""):
            node.insert_before(mark)
            node.insert_after(mark)
        elif mark := _AFTER.get(node.tag or ""):
            node.insert_after(mark)


def _broken(text: str) -> str:
    """Turn marks into line breaks, the source's own white space into single spaces."""
    text = " ".join(text.replace(_CELL, " ").replace("\u00a0", _HARD).split()).replace(_HARD, "\u00a0")
    text = text.replace(f" {_BREAK}", _BREAK).replace(f"{_BREAK} ", _BREAK).replace(_BREAK, "\n")
    return tidy("\n\n".join(filter(None, map(_lines, text.split(_PARAGRAPH)))))


def _lines(paragraph: str) -> str:
    return "\n".join(filter(None, (line.strip(" ") for line in paragraph.split(_LINE)))).strip()
