"""The query language: source text → tree → source text. The meaning of each part is told in docs/query.md."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import ClassVar, NamedTuple, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from listener.domain.errors import ConfigError
from listener.domain.matching.expression import (
    FACTS,
    ZONES,
    Address,
    And,
    Field,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Sign,
    Symbols,
    Term,
    walk,
)
from listener.domain.matching.host import place_of
from listener.domain.text import MARKS

MAX_BYTES = 4096
MAX_DEPTH = 50
MAX_DISTANCE = 1000

_NAME = rf"[\w{MARKS}]+"
_SIGN = re.compile(
    rf"(?P<tag>[#\uff03]){_NAME}\*?|(?P<account>[@\uff20])[\w-]+(?:\.[\w-]+)*(?:@[\w-]+(?:\.[\w-]+)+)?\*?"
    r"|(?P<ticker>[$])[A-Za-z][A-Za-z0-9]*(?:[.-][A-Za-z]{1,2})?"
)
_LOOSE_HEAD = "-,;!?'\u2018\u2019`\u2026[]{}"
_LOOSE_TAIL = ".,;:!?'\u2018\u2019`\u2026[]{}-"
_UNKNOWN_FIELD = re.compile(r"([^\W\d_]+):(?!//)")
_STAR = re.compile(r"\w\*(?=\w)|(?<!\w)\*(?=\w)|(?<!\w)\w\*(?!\w)")
_NEAR_TAKES = "NEAR ties words, phrases, tags and the like, or ORs of them in parentheses"


class QueryError(ConfigError):
    """A query cannot be read. ``position`` is the code point of the query at which it goes wrong."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1} of the query)")
        self.message = message
        self.position = position


@dataclass(frozen=True)
class Query:
    """A query that was read: its text as given, its tree, and printed its canonical form."""

    source: str
    root: Node

    def __str__(self) -> str:
        return str(self.root)


class _Placed(NamedTuple):
    node: Node
    at: int


class _Nesting:
    """Sees each token before the parser does: depth, and what no rule of the grammar takes."""

    always_accept: ClassVar[tuple[str, ...]] = ("BAD_NEAR", "UNCLOSED")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Pass tokens on. Each parenthesis, NOT and field is one level, until its operand ends."""
        levels = [0]
        for token in stream:
            if token.type in {"OPEN", "NOT", "MINUS", "FIELD"}:
                levels[-1] += 1
                if sum(levels) > MAX_DEPTH:
                    raise QueryError(f"the query is nested more than {MAX_DEPTH} levels deep", token.start_pos or 0)
                if token.type == "OPEN":
                    levels.append(0)
            else:
                if token.type == "CLOSE" and len(levels) > 1:
                    levels.pop()
                levels[-1] = 0
            yield token


def parse(source: str) -> Query:
    """Read a query. Raises QueryError with the place where it goes wrong."""
    _check_length(source)
    try:
        placed = cast("_Placed", _PARSER.parse(source))
    except UnexpectedToken as error:
        raise _explained(source, error.token) from None
    except UnexpectedCharacters as error:
        raise QueryError("this character has no meaning here", error.pos_in_stream or 0) from None
    if not _asks(placed.node):
        raise QueryError("a query needs something to look for: this one only says NOT", placed.at)
    return Query(source, placed.node)


def _check_length(source: str) -> None:
    if len(source.encode(errors="surrogatepass")) <= MAX_BYTES:
        return
    fitting = source.encode(errors="surrogatepass")[:MAX_BYTES].decode(errors="ignore")
    raise QueryError(f"the query is longer than {MAX_BYTES} bytes", len(fitting))


def _asks(node: Node, *, wanted: bool = True) -> bool:
    if isinstance(node, Not):
        return _asks(node.child, wanted=not wanted)
    return wanted if isinstance(node, Term) else any(_asks(child, wanted=wanted) for child in node.children)


def _explained(source: str, token: Token) -> QueryError:
    """Say what is wrong at the token at which the parser stopped."""
    if token.type == "$END":
        return _unfinished(source)
    at = token.start_pos or 0
    opened = source[:at].rstrip().endswith("(")
    messages = {
        "UNCLOSED": "the quotation mark here has no partner",
        "BAD_NEAR": "write the distance in words after a slash, in capitals: NEAR/5 or ONEAR/5",
        "CLOSE": "there is nothing between these parentheses" if opened else "this parenthesis was never opened",
    }
    if token.type == "CLOSE" and not opened and source[:at].count("(") > source[:at].count(")"):
        return QueryError("a term is missing before this parenthesis", at)
    return QueryError(messages.get(token.type, f"a term is missing before {token}"), at)


def _unfinished(source: str) -> QueryError:
    if not source.strip():
        return QueryError("the query is empty", 0)
    opened: list[int] = []
    last = Token("WORD", "")
    for last in _PARSER.lex(source):
        if last.type == "OPEN":
            opened.append(last.start_pos or 0)
        elif last.type == "CLOSE" and opened:
            opened.pop()
    if last.type in {"AND", "OR", "NOT", "MINUS", "NEAR", "FIELD"}:
        return QueryError(f"a term is missing after {last}", len(source))
    return QueryError("the parenthesis opened here is never closed", opened[-1] if opened else len(source))


def _term(written: str, at: int) -> Term:
    """Read one word of the source."""
    sign = _SIGN.fullmatch(written.rstrip(".,;:!?"))
    if sign:
        mark = {"tag": "#", "account": "@", "ticker": "$"}[sign.lastgroup or ""]
        name = sign[0][1:]
        return Sign(mark, name.removesuffix("*"), name.endswith("*"))
    if written[0] in "#\uff03@\uff20" and len(written) > 1:
        raise QueryError("a #tag is letters, digits and _; an @account also . and -", at)
    if unknown := _UNKNOWN_FIELD.match(written):
        known = " ".join(f"{name}:" for name in (*ZONES, *FACTS))
        raise QueryError(f"there is no field {unknown[1]}:, only {known} (quote it to look for the text)", at)
    bare = written.lstrip("-,;!?'\u2018\u2019").rstrip(".,;:!?'\u2018\u2019")
    return Address(bare) if place_of(bare) else _phrase(written, at)


def _phrase(written: str, at: int, *, exact: bool = False) -> Term:
    """Read words and what stands between them."""
    if star := _STAR.search(written):
        wrong = at + star.start() + star[0].index("*")
        raise QueryError("* stands at the end of a word of two letters or more", wrong)
    text = " ".join(written.split())
    bare = text.lstrip(_LOOSE_HEAD).rstrip(_LOOSE_TAIL).strip()
    phrase = Phrase(bare, exact)
    if phrase.wording.words:
        if exact and any(word.prefix for word in phrase.wording.words):
            raise QueryError("= takes words as they are written, without *", at)
        return phrase
    symbols = Symbols(text)
    if not symbols.symbols or text in {"-", "*", "="} or exact:
        raise QueryError("there is nothing to look for here", at)
    return symbols


class _Builder(Transformer[Token, _Placed]):
    """Builds the tree while the parser reads, so that no depth of the source costs depth of the stack."""

    def word(self, items: Sequence[Token]) -> _Placed:
        return _Placed(_term(str(items[0]), _at(items)), _at(items))

    def quoted(self, items: Sequence[Token]) -> _Placed:
        return _Placed(_phrase(_unquoted(items[0]), _at(items)), _at(items))

    def exact(self, items: Sequence[Token]) -> _Placed:
        return _Placed(_phrase(items[0][1:], _at(items), exact=True), _at(items))

    def exact_quoted(self, items: Sequence[Token]) -> _Placed:
        return _Placed(_phrase(_unquoted(items[0][1:]), _at(items), exact=True), _at(items))

    def group(self, items: tuple[Token, _Placed, Token]) -> _Placed:
        return _Placed(items[1].node, _at(items))

    def field(self, items: tuple[Token, _Placed]) -> _Placed:
        name = items[0][:-1].lower()
        for part in walk(items[1].node):
            if isinstance(part, Field):
                raise QueryError("a field cannot stand inside a field", _at(items))
            if isinstance(part, Near) and name in FACTS:
                raise QueryError(f"NEAR looks at words of text: {name}: has none", _at(items))
        return _Placed(Field(name, items[1].node), _at(items))

    def negation(self, items: tuple[Token, _Placed]) -> _Placed:
        return _Placed(Not(items[1].node), _at(items))

    def near(self, items: Sequence[Token | _Placed]) -> _Placed:
        operands = [item for item in items if isinstance(item, _Placed)]
        ties = [item for item in items if isinstance(item, Token)]
        for place, operand in enumerate(operands):
            _check_operand(operand, last=place in {0, len(operands) - 1})
        if all(isinstance(operand.node, Not) for operand in operands):
            raise QueryError("NEAR needs a side without NOT", operands[0].at)
        links = tuple((_distance(tie), tie.startswith("O")) for tie in ties)
        return _Placed(Near(tuple(operand.node for operand in operands), links), operands[0].at)

    def every(self, items: Sequence[Token | _Placed]) -> _Placed:
        return _tied(And, items)

    def either(self, items: Sequence[Token | _Placed]) -> _Placed:
        return _tied(Or, items)

    def start(self, items: Sequence[_Placed]) -> _Placed:
        return items[0]


def _at(items: Sequence[object]) -> int:
    first = items[0]
    return (first.start_pos or 0) if isinstance(first, Token) else 0


def _unquoted(written: str) -> str:
    inner = written[1:-1]
    return re.sub(r"\\([\\\"])", r"\1", inner) if written[0] == '"' else inner


def _distance(tie: Token) -> int:
    words = int(tie.partition("/")[2])
    if words > MAX_DISTANCE:
        raise QueryError(f"NEAR reaches at most {MAX_DISTANCE} words", tie.start_pos or 0)
    return words


def _check_operand(operand: _Placed, *, last: bool) -> None:
    node = operand.node
    if isinstance(node, Not):
        if not last:
            raise QueryError("NOT may stand at an end of a chain of NEARs, not within it", operand.at)
        node = node.child
    for part in walk(node):
        if isinstance(part, And | Not | Field):
            what = {And: "AND", Not: "NOT", Field: "a field"}[type(part)]
            raise QueryError(f"{_NEAR_TAKES}; not {what}", operand.at)


def _tied(kind: type[And | Or], items: Sequence[Token | _Placed]) -> _Placed:
    """Tie parts together: (a AND b) AND c is a AND b AND c, and what is said twice counts once."""
    placed = [item for item in items if isinstance(item, _Placed)]
    parts: dict[Node, None] = {}
    for item in placed:
        parts.update(dict.fromkeys(item.node.parts if isinstance(item.node, kind) else (item.node,)))
    node = kind(tuple(parts)) if len(parts) > 1 else next(iter(parts))
    return _Placed(node, placed[0].at)


_PARSER = Lark(
    resources.files("listener.domain").joinpath("query.lark").read_text(encoding="utf-8"),
    parser="lalr",
    lexer="basic",
    postlex=_Nesting(),
    transformer=_Builder(),
    maybe_placeholders=False,
)
