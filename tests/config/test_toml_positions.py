"""Positions of keys and values: right for every document that tomllib accepts."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.config.toml_positions import Path, Positions

EVERYTHING = '''\
# a comment with [brackets] and "quotes"
top = 1
dotted.keys . "of all".'kinds' = true # behind

[store]
url = "sqlite:///a # no comment.db"
when = 1979-05-27 07:32:00
at = 1979-05-27T07:32:00.5-07:00
odd = [ 1979-05-27 07:32:00, 07:32:00 ]

  [ deep . "er" ]
  path = 'C:\\no\\escape'

[[brand]]
name = "Acme"
query = """
acme \\
   router "quoted" or ""two"" end"""""
exclude = \'\'\'
it's 'literal' \\ here\'\'\'
context = [ # why
    "router", 'app]',
    # between
    "support", # last
]

[[brand.nested]]
x = { a = 1, "b.c" = [ { d = "}" }, { } ], e.f = -0.5e3 }
[[brand.nested]]
empty = []
none = ""
nothing = \'\'
[brand.nested.table]
y = 0xff

[[brand]]
name = "Other"
[brand.sub]
z = inf

[implied.first]
[implied]
own = "line"
'''


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every table, array and value of a document with the path to it."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))


def assert_all_found(text: str) -> None:
    """The text at each place reads as the value there, and there are no other places."""
    found = Positions(text)
    expected = dict(leaves(tomllib.loads(text)))
    assert found.places.keys() == expected.keys()
    for path, value in expected.items():
        place = found.places[path]
        raw = found.text[place.start : place.end]
        if not isinstance(value, dict | list):
            # repr, because nan is not itself
            assert repr(tomllib.loads(f"x = {raw}")["x"]) == repr(value)
        elif raw.startswith(("{", "[")) and place.key != place.start:
            assert repr(tomllib.loads(f"x = {raw}")["x"]) == repr(value)


def test_everything_is_found() -> None:
    """One document with every construct of TOML."""
    assert_all_found(EVERYTHING)


def test_windows_line_ends_change_nothing() -> None:
    """Lines and columns are those an editor shows."""
    assert_all_found(EVERYTHING.replace("\n", "\r\n"))
    positions = Positions('a = 1\r\nb = "x"\r\n')
    assert positions.of_value(("b",)) == (2, 5)


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("top",), (2, 1), (2, 7)),
        (("dotted", "keys", "of all", "kinds"), (3, 24), (3, 34)),
        (("store",), (5, 1), (5, 1)),
        (("store", "url"), (6, 1), (6, 7)),
        (("deep", "er", "path"), (12, 3), (12, 10)),
        (("brand", 0), (14, 1), (14, 1)),
        (("brand", 0, "context", 1), (22, 15), (22, 15)),
        (("brand", 0, "context", 2), (24, 5), (24, 5)),
        (("brand", 0, "nested", 0, "x", "b.c", 0, "d"), (28, 26), (28, 30)),
        (("brand", 1, "sub", "z"), (39, 1), (39, 5)),
        (("implied",), (42, 1), (42, 1)),
        (("brand", 1, "sub", "absent", "deeper"), (38, 1), (38, 1)),
        (("absent",), (1, 1), (1, 1)),
    ],
)
def test_lines_and_columns(path: Path, key: tuple[int, int], value: tuple[int, int]) -> None:
    """What is absent stands where its table does."""
    positions = Positions(EVERYTHING)
    assert positions.of_key(path) == key
    assert positions.of_value(path) == value


@pytest.mark.parametrize(
    ("text", "index", "place"),
    [
        ('q = "abc"', 1, (1, 7)),
        ("q = 'a\\c'", 2, (1, 8)),
        ('q = "abc"', 3, (1, 9)),
        ('q = "abc"', 99, (1, 9)),
        ('q = ""', 0, (1, 6)),
        ("q = ''", 0, (1, 6)),
        (r'q = "\u00e4\U0001F600\t\"x"', 4, (1, 26)),
        ('q = """\nab\ncd"""', 3, (3, 1)),
        ('q = """a\\\n   \n  b"""', 1, (3, 3)),
        ("q = '''a\nb''''", 3, (2, 2)),
        ('q = """"a"""', 1, (1, 9)),
    ],
)
def test_a_character_of_a_string_is_found_in_the_source(text: str, index: int, place: tuple[int, int]) -> None:
    """Escapes, continued lines and the newline behind an opening fence are counted as what they mean."""
    assert Positions(text).of_character(("q",), index) == place


KEYS = st.text(alphabet="ab-_1", min_size=1, max_size=3) | st.text(alphabet="ä .\"'#=[]\\\n", max_size=3)
WORDS = st.text(alphabet="ab \"'\\#,]}[{=\n\tä😀", max_size=8)
SCALARS = WORDS | st.integers(-99, 99) | st.floats(-1e6, 1e6) | st.booleans() | st.datetimes() | st.dates()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
BLANKS = st.sampled_from(["", " ", "\t "])
GAPS = st.sampled_from(["", "\n", "# no ] } end\n", '\n\n  # "\n '])


def quoted(text: str) -> str:
    """Write a basic string on one line."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(sign, sign) for sign in text) + '"'


@st.composite
def strings(draw: st.DrawFn, text: str) -> str:
    """Write a string in any way that can hold it."""
    ways = [quoted(text), '"""' + draw(st.sampled_from(["", "\n", "\\\n  "])) + escaped_lines(text) + '"""']
    if "'" not in text:
        ways += [f"'''\n{text}'''"] + ([f"'{text}'"] if "\n" not in text else [])
    return draw(st.sampled_from(ways))


def escaped_lines(text: str) -> str:
    """Escape what must not stand bare, and the spaces that a continued line would eat."""
    return (
        text.replace("\\", "\\\\")
        .replace('"""', '""\\"')
        .replace(" ", "\\u0020")
        .replace("\t", "\\t")
        .replace("\n", "\\n\\\n")
    )


@st.composite
def written(draw: st.DrawFn, value: Any) -> str:
    """Write a value in any of its ways."""
    if isinstance(value, str):
        text: str = draw(strings(value))
        return text
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        parts = [draw(GAPS) + draw(written(one)) + draw(GAPS) for one in value]
        return "[" + ",".join(parts) + draw(GAPS) + "]"
    if isinstance(value, dict):
        pairs = [draw(BLANKS) + quoted(key) + draw(BLANKS) + "=" + draw(written(one)) for key, one in value.items()]
        return "{" + ",".join(pairs) + draw(BLANKS) + "}"
    return value.isoformat(draw(st.sampled_from(" T"))) if hasattr(value, "hour") else str(value)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Write pairs, tables with dotted names, and arrays of tables."""
    text = ""
    for number in range(draw(st.integers(0, 4))):
        name = ".".join([f"t{number}", *(quoted(key) for key in draw(st.lists(KEYS, max_size=2)))])
        repeats = draw(st.integers(0, 2))
        for _ in range(max(repeats, 1)):
            text += f"[[{name}]]" if repeats else f"[ {name} ]"
            for key, value in draw(st.dictionaries(KEYS, VALUES, max_size=3)).items():
                dotted = draw(st.sampled_from(["", "."]))
                inner = f"{quoted(key)}{dotted and ' . x'}"
                text += f"\n{draw(GAPS)}{draw(BLANKS)}{inner}{draw(BLANKS)}={draw(BLANKS)}{draw(written(value))}"
            text += "\n"
    return text


@given(documents())
def test_any_document(text: str) -> None:
    """Whatever is written, every value is found where it stands."""
    assert_all_found(text)


@given(WORDS, st.data())
def test_any_character(word: str, data: st.DataObject) -> None:
    """The source at a character's place starts with it, or with its escape."""
    source = "q = " + data.draw(strings(word))
    positions = Positions(source)
    lines = source.split("\n")
    for index, character in enumerate(word):
        line, column = positions.of_character(("q",), index)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert rest.startswith((character, "\\"))
