"""Where each key and value of a TOML document stands. tomllib reads the values and keeps no positions.

The scanner need only be right for documents that tomllib has accepted: it finds borders, it checks nothing.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The keys and indexes that lead to a value: ``("brand", 0, "query")``."""

_BLANK = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
_STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\]++|\\.)*+"'
    r"|'[^']*+'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_DOT = re.compile(r"[ \t]*+\.[ \t]*+")
# the blank between a date and its time is part of the value
_SCALAR = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*+|[^\s,\]}#]++")
# what makes one character of a basic string: an escape, or itself; a backslash at a line's end makes none
_CHARACTER = re.compile(
    r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|(?P<nothing>\\[ \t]*\n[ \t\n]*)|\\.|.", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key and its value stand, as offsets into the text. An array's element has no key but itself."""

    key: int
    start: int
    end: int


class Positions:
    """The places of a document, and the lines and columns (both from 1) they fall on."""

    def __init__(self, text: str) -> None:
        """Scan ``text``, which tomllib accepts."""
        self.text = text.replace("\r\n", "\n")  # as tomllib does: lines stay, and so do columns
        self.places = _Scanner(self.text).scan()
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", self.text))]

    def of_key(self, path: Path) -> tuple[int, int]:
        """Line and column of the key that ends ``path``, or of the nearest table around it."""
        return self._line_and_column(self._nearest(path).key)

    def of_value(self, path: Path) -> tuple[int, int]:
        """Line and column of the value at ``path``, or of the nearest table around it."""
        return self._line_and_column(self._nearest(path).start)

    def of_character(self, path: Path, index: int) -> tuple[int, int]:
        """Line and column of character ``index`` of the string at ``path``, or of the end of the string."""
        place = self.places[path]
        offsets = list(_character_offsets(self.text, place))
        return self._line_and_column(offsets[min(index, len(offsets) - 1)])

    def _nearest(self, path: Path) -> Place:
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Place(0, 0, 0)

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1


class _Scanner:
    """Walks once through a document and notes where everything stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._places: dict[Path, Place] = {}
        self._lengths: dict[Path, int] = {}  # of the arrays of tables

    def scan(self) -> dict[Path, Place]:
        table: Path = ()
        self._skip_blank()
        while self._at < len(self._text):
            if self._sees("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip_blank()
        return self._places

    def _header(self) -> Path:
        start = self._at
        is_array = self._sees("[[")
        brackets = 2 if is_array else 1
        self._at += brackets
        self._skip_blank()
        keys = [key for key, _ in self._keys()]
        self._skip_blank()
        self._at += brackets
        table = self._inside(tuple(keys[:-1]), start)
        last = (*table, keys[-1])
        if is_array:
            self._note(last, start)
            self._lengths[last] = self._lengths.get(last, 0) + 1
        table = self._inside(last[len(table) :], start, table)
        # a header also names a table that a deeper header had implied before: its own line is the better one
        self._places[table] = Place(start, start, self._at)
        return table

    def _inside(self, keys: Path, offset: int, table: Path = ()) -> Path:
        """Go down from ``table`` by ``keys``; in an array of tables that means its newest table."""
        for key in keys:
            table = (*table, key)
            self._note(table, offset)
            if table in self._lengths:
                table = (*table, self._lengths[table] - 1)
                self._note(table, offset)
        return table

    def _pair(self, table: Path) -> None:
        keys = list(self._keys())
        for key, offset in keys[:-1]:
            table = (*table, key)
            self._note(table, offset)
        self._skip_blank()
        self._at += len("=")
        self._skip_blank()
        last, offset = keys[-1]
        self._value((*table, last), offset)

    def _keys(self) -> Iterator[tuple[str, int]]:
        """Read a dotted key, part by part."""
        while True:
            start = self._at
            quoted = _STRING.match(self._text, start)
            self._at = quoted.end() if quoted else self._end_of(_BARE_KEY)
            raw = self._text[start : self._at]
            yield (tomllib.loads(f"key = {raw}")["key"] if quoted else raw), start
            dot = _DOT.match(self._text, self._at)
            if dot is None:
                return
            self._at = dot.end()

    def _value(self, path: Path, key: int | None = None) -> None:
        start = self._at
        if self._sees("["):
            self._array(path)
        elif self._sees("{"):
            self._inline_table(path)
        else:
            string = _STRING.match(self._text, start)
            self._at = string.end() if string else self._end_of(_SCALAR)
        self._places[path] = Place(start if key is None else key, start, self._at)

    def _array(self, path: Path) -> None:
        index = 0
        self._step_in()
        while not self._sees("]"):
            self._value((*path, index))
            index += 1
            self._skip_comma()
        self._at += len("]")

    def _inline_table(self, path: Path) -> None:
        self._step_in()
        while not self._sees("}"):
            self._pair(path)
            self._skip_comma()
        self._at += len("}")

    def _step_in(self) -> None:
        self._at += 1
        self._skip_blank()

    def _skip_comma(self) -> None:
        self._skip_blank()
        if self._sees(","):
            self._step_in()

    def _skip_blank(self) -> None:
        self._at = self._end_of(_BLANK)

    def _end_of(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"not TOML at offset {self._at}")
        return found.end()

    def _sees(self, sign: str) -> bool:
        return self._text.startswith(sign, self._at)

    def _note(self, path: Path, offset: int) -> None:
        self._places.setdefault(path, Place(offset, offset, offset))


def _character_offsets(text: str, place: Place) -> Iterator[int]:
    """Yield the offset in ``text`` of each character of the string at ``place``, then that of its end."""
    quote = text[place.start]
    fence = 3 if text.startswith(quote * 3, place.start) and place.end - place.start >= 2 * 3 else 1
    at, end = place.start + fence, place.end - fence
    if fence == 3 and text.startswith("\n", at):
        at += 1
    while at < end:
        found = _CHARACTER.match(text, at) if quote == '"' else None
        if found is None or not found["nothing"]:
            yield at
        at = found.end() if found else at + 1
    yield end
