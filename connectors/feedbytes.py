"""Bytes of a feed or page to text: which encoding they are in, whatever they say of themselves."""

import codecs
import re

from charset_normalizer import from_bytes

from listener.domain.errors import BadData

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (
    (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"),
)  # fmt: skip
_PROLOG = re.compile(rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{2,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)

_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932",
          "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "iso8859-1": "cp1252", "us-ascii": "cp1252",
          "ascii": "cp1252", "windows-1252": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
          "tis-620": "cp874", "x-sjis": "cp932", "big5": "big5hkscs"}  # fmt: skip
"""What names mean in practice, as browsers take them: the wider relative of each."""

_NOT_FOR_DOCUMENTS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"))

_MAX_ENTITIES = 300
_DEEPEST = 4_000
_MOST_TAGS = 500_000
_MOST_ATTRIBUTES = 1_000
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_INSIDE = r"""(?:[^<>"'/]++|"[^"<]*+"|'[^'<]*+'|/(?!>))*+"""
"""What stands in a tag: a ``>`` or ``/>`` in quotes does not end it."""
_TAG = re.compile(rf"<(/?)(?=[A-Za-z_])(?:({_INSIDE})(/?)>)?")
_LONG_TAG = re.compile(rf"(?=[A-Za-z_]){_INSIDE}")
_ENTITY = re.compile(r"<!ENTITY\s+(%?\s*[^\s\"'>]{1,100})\s+(?:\"([^\"]*)\"|'([^']*)'|[^>]*)", re.IGNORECASE)


def decode(body: bytes, content_type: str = "") -> str:
    """Turn bytes into text: BOM, then header, prolog or meta, then UTF-8, then a guess. Never raises."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for start, name in _WIDE:
        if body.startswith(start):
            return body.decode(name, "replace")
    return _declared(body, content_type) or _guessed(body)


def _declared(body: bytes, content_type: str) -> str:
    header = _HEADER.search(content_type)
    inside = _PROLOG.match(body[:1024]) or _META.search(body[:2048])
    names = [header[1] if header else "", inside[1].decode("ascii") if inside else ""]
    codings = [coding for name in names if (coding := _coding(name))]
    if codings and codings[0] == "cp1252" and codings[-1] != "cp1252":
        codings.reverse()  # a server's default says less than the document itself
    if "utf-8" not in codings and any(_is_single_byte(coding) for coding in codings):
        codings.insert(0, "utf-8")  # text of one-byte encodings is never well-formed UTF-8 by chance
    return next((text for coding in codings if (text := _strictly(body, coding)) is not None), "")


def _coding(name: str) -> str:
    name = _WIDER.get(name.lower(), name.lower())
    if re.fullmatch(r"(?:x-)?(?:utf-?(?:16|32)|ucs|iso-10646|u16|u32|utf7|utf-7).*", name):
        return ""  # wide text was recognised above; this says so and is not
    try:
        b"a".decode(name)
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return ""
    return "" if known in _NOT_FOR_DOCUMENTS else known


def _is_single_byte(coding: str) -> bool:
    return coding.startswith(("cp125", "iso8859", "koi8", "cp874", "mac-"))


def _strictly(body: bytes, coding: str) -> str | None:
    try:
        return body.decode(coding)
    except UnicodeDecodeError:
        return _with_holes(body) if coding == "cp1252" else None


def _with_holes(body: bytes) -> str:
    """Read cp1252 whose five unassigned bytes stand for control characters, as browsers do."""
    return body.decode("latin-1").translate(_C1)


_C1 = {code: bytes((code,)).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}


def _guessed(body: bytes) -> str:
    text = _strictly(body, "utf-8")
    if text is not None:
        return text
    letters = [byte for byte in body[:20_000] if byte >= 0x80 or chr(byte).isalpha()]
    high = sum(byte >= 0x80 for byte in letters)
    if high / max(len(letters), 1) < 0.3:
        return _mostly_utf8(body) or _with_holes(body)
    best = from_bytes(body[:50_000]).best()
    return body.decode(best.encoding if best else "utf-8", "replace")


def _mostly_utf8(body: bytes) -> str:
    """Read UTF-8 with a few broken bytes in it as what it is, not as cp1252 throughout."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return text if broken * 5 < sum(char >= "\x80" for char in text) else ""


def refuse_bomb(text: str) -> None:
    """Raise BadData for a document that would grow, or take for ever, when it is parsed."""
    _refuse_labour(text)
    if "<!ENTITY" not in text and "<!entity" not in text:
        return
    entities = _ENTITY.findall(text)
    if len(entities) > _MAX_ENTITIES:
        raise BadData(f"the document declares {len(entities)} entities and was not parsed")
    values = ((name, double or single) for name, double, single in entities)
    grown = sum(text.count(f"&{name};") * len(value) for name, value in values if len(value) > 16)
    if grown > 1_000_000 or any("&" in (d or s) and not (d or s).startswith("&#") for _, d, s in entities):
        raise BadData("the document declares entities that grow when read, and was not parsed")


def _refuse_labour(text: str) -> None:
    """Refuse what would keep the parser busy for minutes, and with it every other thread.

    feedparser takes some 20 µs a tag, and the square of the attributes of one and of the depth of all.
    """
    pieces, room = text.split("<"), 4 * _MOST_ATTRIBUTES
    long = (_LONG_TAG.match(piece) for piece in pieces if len(piece) > room)
    if len(pieces) - text.count("</") <= _DEEPEST and not any(tag and tag.end() > room for tag in long):
        return  # most feeds: too few tags to nest, none with room for so many attributes
    depth = 0
    for count, tag in enumerate(_TAG.finditer(_CDATA.sub("", text)), 1):
        closes, inside, is_empty = tag.groups()
        depth += -1 if closes else 0 if is_empty else 1
        if depth > _DEEPEST:
            raise BadData(f"the document nests more than {_DEEPEST} elements and was not parsed")
        if count > _MOST_TAGS or (inside or "").count("=") > _MOST_ATTRIBUTES:
            what = f"{_MOST_TAGS} tags" if count > _MOST_TAGS else f"{_MOST_ATTRIBUTES} attributes in one tag"
            raise BadData(f"the document holds more than {what} and was not parsed")
