"""JSON Lines: from files, directories and standard input, with bad lines kept aside."""

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors import jsonl
from connectors.postline import BadLineError, read_line
from connectors.registry import Tools
from connectors.stdin import StandardInput, process_input
from listener.domain.errors import BadData, Unavailable
from listener.domain.post import Author
from listener.domain.source import Budget, Connector, Cursor, Page, StreamKey
from tests.connectors.conftest import NOW
from tests.connectors.contract import everything

BUDGET = Budget()


def line(number: int, **fields: Any) -> bytes:
    """Write one good line."""
    usual = {"native_id": str(number), "text": f"Text {number}", "created_at": f"2026-11-01T00:{number % 60:02}:00Z"}
    return json.dumps({**usual, **fields}).encode() + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Name a file that is not there yet."""
    return tmp_path / "posts.jsonl"


@pytest.fixture
def source(file: Path, tools: Tools) -> tuple[Connector, StreamKey]:
    """Give a connector that reads the file."""
    return jsonl.build(jsonl.Options(path=str(file)), tools), StreamKey(str(file))


def quarantined(tools: Tools) -> list[dict[str, Any]]:
    path = tools.state_dir / "quarantine" / "press.jsonl"
    return [json.loads(each) for each in path.read_text().splitlines() if each] if path.exists() else []


def texts(*pages: Page) -> list[str]:
    return [post.text for page in pages for post in page.posts]


def bad(page: Page) -> dict[str, int]:
    return {drop.reason: drop.count for drop in page.dropped}


# ---- lines ---------------------------------------------------------------------------------------------------


def test_a_line_with_everything() -> None:
    """Every field of a post by its name."""
    fields = {
        "platform": "forum",
        "native_id": "p1",
        "url": "https://example.com/1",
        "kind": "review",
        "community": "c",
        "author": {"native_id": "u1", "handle": "@ann", "name": "Ann", "followers": 3},
        "created_at": "2026-11-01T00:00:00Z",
        "edited_at": "2026-11-02T00:00:00+01:00",
        "title": "T",
        "text": "a\r\nb",
        "lang_hint": "en",
        "parent_id": 7,
        "root_id": "p0",
        "reach": 1,
        "replies": 2,
        "shares": 3,
        "likes": 4,
        "rating": 4.5,
        "private": True,
        "media": ["https://example.com/m"],
        "links": ["https://example.com/l"],
        "unknown": {"x": 1},
    }
    post = read_line(json.dumps(fields).encode(), "import:press", NOW)
    assert post.key == ("forum", "p1")
    assert post.author == Author("forum", "u1", "ann", "Ann", 3)
    assert (post.kind, post.community, post.title, post.text, post.lang_hint) == ("review", "c", "T", "a\nb", "en")
    assert (post.created_at, post.edited_at) == (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 11, 1, 23, tzinfo=UTC),
    )
    assert (post.parent_id, post.root_id) == ("7", "p0")
    assert (post.reach, post.replies, post.shares, post.likes, post.rating) == (1, 2, 3, 4, 4.5)
    assert (post.private, post.media, post.links) == (True, ("https://example.com/m",), ("https://example.com/l",))


def test_a_line_with_the_least() -> None:
    """A url for an id, a title for a text, a handle for an author, the source for a platform."""
    post = read_line(
        b'{"url":"https://x.example/1","title":"t","created_at":1793491200,"author":"@ann"}', "import:press", NOW
    )
    assert post.key == ("import:press", "https://x.example/1")
    assert post.author == Author("import:press", "@ann", "ann")
    assert post.created_at == datetime.fromtimestamp(1793491200, UTC)


GOOD = {"native_id": "1", "text": "t", "created_at": "2026-11-01T00:00:00Z"}
BAD_LINES: list[tuple[bytes | dict[str, Any], str]] = [
    (b"", "not JSON"),
    (b"{", "not JSON"),
    (b"{'a': 1}", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
    (b"[1]", "not an object"),
    (b"null", "not an object"),
    (b'{"text": "\xff"}', "not UTF-8"),
    (b"\xff\xfe{\0}\0", "not UTF-8"),
    ({"native_id": None}, "no id"),
    ({"native_id": " "}, "no id"),
    ({"native_id": True}, "bad field"),
    ({"native_id": "x" * 1001}, "bad field"),
    ({"text": None}, "no text"),
    ({"text": " \n\x00"}, "no text"),
    ({"text": 5}, "bad field"),
    ({"created_at": None}, "no date"),
    ({"created_at": "yesterday"}, "bad date"),
    ({"created_at": ""}, "bad date"),
    ({"created_at": True}, "bad date"),
    ({"created_at": -5}, "bad date"),
    ({"created_at": 1e300}, "bad date"),
    ({"created_at": "1970-01-01T00:00:00Z"}, "bad date"),
    ({"created_at": "2027-11-01T00:00:00Z"}, "bad date"),
    ({"edited_at": "soon"}, "bad date"),
    ({"kind": "tweet"}, "bad field"),
    ({"author": 5}, "bad field"),
    ({"author": {}}, "bad field"),
    ({"author": {"handle": "a", "followers": -1}}, "bad field"),
    ({"likes": -1}, "bad field"),
    ({"likes": 1.5}, "bad field"),
    ({"likes": True}, "bad field"),
    ({"likes": 2**70}, "bad field"),
    ({"rating": "five"}, "bad field"),
    ({"rating": float("nan")}, "bad field"),
    ({"private": "no"}, "bad field"),
    ({"media": "x"}, "bad field"),
    ({"links": [1]}, "bad field"),
]


@pytest.mark.parametrize(("data", "reason"), BAD_LINES)
def test_a_bad_line_has_a_reason(data: bytes | dict[str, Any], reason: str) -> None:
    """One of a few phrases for counting, and words that say what is wrong."""
    raw = data if isinstance(data, bytes) else json.dumps({**GOOD, **data}).encode()
    with pytest.raises(BadLineError) as caught:
        read_line(raw, "import:press", NOW)
    assert caught.value.reason == reason


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = ("native_id", "url", "text", "title", "created_at", "author", "kind", "likes", "rating", "private", "media")


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON))
def test_any_values_are_a_post_or_a_bad_line(fields: dict[str, Any]) -> None:
    """Nothing else comes out, and what is a post can be stored."""
    try:
        post = read_line(json.dumps({**GOOD, **fields}).encode(), "import:press", NOW)
    except BadLineError:
        return
    f"{post.native_id}{post.url}{post.title}{post.text}{post.author}".encode()


# ---- files ---------------------------------------------------------------------------------------------------


def test_reads_a_file_oldest_first(file: Path, source: Any) -> None:
    """Order in the file does not matter; blank lines and a byte-order mark do no harm."""
    file.write_bytes(b"\xef\xbb\xbf" + line(2) + b"\n \r\n" + line(1).replace(b"\n", b"\r\n"))
    page = source[0].fetch(source[1], None, BUDGET)
    assert texts(page) == ["Text 1", "Text 2"]
    assert not page.more
    assert not page.dropped


def test_bad_lines_never_stop_the_rest(file: Path, source: Any, tools: Tools) -> None:
    """They are counted by reason and kept with number, place and reason."""
    file.write_bytes(line(1) + b"{oops\n" + line(2) + b'"\xff"\n' + line(3, created_at="never") + line(4))
    page = source[0].fetch(source[1], None, BUDGET)
    assert texts(page) == ["Text 1", "Text 2", "Text 4"]
    assert bad(page) == {"bad date": 1, "not JSON": 1, "not UTF-8": 1}
    kept = quarantined(tools)
    assert [(record["line"], record["reason"].partition(":")[0]) for record in kept] == [
        (2, "not JSON"),
        (4, "not UTF-8"),
        (5, "bad date"),
    ]
    assert kept[0]["data"] == "{oops"
    assert kept[0]["offset"] == len(line(1))
    mode = (tools.state_dir / "quarantine" / "press.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_bad_line_is_kept_once(file: Path, source: Any, tools: Tools) -> None:
    """Read again after a crash, by this process or the next, it is not written twice."""
    file.write_bytes(b"{oops\n" + line(1) + b"{oops\n")
    for connector in (source[0], source[0], jsonl.build(jsonl.Options(path=str(file)), tools)):
        assert bad(connector.fetch(source[1], None, BUDGET)) == {"not JSON": 2}
    assert [record["line"] for record in quarantined(tools)] == [1, 3]


def test_a_quarantine_cut_short_by_a_crash_goes_on(file: Path, source: Any, tools: Tools) -> None:
    """Half a record is ended and passed over."""
    place = tools.state_dir / "quarantine" / "press.jsonl"
    place.parent.mkdir(parents=True)
    place.write_bytes(b'{"key": "half')
    file.write_bytes(b"{oops\n")
    source[0].fetch(source[1], None, BUDGET)
    assert json.loads(place.read_text().splitlines()[1])["line"] == 1


def test_pages_follow_one_another(file: Path, source: Any) -> None:
    """By bytes too; each line is read once."""
    file.write_bytes(b"".join(line(n) for n in range(10)))
    assert texts(*everything(source[0], source[1], None, Budget(bytes=100))) == [f"Text {n}" for n in range(10)]


def test_goes_on_where_it_was(file: Path, source: Any, tools: Tools) -> None:
    """Appended lines are news, an unchanged file is none; line numbers go on."""
    file.write_bytes(line(1))
    first = source[0].fetch(source[1], None, BUDGET)
    again = source[0].fetch(source[1], first.cursor, BUDGET)
    assert (again.news, texts(again)) == (False, [])
    with file.open("ab") as open_file:
        open_file.write(line(2) + b"{oops\n")
    fresh = jsonl.build(jsonl.Options(path=str(file)), tools)
    second = fresh.fetch(source[1], again.cursor, BUDGET)
    assert texts(second) == ["Text 2"]
    assert second.gap is None
    assert quarantined(tools)[0]["line"] == 3


def test_a_half_written_line_waits(file: Path, source: Any, tools: Tools) -> None:
    """It is neither lost nor bad; the rest of it completes it."""
    whole = line(2)
    file.write_bytes(line(1) + whole[:20])
    first = source[0].fetch(source[1], None, BUDGET)
    assert (texts(first), first.more, list(first.dropped)) == (["Text 1"], False, [])
    with file.open("ab") as open_file:
        open_file.write(whole[20:])
    assert texts(source[0].fetch(source[1], first.cursor, BUDGET)) == ["Text 2"]
    assert quarantined(tools) == []


def test_a_last_line_without_an_end_is_read_once(file: Path, source: Any) -> None:
    """A whole object needs no line break; one that comes later is not another line."""
    file.write_bytes(line(1) + line(2).rstrip())
    first = source[0].fetch(source[1], None, BUDGET)
    assert texts(first) == ["Text 1", "Text 2"]
    with file.open("ab") as open_file:
        open_file.write(b"\n" + line(3))
    assert texts(source[0].fetch(source[1], first.cursor, BUDGET)) == ["Text 3"]


@pytest.mark.parametrize("new", [line(5), line(5) * 50, b""], ids=["shorter", "longer", "empty"])
def test_a_replaced_file_is_read_from_its_start(file: Path, source: Any, new: bytes) -> None:
    """Cut, rotated or written anew: a gap says that something may have been missed."""
    file.write_bytes(line(1) + line(2))
    first = source[0].fetch(source[1], None, BUDGET)
    file.unlink()
    file.write_bytes(new)
    page = source[0].fetch(source[1], first.cursor, BUDGET)
    assert len(page.posts) == new.count(b"\n")
    assert page.gap is not None
    assert (page.gap.since, page.gap.until) == (NOW, NOW)
    assert source[0].fetch(source[1], page.cursor, BUDGET).gap is None


def test_a_copied_file_is_the_same_file(file: Path, source: Any) -> None:
    """What counts is what stands there, not which inode it has."""
    file.write_bytes(line(1))
    first = source[0].fetch(source[1], None, BUDGET)
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content + line(2))
    page = source[0].fetch(source[1], first.cursor, BUDGET)
    assert (texts(page), page.gap) == (["Text 2"], None)


def test_an_endless_line_is_passed_over(file: Path, tools: Tools) -> None:
    """It is counted, its beginning kept, and takes no memory."""
    file.write_bytes(line(1) + b'{"text": "' + b"x" * 3_000_000 + b'"}\n' + line(2))
    connector = jsonl.build(jsonl.Options(path=str(file), max_line=1000), tools)
    page = connector.fetch(StreamKey(str(file)), None, BUDGET)
    assert texts(page) == ["Text 1", "Text 2"]
    assert bad(page) == {"line too long": 1}
    assert len(quarantined(tools)[0]["data"]) <= 4000


def test_a_missing_file_may_still_come(source: Any) -> None:
    """The message says what to look at."""
    with pytest.raises(Unavailable, match="check that it is there"):
        source[0].fetch(source[1], None, BUDGET)


def test_what_is_no_file_is_unavailable(tmp_path: Path, tools: Tools) -> None:
    """A directory named as a stream is not read."""
    connector = jsonl.build(jsonl.Options(path=str(tmp_path)), tools)
    with pytest.raises(Unavailable):
        connector.fetch(StreamKey(str(tmp_path)), None, BUDGET)


# ---- directories ---------------------------------------------------------------------------------------------


def test_a_directory_is_a_stream_a_file(tmp_path: Path, tools: Tools) -> None:
    """Files that come are new streams, each with its own cursor; others are not read."""
    options = jsonl.Options(path=str(tmp_path), glob="*.jsonl")
    connector = jsonl.build(options, tools)
    (tmp_path / "b.jsonl").write_bytes(line(1))
    (tmp_path / "notes.txt").write_text("x")
    assert list(connector.streams(options, [])) == ["b.jsonl"]
    (tmp_path / "a.jsonl").write_bytes(line(2))
    assert list(connector.streams(options, [])) == ["a.jsonl", "b.jsonl"]
    assert texts(connector.fetch(StreamKey("a.jsonl"), None, BUDGET)) == ["Text 2"]


@pytest.mark.parametrize("stream", ["../secret.jsonl", "/etc/passwd", "a/../../b"])
def test_a_stream_stays_inside_its_directory(tmp_path: Path, tools: Tools, stream: str) -> None:
    """A key that points elsewhere is refused."""
    connector = jsonl.build(jsonl.Options(path=str(tmp_path)), tools)
    with pytest.raises(BadData, match="outside"):
        connector.fetch(StreamKey(stream), None, BUDGET)


def test_a_source_name_makes_no_path(tmp_path: Path, tools: Tools) -> None:
    """Whatever a source is called, its quarantine stays in its folder."""
    (tmp_path / "a.jsonl").write_bytes(b"{oops\n")
    odd = Tools(tools.http, tools.now, tools.reveal, tools.state_dir, "../../evil/ü")
    jsonl.build(jsonl.Options(path=str(tmp_path)), odd).fetch(StreamKey("a.jsonl"), None, BUDGET)
    (made,) = (tools.state_dir / "quarantine").iterdir()
    assert made.parent == tools.state_dir / "quarantine"


# ---- standard input ------------------------------------------------------------------------------------------


@pytest.fixture
def pipe() -> Iterator[tuple[Any, Any]]:
    """Give the two ends of a pipe."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "wb", buffering=0) as writer:
        yield reader, writer


def _from(reader: Any, tools: Tools, **options: Any) -> Connector:
    return jsonl.Jsonl(jsonl.Options(path="-", **options), tools, StandardInput(reader))


def test_standard_input_is_one_stream_that_ends(pipe: Any, tools: Tools) -> None:
    """Lines come in pages until the end; the last needs no line break."""
    reader, writer = pipe
    writer.write(line(1) + b"{oops\n" + line(2) + line(3).rstrip())
    writer.close()
    connector = _from(reader, tools)
    (stream,) = connector.streams(jsonl.Options(path="-"), [])
    pages = everything(connector, stream, None, Budget(posts=2))
    assert texts(*pages) == ["Text 1", "Text 2", "Text 3"]
    assert not connector.fetch(stream, pages[-1].cursor, BUDGET).news
    assert quarantined(tools)[0]["line"] == 2


def test_a_quiet_pipe_is_not_waited_for(pipe: Any, tools: Tools) -> None:
    """What has not come yet is asked for again; half a line waits for its rest."""
    reader, writer = pipe
    connector = _from(reader, tools)
    writer.write(line(1) + line(2)[:10])
    first = connector.fetch(jsonl.STDIN, None, Budget(seconds=0.05))
    assert (texts(first), first.more) == (["Text 1"], True)
    writer.write(line(2)[10:])
    assert texts(connector.fetch(jsonl.STDIN, first.cursor, Budget(seconds=0.05))) == ["Text 2"]


def test_an_endless_line_in_a_pipe(pipe: Any, tools: Tools) -> None:
    """It is passed over in pieces."""
    reader, writer = pipe
    connector = _from(reader, tools, max_line=1000)
    writer.write(line(1) + b"x" * 60_000)
    pages = [connector.fetch(jsonl.STDIN, None, Budget(seconds=0.05))]
    writer.write(b"x" * 60_000 + b"\n" + line(2))
    writer.close()
    pages += everything(connector, jsonl.STDIN, pages[0].cursor, BUDGET)
    assert texts(*pages) == ["Text 1", "Text 2"]
    assert bad(pages[1]) == {"line too long": 1}


def test_what_was_not_put_away_is_given_again(pipe: Any, tools: Tools) -> None:
    """A pipe cannot be read twice, and a poll can fail to be stored: its lines are kept until the cursor moves on."""
    reader, writer = pipe
    connector = _from(reader, tools)
    writer.write(b"\xef\xbb\xbf" + line(1) + line(2) + line(3))
    first = connector.fetch(jsonl.STDIN, None, Budget(posts=2))
    assert connector.fetch(jsonl.STDIN, None, Budget(posts=2)) == first
    second = connector.fetch(jsonl.STDIN, first.cursor, Budget(posts=1))
    assert connector.fetch(jsonl.STDIN, first.cursor, Budget(posts=1)) == second
    assert texts(first, second) == ["Text 1", "Text 2", "Text 3"]


def test_a_reload_loses_no_line_of_standard_input(pipe: Any, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connector is made anew; what the old one had read and not yet given out, half a line too, goes on."""
    reader, writer = pipe
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=reader))
    process_input.cache_clear()
    writer.write(line(1) + line(2) + line(3)[:10])
    options = jsonl.Options(path="-")
    first = jsonl.build(options, tools).fetch(jsonl.STDIN, None, Budget(posts=1))
    writer.write(line(3)[10:])
    writer.close()
    rest = everything(jsonl.build(options, tools), jsonl.STDIN, first.cursor, BUDGET)
    process_input.cache_clear()
    assert texts(first, *rest) == ["Text 1", "Text 2", "Text 3"]
    assert quarantined(tools) == []


def test_another_process_reads_its_own_standard_input_from_the_start(pipe: Any, tools: Tools) -> None:
    """The cursor that an earlier process left says nothing of it, however far that one had come."""
    reader, writer = pipe
    earlier = Cursor('{"offset":99,"line":9,"marks":"of another process"}')
    writer.write(line(1) + b"{oops\n" + line(2))
    connector = _from(reader, tools)
    first = connector.fetch(jsonl.STDIN, earlier, Budget(posts=1))
    assert texts(first, connector.fetch(jsonl.STDIN, first.cursor, Budget(posts=1))) == ["Text 1", "Text 2"]
    assert quarantined(tools)[0]["line"] == 2


def test_a_closed_standard_input_says_so(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon may have been started without one."""
    monkeypatch.setattr("sys.stdin", None)
    connector = jsonl.Jsonl(jsonl.Options(path="-"), tools, StandardInput())
    with pytest.raises(Unavailable, match="standard input is closed"):
        connector.fetch(jsonl.STDIN, None, BUDGET)


@pytest.mark.parametrize("options", [{}, {"path": ""}, {"path": "x", "max_line": 10}, {"path": "x", "glb": "*"}])
def test_options_that_are_refused(options: dict[str, Any]) -> None:
    """No path, a cap too small, a misspelt key."""
    with pytest.raises(ValidationError):
        jsonl.Options.model_validate(options)
