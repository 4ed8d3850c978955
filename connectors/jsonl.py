"""JSON Lines from a file, a directory that is watched, or standard input. See docs/feeds.md for the lines.

A bad line is counted, kept in a quarantine file with its number and the reason, and never stops the rest.
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO, Self

from pydantic import Field

from connectors.postline import BadLineError, read_line
from connectors.quarantine import Quarantine
from connectors.registry import Tools
from connectors.stdin import Line, StandardInput, process_input
from listener.domain.errors import BadData, Unavailable
from listener.domain.post import Post
from listener.domain.rhythm import Rhythm
from listener.domain.schema import Block, ConfiguredPlace, Duration
from listener.domain.source import Budget, Connector, Cursor, Dropped, Gap, Page, StreamKey

STDIN = StreamKey("-")
_SEAM = 256
_BOM = b"\xef\xbb\xbf"


class Options(Block):
    """The keys of a ``[[source]]`` with ``connector = "jsonl"``."""

    path: ConfiguredPlace
    """a file, a directory that is watched, or ``-`` for standard input"""
    glob: str = Field(default="*.jsonl", min_length=1)
    """which files of the directory are read, each a stream of its own"""
    max_line: int = Field(default=1_000_000, ge=1_000, le=100_000_000)
    """the longest line that is read, in bytes"""
    every: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(seconds=10)
    """how often is looked for new lines"""
    keep_all: bool = True
    """keep posts that match no brand, so that a later query can find them"""

    @property
    def rhythm(self) -> Rhythm:
        """How often a file is looked at: looking costs nothing, so as often when there is no news."""
        return Rhythm(self.every, self.every)


def build(options: Options, tools: Tools) -> Connector:
    """Make the connector of one source."""
    return Jsonl(options, tools)


@dataclass(frozen=True, slots=True)
class _Note:
    """The cursor: how far a file was read, and what stood there, so that another file is not taken for it."""

    offset: int = 0
    line: int = 0
    marks: str = ""
    read_at: str = ""

    @classmethod
    def load(cls, cursor: Cursor | None) -> Self:
        try:
            found = json.loads(cursor or "{}")
            note = cls(**found)
            sound = note.offset >= 0 and note.line >= 0
        except (ValueError, TypeError):
            return cls()
        return note if sound else cls()

    def dump(self) -> Cursor:
        return Cursor(json.dumps(asdict(self), separators=(",", ":")))


class Jsonl:
    """Reads posts from JSON Lines. Holds only what it was made of; safe in many threads."""

    def __init__(self, options: Options, tools: Tools, stdin: StandardInput | None = None) -> None:
        self.keeps_all = options.keep_all
        self._options = options
        self._tools = tools
        self._quarantine = Quarantine(tools.state_dir / "quarantine" / f"{_as_file_name(tools.source)}.jsonl")
        self._stdin = stdin or process_input()

    def streams(self, options: Options, queries: Sequence[str]) -> Iterable[StreamKey]:  # noqa: ARG002 - contract
        """Name the file, each file of the directory that is there now, or standard input."""
        if options.path == STDIN or not Path(options.path).is_dir():
            return [StreamKey(options.path)]
        try:
            found = sorted(path for path in Path(options.path).glob(options.glob) if path.is_file())
        except (OSError, ValueError, NotImplementedError) as error:
            raise Unavailable(f"the directory {options.path} cannot be listed: {error}") from error
        return [StreamKey(path.relative_to(options.path).as_posix()) for path in found]

    def fetch(self, stream: StreamKey, cursor: Cursor | None, budget: Budget) -> Page:
        """Read on where the cursor ends. Raises SourceError only."""
        try:
            return self._from_stdin(cursor, budget) if stream == STDIN else self._from_file(stream, cursor, budget)
        except OSError as error:
            said = f"{stream} cannot be read: {error.strerror or error}; check that it is there and readable"
            raise Unavailable(said) from error

    def _path(self, stream: StreamKey) -> Path:
        if stream == self._options.path:
            return Path(stream)
        path = Path(self._options.path, stream)
        if ".." in Path(stream).parts or Path(stream).is_absolute():
            raise BadData(f"the stream {stream} lies outside {self._options.path}")
        return path

    # ---- files -------------------------------------------------------------------------------------------------

    def _from_file(self, stream: StreamKey, cursor: Cursor | None, budget: Budget) -> Page:
        now = self._tools.now()
        with self._path(stream).open("rb") as file:
            note = _Note.load(cursor)
            gap = None if _is_same(file, note) else _gap(note, now)
            note = note if gap is None else _Note()
            batch = _Batch(self._tools.source, now, self._quarantine, stream)
            note, more = self._read(file, note, budget, batch)
            note = replace(note, read_at=now.isoformat(), marks=_marks(file, note.offset))
        self._quarantine.flush()
        return batch.page(note.dump(), more=more, gap=gap)

    def _read(self, file: BinaryIO, note: _Note, budget: Budget, batch: "_Batch") -> tuple[_Note, bool]:
        start, stop = note.offset, time.monotonic() + budget.seconds
        for line in _lines(file, note, self._options.max_line):
            if not line.whole and not batch.is_complete(line):
                return note, False
            batch.take(line, self._options.max_line)
            note = replace(note, offset=line.offset + line.length, line=line.number)
            spent = len(batch.posts) >= budget.posts or note.offset - start >= budget.bytes
            if spent or (line.number % 256 == 0 and time.monotonic() > stop):
                return note, True
        return note, False

    # ---- standard input ----------------------------------------------------------------------------------------

    def _from_stdin(self, cursor: Cursor | None, budget: Budget) -> Page:
        """Read what has come since the cursor was written; one of another process says nothing of our input."""
        note = _Note.load(cursor)
        note = note if note.marks == self._stdin.name else _Note(marks=self._stdin.name)
        batch = _Batch(self._tools.source, self._tools.now(), self._quarantine, STDIN)
        start, spent = note.offset, False
        with self._stdin.reading:
            for line in self._stdin.lines(start, self._options.max_line, budget.seconds):
                batch.take(line, self._options.max_line)
                note = replace(note, offset=line.offset + line.length, line=line.number)
                spent = len(batch.posts) >= budget.posts or note.offset - start >= budget.bytes
                if spent:
                    break
            more = spent or not self._stdin.ended
        self._quarantine.flush()
        return batch.page(note.dump(), more=more)


class _Batch:
    """The posts and bad lines of one page."""

    def __init__(self, source: str, now: datetime, quarantine: Quarantine, stream: str) -> None:
        self._platform = f"import:{source}"
        self._now = now
        self._quarantine = quarantine
        self._stream = stream
        self._bad: Counter[str] = Counter()
        self.posts: list[Post] = []
        self.count = 0

    def is_complete(self, line: Line) -> bool:
        """Say whether a line without an end is a whole object all the same."""
        try:
            return isinstance(json.loads(line.data), dict)
        except (ValueError, RecursionError):
            return False

    def take(self, line: Line, longest: int) -> None:
        """Read one line into a post, or quarantine it."""
        data = line.data.removeprefix(_BOM) if line.offset == 0 else line.data
        if not data.strip():
            return
        self.count += 1
        if line.length > longest:
            self._refuse(line, BadLineError("line too long", f"longer than {longest} bytes"))
            return
        try:
            self.posts.append(read_line(data, self._platform, self._now))
        except BadLineError as error:
            self._refuse(line, error)

    def _refuse(self, line: Line, error: BadLineError) -> None:
        self._bad[error.reason] += 1
        self._quarantine.add(self._stream, line.number, line.offset, str(error), line.data)

    def page(self, cursor: Cursor, *, more: bool, gap: Gap | None = None) -> Page:
        """Make the page, oldest first."""
        return Page(
            posts=sorted(self.posts, key=lambda post: post.created_at or datetime.min.replace(tzinfo=UTC)),
            cursor=cursor,
            more=more,
            gap=gap,
            dropped=[Dropped(reason, count) for reason, count in sorted(self._bad.items())],
            news=bool(self.count) or gap is not None,
        )


def _lines(file: BinaryIO, note: _Note, longest: int) -> Iterator[Line]:
    """Give the lines from the note on; of a line that is too long only its beginning."""
    file.seek(note.offset)
    offset, number = note.offset, note.line
    while data := file.readline(longest + 2):
        length, whole = len(data), data.endswith(b"\n")
        while not whole and (rest := file.readline(1 << 20)):
            length, whole = length + len(rest), rest.endswith(b"\n")
        number += 1
        yield Line(offset, number, data, length, whole)
        offset += length


def _is_same(file: BinaryIO, note: _Note) -> bool:
    """Say whether what was read still stands where it stood: not cut, rotated or replaced."""
    if not note.offset:
        return True
    return _marks(file, note.offset) == note.marks


def _marks(file: BinaryIO, offset: int) -> str:
    """Digest the file's first bytes and those before ``offset``; empty if it is shorter."""
    if os.fstat(file.fileno()).st_size < offset:
        return ""
    file.seek(0)
    head = file.read(min(_SEAM, offset))
    file.seek(max(offset - _SEAM, 0))
    seam = file.read(min(_SEAM, offset))
    return _short(head + seam)


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _gap(note: _Note, now: datetime) -> Gap:
    try:
        since = datetime.fromisoformat(note.read_at)
    except ValueError:
        since = None
    return Gap(since, now, "the file was cut or replaced; what stood at its end may not have been read")


def _as_file_name(source: str) -> str:
    safe = "".join(char if char.isalnum() or char in "-_." else "_" for char in source).lstrip(".")
    return safe if safe == source else f"{safe or 'source'}-{_short(source.encode())[:8]}"
